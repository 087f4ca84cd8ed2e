extension HostScripts {
    /// Keeps the archives of the packages `$2 …`, given as `NAME=VERSION`, in the directory `$1`, which has them all or is
    /// as it was; other versions of the same packages go then, and the conffiles that were kept of them.
    static let keepArchives = """
        export LC_ALL=C
        directory=$1
        shift
        umask 022
        mkdir -p -- "$directory" || exit
        rm -rf -- "$directory"/.part.*
        part=$(mktemp -d "$directory/.part.XXXXXX") && cd -- "$part" || exit
        # Root downloads: the unprivileged user of apt may not write here, which apt only warns of.
        apt-get -o APT::Sandbox::User=root download -- "$@" || exit
        sync -- "$part"/*.deb || exit
        # No name of a file has a slash in it.
        new=/$(ls -- "$part" | tr '\\n' '/')
        mv -f -- "$part"/*.deb "$directory" && rmdir -- "$part" || exit
        for word in "$@"; do
            for deb in "$directory/${word%%=*}"_*.deb; do
                case $new in */"${deb##*/}"/*) ;; *) rm -f -- "$deb" ;; esac
            done
            for old in "$directory/conffiles/${word%%=*}="*; do
                [ "$old" = "$directory/conffiles/$word" ] || rm -rf -- "$old"
            done
        done
        """

    /// A function of the shell: finds the archive of the package `$2`, given as `NAME=VERSION`, in the directory `$1` by what
    /// it says it is, and leaves its path in `deb`.
    static let findArchive = """
        archive() {
            for deb in "$1/${2%%=*}"_*.deb; do
                [ -f "$deb" ] || continue
                [ "$(dpkg-deb --show --showformat='${Package}=${Version}' "$deb")" != "$2" ] || return 0
            done
            return 1
        }
        """

    /// Functions of the shell about what apt has fetched: `fetched` finds the archive of the package `$1`, given as
    /// `NAME=VERSION`, as `archive` does.
    ///
    /// Of an archive that it has already apt looks at the size alone. One of another sum than its lists say, from another
    /// repository or damaged, is none; where the lists have none, it is believed.
    static let findFetched = """
        \(findArchive)
        \(listedSums)
        cache=$(apt-config shell cache Dir::Cache::archives/d | sed -n "s/^cache='\\(.*\\)'$/\\1/p")
        # Whether the archive that was found is one that the lists have.
        listed() {
            sums=$(listed_sums "$1")
            case $sums in '' | *"$(sha256sum <"$deb" | cut -d ' ' -f 1)"*) return 0 ;; esac
            return 1
        }
        fetched() { archive "$cache" "$1" && listed "$1"; }
        """

    /// Runs the command `$@`, which has apt fetch the packages behind `--`; what has been fetched of them and is not what
    /// apt's lists say goes first.
    static let download = """
        export LC_ALL=C
        \(findFetched)
        packages=no
        for word in "$@"; do
            if [ "$packages" = no ]; then
                [ "$word" != -- ] || packages=yes
                continue
            fi
            if archive "$cache" "$word" && ! listed "$word"; then rm -f -- "$deb" || exit; fi
        done
        exec "$@"
        """

    /// Installs the packages `$2 …`, given as `NAME=VERSION`, from archives in the directory `$1`, each found by what it
    /// says it is; without all of them nothing is done.
    ///
    /// A conffile that the install has replaced, and that is still as the install left it, is put back before: dpkg then
    /// finds it changed, and leaves it.
    static let downgrade = """
        export LC_ALL=C
        directory=$1
        shift
        \(findArchive)
        words="$*"
        for word in "$@"; do
            if ! archive "$directory" "$word"; then
                echo "no archive of $word in $directory" >&2
                exit 3
            fi
            # Behind the words that are left; each goes once its archive is there.
            shift
            set -- "$@" "$deb"
        done
        # No package's name or version has a space in it.
        for word in $words; do
            for record in "$directory/conffiles/$word"/*; do
                [ -f "$record/placed" ] && IFS= read -r real <"$record/real" && read -r placed <"$record/placed" || continue
                [ "$(md5sum <"$real" 2>/dev/null | cut -c 1-32)" = "$placed" ] || continue
                if [ -f "$record/old" ]; then
                    cp -p -- "$record/old" "$real.dpkg-tmp" && sync -- "$real.dpkg-tmp" &&
                        mv -f -- "$real.dpkg-tmp" "$real" || exit
                else
                    rm -f -- "$real" || exit
                fi
            done
        done
        exec dpkg --force-confdef --force-confold --install -- "$@"
        """

    /// Tries the daemons of packages that apt has fetched: `$1` is where to unpack, then come packages as
    /// `NAME=VERSION`, and units.
    ///
    /// Prints `archive NAME=VERSION` for each that is there, then for each unit `trial UNIT STATUS` with the lines that
    /// matter, or `elsewhere UNIT PROGRAM` where the packages do not have the program; `end` comes last. The packages are
    /// unpacked into a directory of its own, which is gone afterwards. The program runs as nobody, without a network and
    /// with a deadline: one that would not stop at `--version` reaches nothing.
    static let dryStart = """
        export LC_ALL=C
        umask 022
        place=$1
        shift
        # Of a try that was cut off.
        find "$place" -maxdepth 1 -name 'upgrader-dry-start.*' -mmin +60 -exec rm -rf -- '{}' +
        \(findFetched)
        all=yes
        for word in "$@"; do
            case $word in *=*) ;; *) continue ;; esac
            if fetched "$word"; then echo "archive $word"; else all=no; fi
        done
        if [ "$all" = no ]; then
            echo end
            exit 0
        fi
        scratch=$(mktemp -d "$place/upgrader-dry-start.XXXXXX") || exit
        trap 'rm -rf -- "$scratch"' EXIT
        trap 'exit 1' HUP INT TERM
        mkdir -- "$scratch/tree" && chmod 0755 -- "$scratch" || exit
        for word in "$@"; do
            case $word in *=*) ;; *) continue ;; esac
            archive "$cache" "$word" && dpkg-deb --extract "$deb" "$scratch/tree" || exit
        done
        jail=
        ! unshare --net true 2>/dev/null || jail='unshare --net'
        # 65534 is nobody (base-passwd).
        user='setpriv --reuid=65534 --regid=65534 --clear-groups --no-new-privs'
        ! $user test -x "$scratch/tree" 2>/dev/null || jail="$jail $user"
        export jail
        for unit in "$@"; do
            case $unit in *=*) continue ;; esac
            pid=$(systemctl show -p MainPID -- "$unit") || exit
            pid=${pid#MainPID=}
            program=$([ "${pid:-0}" -le 0 ] || readlink -- "/proc/$pid/exe")
            program=${program%' (deleted)'}
            # Preflight says which units do not run.
            [ -n "$program" ] || continue
            # What runs is what a link of the package leads to, which may lead elsewhere in the new one.
            if [ ! -x "$scratch/tree$program" ]; then
                named=$(systemctl show -p ExecStart -- "$unit" | sed -n 's/^ExecStart={ path=\\([^ ;]*\\).*/\\1/p')
                new=$named
                while [ -n "$new" ] && [ -L "$scratch/tree$new" ]; do
                    link=$(readlink -- "$scratch/tree$new")
                    case $link in /*) new=$link ;; *) new=${new%/*}/$link ;; esac
                done
                if [ -n "$new" ] && [ -x "$scratch/tree$new" ]; then program=$new; fi
            fi
            if [ ! -x "$scratch/tree$program" ]; then
                echo "elsewhere $unit $program"
                continue
            fi
            {
                printf '%s\\0' "$scratch/tree$program"
                tail -z -n +2 -- "/proc/$pid/cmdline"
                printf -- '--version\\0'
            } | xargs -0 -x sh -c 'timeout -k 5 60 $jail "$@"; echo "$?" >&3' dry-start \
                >"$scratch/output" 2>&1 3>"$scratch/status"
            read -r status <"$scratch/status" || exit
            echo "trial $unit $status"
            # The usage that many daemons print along with it is hundreds of lines long; its lines begin with a space.
            {
                grep -a -i -E '^(Kubernetes v|([^ ].*)?(unknown|unrecognized|invalid|not defined))' "$scratch/output" ||
                    tail -n 3 "$scratch/output"
            } | cut -c 1-500 | head -n 3 | sed 's/^/ /'
        done
        echo end
        """
}
