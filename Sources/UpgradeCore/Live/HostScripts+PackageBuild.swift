extension HostScripts {
    /// Builds a package on a builder: `$1` is the archive of packaging/, `$2` its SHA-256, `$3` the place of this build;
    /// the rest goes to `package build`.
    ///
    /// What was downloaded stays in the place, so that a build that is begun anew need not fetch it again; places of builds
    /// that nobody has begun again for a month go.
    static let packageBuild = """
        archive=$1
        digest=$2
        place=$3
        shift 3
        umask 022
        mkdir -p -- "$place" || exit
        touch -- "$place"
        find "${place%/*}" -mindepth 1 -maxdepth 1 -type d -mtime +30 -exec rm -rf -- '{}' +
        rm -rf -- "$place/tree" "$place/out"
        # A copy of our own: the archive lies where others may write.
        cp -- "$archive" "$place/packaging.tar" && mkdir -- "$place/tree" || exit
        echo "$digest  $place/packaging.tar" | sha256sum --check --status || {
            echo "error: refused, changed-on-the-way: $archive" >&2
            exit 10
        }
        rm -f -- "$archive"
        tar --extract --no-same-owner --file="$place/packaging.tar" --directory="$place/tree" || exit
        exec "$place/tree/package" build "$@" --output "$place/out" --work "$place/work"
        """

    /// Prints the records of a build whose place is `$1`.
    static let packageRecords = """
        cat -- "$1/out/"*.json
        """
}
