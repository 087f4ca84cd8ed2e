extension HostScripts {
    /// Functions of the shell about conffiles.
    private static let conffileFunctions = """
        \(findFetched)
        sum() {
            if [ -f "$1" ]; then md5sum <"$1" | cut -c 1-32; else echo -; fi
        }
        # As dpkg does: past a diversion, then past links.
        real() {
            place_of=$(dpkg-divert --truename "$1") || return
            readlink -f -- "$place_of" || printf '%s\\n' "$place_of"
        }
        # Unpacks of the archive $1 the paths that $2 lists into the directory $3. tar ends at the last of them, which is
        # before the programs: to read all of a large archive takes seconds. What dpkg-deb says of that is kept to itself.
        contents() {
            mkdir -p -- "$3" && sed 's/^/./' "$2" >"$2.members" &&
                dpkg-deb --fsys-tarfile "$1" 2>"$2.said" |
                tar -x -p -C "$3" --occurrence=1 --verbatim-files-from --files-from="$2.members" && return
            cat -- "$2.said" >&2
            return 1
        }
        # What $1 and $3 have both made of $2. Done again with what comes out, it must come to the same: the work may be
        # cut off behind it.
        merged() {
            diff3 -m -E -- "$1" "$2" "$3" >"$4" && diff3 -m -E -- "$4" "$2" "$3" | cmp -s -- - "$4"
        }
        # The MD5 that dpkg has recorded for the conffile $2 of the package $1, or a dash.
        recorded() {
            dpkg-query --show --showformat='${Conffiles}\\n' -- "$1" 2>/dev/null | {
                found=-
                while IFS= read -r line; do
                    line=${line% obsolete}
                    line=${line% remove-on-upgrade}
                    [ "${line% *}" != " $2" ] || found=${line##* }
                done
                case $found in *[!0-9a-f]*) found=- ;; esac
                echo "$found"
            }
        }
        """

    /// Looks at the conffiles of packages that apt has fetched: `$1` is where to unpack, `$2` where older archives are
    /// kept, then come the packages as `NAME=VERSION`.
    ///
    /// Prints `archive NAME=VERSION` for each that is there, then a line for each conffile that the host and the package
    /// have both changed: `conffile NAME SHIPPED PRESENT NEXT MERGED PATH`, with MD5s or a dash, and for MERGED perhaps
    /// `conflict` or `no-base`. The lines in which the two differ follow, where everybody may read the file. `end` comes
    /// last; what was unpacked is gone then.
    static let conffiles = """
        export LC_ALL=C
        umask 077
        place=$1
        kept=$2
        shift 2
        # Of a look that was cut off.
        find "$place" -maxdepth 1 -name 'upgrader-conffiles.*' -mmin +60 -exec rm -rf -- '{}' +
        \(conffileFunctions)
        scratch=$(mktemp -d "$place/upgrader-conffiles.XXXXXX") || exit
        trap 'rm -rf -- "$scratch"' EXIT
        trap 'exit 1' HUP INT TERM
        for word in "$@"; do
            fetched "$word" || continue
            echo "archive $word"
            new=$deb
            name=${word%%=*}
            version=$(dpkg-query --show --showformat='${Version}' -- "$name" 2>/dev/null)
            # Unpacked already, whether it is configured or not: then it is decided.
            [ "$word" != "$name=$version" ] || continue
            rm -rf -- "$scratch"/*
            # Without conffiles there is no such file.
            dpkg-deb --info "$new" conffiles 2>/dev/null | grep '^/' >"$scratch/names"
            [ -s "$scratch/names" ] || continue
            contents "$new" "$scratch/names" "$scratch/next" || exit
            while IFS= read -r path; do
                shipped=$(recorded "$name" "$path")
                real=$(real "$path") || exit
                present=$(sum "$real")
                next=$(sum "$scratch/next$path")
                [ "$present" != "$shipped" ] && [ "$next" != "$shipped" ] && [ "$present" != "$next" ] || continue
                merged=no-base
                if [ "$shipped" != - ] && { archive "$kept" "$name=$version" || archive "$cache" "$name=$version"; }; then
                    printf '%s\\n' "$path" >"$scratch/one"
                    contents "$deb" "$scratch/one" "$scratch/base" || exit
                    if [ "$(sum "$scratch/base$path")" = "$shipped" ] && [ "$present" != - ]; then
                        if merged "$real" "$scratch/base$path" "$scratch/next$path" "$scratch/merged" 2>/dev/null; then
                            merged=$(sum "$scratch/merged")
                        else
                            merged=conflict
                        fi
                    fi
                fi
                echo "conffile $name $shipped $present $next $merged $path"
                [ -f "$real" ] && [ -n "$(find "$real" -maxdepth 0 -perm -o+r 2>/dev/null)" ] || continue
                diff -U 0 -- "$real" "$scratch/next$path" | grep -a '^[-+]' | tail -n +3 | head -n 6 | cut -c 1-200 |
                    sed 's/^/ /'
            done <"$scratch/names"
        done
        echo end
        """

    /// Puts conffiles in place as was decided, and then runs the command that installs their packages.
    ///
    /// `$1` is where to unpack, `$2` where older archives are kept; then come four words for each file, `CHOICE
    /// NAME=VERSION PATH PRESENT`, then `--` and the command. All are made ready before the first is put in place. One
    /// that is in place already is left alone, so that it may be done again; one that is neither that nor as it was when
    /// it was decided is refused. What each replaces is kept for `downgrade`, by the version that is left. Afterwards dpkg
    /// finds each file either as its package brings it, or changed on the host, which it is told to leave.
    static let installWithConffiles = """
        export LC_ALL=C
        umask 077
        place=$1
        kept=$2
        shift 2
        \(conffileFunctions)
        mkdir -p -- "$place" || exit
        rm -rf -- "$place"/upgrader-conffiles-install.*
        scratch=$(mktemp -d "$place/upgrader-conffiles-install.XXXXXX") || exit
        trap 'rm -rf -- "$scratch"' EXIT
        trap 'exit 1' HUP INT TERM
        count=0
        while [ "$1" != -- ]; do
            choice=$1
            word=$2
            path=$3
            seen=$4
            shift 4
            work=$scratch/$count
            # What was in place already has left its directory to the next.
            rm -rf -- "$work" && mkdir -- "$work" || exit
            printf '%s\\n' "$path" >"$work/one"
            # Of a file that it leaves as it is dpkg removes the .dpkg-old.
            if [ "$choice" = merge ]; then echo dpkg-bak >"$work/end"; else echo dpkg-old >"$work/end"; fi
            fetched "$word" || { echo "E: no archive of $word in $cache" >&2; exit 3; }
            contents "$deb" "$work/one" "$work/next" || exit
            wanted=$work/next$path
            real=$(real "$path") || exit
            if [ -e "$real" ] && [ ! -f "$real" ]; then
                # A device, a directory: what is put in its place would not be a configuration, as dpkg says too.
                echo "E: $path leads to $real, which is not a regular file: put one there, or remove it" >&2
                exit 3
            fi
            name=${word%%=*}
            version=$(dpkg-query --show --showformat='${Version}' -- "$name" 2>/dev/null)
            if [ "$choice" = merge ]; then
                archive "$kept" "$name=$version" || archive "$cache" "$name=$version" || {
                    echo "E: no archive of $name=$version, so $path cannot be merged" >&2
                    exit 3
                }
                contents "$deb" "$work/one" "$work/base" || exit
                merged "$real" "$work/base$path" "$wanted" "$work/merged" || {
                    echo "E: $path cannot be merged" >&2
                    exit 3
                }
                wanted=$work/merged
            fi
            now=$(sum "$real")
            if [ "$now" = "$(sum "$wanted")" ]; then continue; fi
            if [ "$now" != "$seen" ]; then echo "E: $path was changed since it was looked at" >&2; exit 3; fi
            printf '%s\\n' "$real" >"$work/real" && ln -s -- "$wanted" "$work/wanted" || exit
            echo "$kept/conffiles/$name=$version/$(printf '%s' "$path" | md5sum | cut -c 1-32)" >"$work/record" || exit
            count=$((count + 1))
        done
        shift
        at=0
        while [ "$at" -lt "$count" ]; do
            work=$scratch/$at
            at=$((at + 1))
            IFS= read -r real <"$work/real" && read -r end <"$work/end" && read -r record <"$work/record" || exit
            # For the way back: whole once it says what was put in place.
            rm -rf -- "$record" && mkdir -p -- "$record" && cp -- "$work/real" "$record/real" || exit
            if [ -f "$real" ]; then cp -p -- "$real" "$record/old" && sync -- "$record/old" || exit; fi
            sum "$work/wanted" >"$record/placed" && sync -- "$record"/* "$record" || exit
            mkdir -p -m 0755 -- "${real%/*}" || exit
            # dpkg's own name for it, which nothing reads as a configuration.
            cp -p -- "$work/wanted" "$real.dpkg-tmp" || exit
            if [ -f "$real" ]; then
                chown --reference="$real" -- "$real.dpkg-tmp" && chmod --reference="$real" -- "$real.dpkg-tmp" &&
                    cp -p -- "$real" "$real.$end" && sync -- "$real.$end" || exit
            fi
            sync -- "$real.dpkg-tmp" && mv -f -- "$real.dpkg-tmp" "$real" && sync -- "${real%/*}" || exit
        done
        rm -rf -- "$scratch"
        trap - EXIT HUP INT TERM
        exec "$@"
        """
}
