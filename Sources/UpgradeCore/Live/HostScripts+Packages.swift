extension HostScripts {
    /// A function of the shell: prints the SHA-256 that apt's lists give for the archive of the package `$1`, given as
    /// `NAME=VERSION`; several lines where they disagree, none of an installed version that no list has.
    static let listedSums = """
        listed_sums() { apt-cache show -- "$1" 2>/dev/null | sed -n 's/^SHA256: *//p'; }
        """

    /// Prints each of the packages `$@`, given as `NAME=VERSION`, with the SHA-256 that apt's lists give for its archive.
    static let archives = """
        \(listedSums)
        for word in "$@"; do
            listed_sums "$word" | while read -r sum; do echo "$word $sum"; done
        done
        """

    /// What `dpkg --audit` says, and who holds one of the locks `$@`: one line with pid and name each.
    ///
    /// A lock of fcntl(2), as apt's and dpkg's are, is listed in `/proc/locks` by the number of its file; those who wait
    /// for one have a word more, `->`, so that the number stands elsewhere there. Other file systems have a file of the same
    /// number: it is the holder who has this one open.
    static let packageSystem = """
        dpkg --audit
        status=$?
        [ "$status" -le 1 ] || exit "$status"
        printf '\\n@upgrader audit %s\\n' "$status"
        for file in "$@"; do
            inode=$(stat -c %i -- "$file" 2>/dev/null) || continue
            while read -r number kind mode access pid place rest; do
                case $place in *:"$inode") ;; *) continue ;; esac
                for open in "/proc/$pid/fd/"*; do
                    [ "$open" -ef "$file" ] || continue
                    echo "$pid $(cat "/proc/$pid/comm" 2>/dev/null)"
                    break
                done
            done </proc/locks
        done
        printf '\\n@upgrader lock 0\\n'
        """

    /// Puts the package `$2` on hold or takes it off, as `$1` says; while somebody holds dpkg's lock it is tried again.
    static let mark = """
        tries=0
        until said=$(LC_ALL=C apt-mark "$1" -- "$2" 2>&1); do
            tries=$((tries + 1))
            case $said in *'locked by another process'* | *'Could not get lock'*) ;; *) tries=20 ;; esac
            [ "$tries" -lt 20 ] || { printf '%s\\n' "$said" >&2; exit 1; }
            sleep 2
        done
        """
}
