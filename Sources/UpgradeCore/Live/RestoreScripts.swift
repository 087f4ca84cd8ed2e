/// The constant shell texts of a restore of etcd; as `HostScripts`, none is ever composed of anything that varies.
///
/// What a host has come to stands in a directory of the run: `staged` once the snapshot is restored beside the data, and
/// `in-place` once that is etcd's data. Both are made whole or not at all, and name the snapshot by its SHA-256.
enum RestoreScripts {
    /// Finds what the running member is: `$data`, `$name`, `$peers`, and the whole `$cluster`.
    ///
    /// The parameters from `$2` on are its address, CA, certificate and key. Refuses what no restore by this program would
    /// bring back. Flags win over the environment, and a configuration file over both. The names and peer addresses are those that the
    /// members themselves tell; identifiers of members are made of them and of the token.
    /// - Source: etcd 3.2 to 3.4, Documentation/op-guide/configuration.md and recovery.md; etcdmain/config.go;
    ///   etcdctl/ctlv3/command/printer_simple.go; Documentation/v2/api.md (no snapshot has the keys of the v2 API)
    private static let find = """
        export LC_ALL=C; umask 077
        directory=$1; endpoint=${2%%,*}; cacert=$3; cert=$4; key=$5
        refuse() { echo "$*" >&2; exit 1; }
        etcdctl() {
            env ETCDCTL_API=3 etcdctl --endpoints="$endpoint" ${cacert:+--cacert="$cacert"} ${cert:+--cert="$cert"} \\
                ${key:+--key="$key"} "$@"
        }
        words() { tr '\\000' '\\n' <"/proc/$pid/cmdline"; }
        flag() { words | sed -n -e "s/^--*$1=//p" -e "/^--*$1\\$/{n;p;}" | tail -n 1; }
        setting() {
            if [ -n "$file" ]; then
                sed -n "s/^$1 *: *//p" "$file" | tr -d "'\\"" | sed 's/ *#.*//; s/ *$//' | tail -n 1
                return
            fi
            found=$(flag "$1")
            [ -n "$found" ] || found=$(tr '\\000' '\\n' <"/proc/$pid/environ" | sed -n "s/^$2=//p" | tail -n 1)
            printf '%s\\n' "$found"
        }
        find_member() {
            pid=$(systemctl show -p MainPID -- etcd) && pid=${pid#MainPID=} || exit
            [ "${pid:-0}" -gt 0 ] || refuse "the unit etcd does not run here"
            [ "$(readlink "/proc/$pid/root")" = / ] || refuse "etcd runs in a root of its own"
            file=
            file=$(setting config-file ETCD_CONFIG_FILE)
            [ -z "$file" ] || [ -r "$file" ] || refuse "etcd's configuration file $file cannot be read"
            [ -z "$(setting wal-dir ETCD_WAL_DIR)" ] || refuse "etcd keeps its log apart from its data (wal-dir)"
            name=$(setting name ETCD_NAME); name=${name:-default}
            data=$(setting data-dir ETCD_DATA_DIR); data=${data:-$name.etcd}
            case $data in /*) ;; *) data=$(readlink "/proc/$pid/cwd")/$data ;; esac
            data=${data%/}
            [ -d "$data/member" ] || refuse "etcd's data is not in $data/member"
            case $name$data in *[!A-Za-z0-9._/@:-]*) refuse "the name or the place of etcd's data has odd characters" ;; esac
            members=$(etcdctl member list -w simple) || refuse "the member here does not tell who the others are"
            members=$(printf '%s\\n' "$members" | sort -t , -k 3)
            cluster=$(printf '%s\\n' "$members" | awk -F ', ' '
                $2 != "started" || $3 == "" || $6 == "true" { exit 3 }
                { n = split($4, urls, ","); for (i = 1; i <= n; i++) { printf "%s%s=%s", sep, $3, urls[i]; sep = "," } }
            ') || refuse "a member of etcd was never started, or is a learner"
            peers=$(printf '%s\\n' "$members" | awk -F ', ' -v name="$name" '$3 == name { print $4; n++ } END { exit n != 1 }') ||
                refuse "no member of etcd, or more than one, has the name $name that this one runs with"
        }
        keys_of_v2() {
            command -v curl >/dev/null 2>&1 || refuse "without curl etcd's v2 API cannot be asked"
            curl --silent --show-error --noproxy '*' --max-time 20 ${cacert:+--cacert "$cacert"} ${cert:+--cert "$cert"} \\
                ${key:+--key "$key"} "$endpoint/v2/keys/" || exit
        }
        refuse_v2() {
            keys=$(keys_of_v2) || exit
            case $keys in
            *'"nodes":[{'*) refuse "etcd's v2 API holds keys, which no snapshot has: they would be lost" ;;
            esac
        }

        """

    /// How far the restore of the run whose directory is `$1` has come on an etcd host, what keeps etcd from being restored
    /// where it has not been, and what the member answers; the other parameters are those of `find`.
    static let state =
        find + """
            cat -- "$directory/staged" 2>/dev/null
            printf '\\n@upgrader staged %s\\n' "$?"
            cat -- "$directory/in-place" 2>/dev/null
            printf '\\n@upgrader in-place %s\\n' "$?"
            if [ -e "$directory/staged" ]; then
                echo
            else
                (find_member && refuse_v2) 2>&1
            fi
            printf '\\n@upgrader possible %s\\n' "$?"
            timeout 20 env ETCDCTL_API=3 etcdctl --endpoints="$endpoint" ${cacert:+--cacert="$cacert"} \\
                ${cert:+--cert="$cert"} ${key:+--key="$key"} get '' --from-key --keys-only --limit 1 -w fields 2>/dev/null
            printf '\\n@upgrader content %s\\n' "$?"
            """

    /// Restores the snapshot `$6`, whose SHA-256 is `$7`, beside the data of the running member, for a cluster with the
    /// token `$8`.
    ///
    /// That token is no secret, so that no variable has its name, nor does the option stand before its value: whoever reads the
    /// command would find it hidden.
    ///
    /// In the data's own directory, which may be a mount point: what is restored comes into place by a rename. What a
    /// killed attempt has left there is removed first, for etcdctl wants to make it.
    /// - Source: etcd 3.2 etcdctl/ctlv3/command/snapshot_command.go; 3.4 clientv3/snapshot/v3_snapshot.go (the sum at the
    ///   end of a snapshot is compared); etcdmain/etcd.go, identifyDataDirOrDie: other names in the directory are a warning
    static let stage =
        find + """
            path=$6; sum=$7; mark=$8; option=--initial-cluster-token
            [ ! -e "$directory/in-place" ] || exit 0
            find_member
            refuse_v2
            found=$(sha256sum <"$path") || exit
            [ "${found%% *}" = "$sum" ] || refuse "the SHA-256 of $path is ${found%% *}, not $sum"
            new=$data/upgrader-$mark.new
            rm -rf -- "$new" && mkdir -p -- "$directory" && rm -f -- "$directory/staged" || exit
            free=$(df --output=avail -B1 -- "$data" | tail -n 1)
            needed=$((2 * $(stat -c %s -- "$path") + 268435456))
            [ "$free" -ge "$needed" ] || refuse "to restore it, $needed bytes must be free in $data; $((free)) are"
            env -i "PATH=$PATH" ETCDCTL_API=3 etcdctl snapshot restore "$path" --data-dir "$new" --name "$name" \\
                --initial-cluster "$cluster" "$option" "$mark" --initial-advertise-peer-urls "$peers" ||
                { rm -rf -- "$new"; exit 1; }
            chown -R --reference="$data/member" -- "$new" && chmod --reference="$data/member" -- "$new/member" &&
                sync -f -- "$new" || exit
            printf 'sha256 %s\\ndata %s\\nname %s\\ncluster %s\\n' "$sum" "$data" "$name" "$cluster" >"$directory/staged.part" &&
                sync -- "$directory/staged.part" && mv -f -- "$directory/staged.part" "$directory/staged" &&
                sync -- "$directory"
            """

    /// Moves the data of the stopped member aside, under the name of the run `$2`, and what was restored in its place.
    ///
    /// `$1` is the run's directory. Nothing is ever removed.
    ///
    /// Killed anywhere it goes on where it stopped: what lies where tells how far it came, and the data that was restored
    /// is never taken for the data before.
    static let swap = """
        export LC_ALL=C; umask 077
        directory=$1; mark=$2
        refuse() { echo "$*" >&2; exit 1; }
        [ ! -e "$directory/in-place" ] || exit 0
        state=$(systemctl show -p ActiveState -- etcd) || exit
        case ${state#ActiveState=} in inactive | failed) ;; *) refuse "the unit etcd is ${state#ActiveState=} here" ;; esac
        data=$(sed -n 's/^data //p' "$directory/staged") && sum=$(sed -n 's/^sha256 //p' "$directory/staged") || exit
        [ -n "$data" ] && [ -n "$sum" ] || refuse "nothing was restored beside etcd's data"
        new=$data/upgrader-$mark.new/member; old=$data/member.upgrader-$mark; now=$data/member
        if [ -d "$new" ]; then
            if [ -d "$now" ]; then
                [ ! -e "$old" ] || refuse "both $now and $old are there: somebody has started etcd in between"
                mv -T -- "$now" "$old" || exit
            fi
            [ -d "$old" ] || refuse "the data before is neither in $now nor in $old"
            mv -T -- "$new" "$now" || exit
        fi
        [ -d "$now" ] && [ -d "$old" ] || refuse "there is not both $now and $old"
        rmdir -- "${new%/member}" 2>/dev/null
        sync -f -- "$data" && printf 'sha256 %s\\nbefore %s\\n' "$sum" "$old" >"$directory/in-place.part" &&
            sync -- "$directory/in-place.part" && mv -f -- "$directory/in-place.part" "$directory/in-place" &&
            sync -- "$directory"
        """

    /// Puts the file `$1` that the login has sent to `$2`, where its SHA-256 is `$3`.
    ///
    /// Looked at as root's own copy: the login could change the file that it has sent until it is gone.
    static let place = """
        umask 077
        refuse() { echo "$*" >&2; exit 1; }
        mkdir -p -m 0700 -- "${2%/*}" && cat -- "$1" >"$2.part" || exit
        found=$(sha256sum <"$2.part") || exit
        [ "${found%% *}" = "$3" ] || { rm -f -- "$2.part"; refuse "the SHA-256 of what was sent is ${found%% *}, not $3"; }
        sync -- "$2.part" && mv -f -T -- "$2.part" "$2" && rm -f -- "$1"
        """

    /// Restarts the units `$2 …` and leaves the receipt `$1`.
    static let restartAll = """
        receipt=$1; shift; umask 077
        systemctl restart -- "$@" && mkdir -p -- "${receipt%/*}" && : >"$receipt" && sync -- "$receipt"
        """
}
