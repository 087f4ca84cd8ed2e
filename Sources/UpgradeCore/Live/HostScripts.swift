/// The constant shell texts that run on hosts.
///
/// None is ever composed: what varies comes as positional parameters, which a shell never reads as program text.
/// They keep to POSIX sh and to what coreutils, findutils, procfs and systemd of Debian 9 have.
enum HostScripts {
    /// Packs `$2 …` into `$1`, which exists only when complete; sources that are absent on the host are left out.
    static let archive = """
        path=$1; shift; umask 077; mkdir -p -- "${path%/*}" && \
        tar --create --gzip --ignore-failed-read --file="$path.part" -- "$@" && \
        sync -- "$path.part" && mv -f -- "$path.part" "$path"
        """

    /// Prints the names of the files of `$1` that match `$2`; nothing where there is no such directory.
    static let files = """
        [ -d "$1" ] || exit 0; find "$1" -maxdepth 1 -type f -name "$2" ! -name '*.part' -printf '%f\\n'
        """

    /// Removes the files of `$1` that match `$2`, from the `$3`rd newest on.
    ///
    /// By their times and not by their names: a name has the operator's clock in it, which may be behind.
    static let prune = """
        [ -d "$1" ] || exit 0; find "$1" -maxdepth 1 -type f -name "$2" ! -name '*.part' -printf '%T@ %p\\0' | \
        LC_ALL=C sort -z -r -n | tail -z -n "+$3" | cut -z -d ' ' -f 2- | xargs -0 -r rm -f --
        """

    /// Deletes pod `$2` of namespace `$1` if its uid is `$3`; the rest is the kubectl command.
    ///
    /// kubectl of the path cannot send a uid with a deletion, so it is compared just before.
    static let deletePod = """
        namespace=$1; pod=$2; uid=$3; shift 3; \
        found=$("$@" get pod "$pod" --namespace="$namespace" --ignore-not-found -o 'jsonpath={.metadata.uid}') || exit; \
        [ "$found" = "$uid" ] || exit 0; \
        exec "$@" delete pod "$pod" --namespace="$namespace" --ignore-not-found --wait=false
        """

    /// Runs the operator's command `$2 …` and leaves the receipt `$1` when it ended well.
    static let hook = """
        receipt=$1; shift; "$@" || exit; umask 077; mkdir -p -- "${receipt%/*}" && : >"$receipt" && sync -- "$receipt"
        """

    /// The job itself: runs `$2 …` once, with its output and its exit status kept in the directory `$1`.
    ///
    /// Making the directory is what makes it once: a second start under the same name finds it and does nothing. The
    /// unit itself always ends well, so that systemd forgets it; the result file is the truth.
    static let job = """
        dir=$1
        shift
        [ ! -d "$dir" ] || exit 0
        mkdir -m 0700 -- "$dir" || exit
        "$@" >"$dir/stdout" 2>"$dir/stderr" </dev/null
        status=$?
        # On a full disk the file would be made and stay empty: no result is better than half of one.
        echo "$status" >"$dir/result.part" && sync -- "$dir/result.part" &&
            mv -f -- "$dir/result.part" "$dir/result" && sync -- "$dir"
        exit 0
        """

    /// Makes the directory of all jobs, `$1`, and starts what follows.
    static let startJob = """
        mkdir -p -m 0700 -- "$1" || exit
        shift
        exec "$@"
        """

    /// Begins `$4 …` on the machine `$3` (`any` for any) under the fencing token `$2`, unless the directory `$1` says that a
    /// newer one was seen.
    ///
    /// Nothing is written on another machine. The directory may have come along with a copied disk, machine-id(5) is what
    /// must not.
    ///
    /// The lock is held until the command has ended, shared by all under one token: whoever tells a newer one waits for
    /// them. A file that holds no number was never written by this script, which replaces it as a whole.
    static let fence = """
        dir=$1
        fence=$2
        machine=$3
        shift 3
        if [ "$machine" != any ]; then
            found=$(cat /etc/machine-id)
            if [ "$found" != "$machine" ]; then echo "upgrader-fence: machine $found" >&2; exit 75; fi
        fi
        umask 077
        mkdir -p -- "$dir" || exit
        exec 9>>"$dir/fence.lock" || exit
        look() {
            flock "$1" -w 50 9 || { echo 'upgrader-fence: busy' >&2; exit 74; }
            seen=$(cat -- "$dir/fence" 2>/dev/null)
            case $seen in '' | *[!0-9]*) seen=0 ;; esac
        }
        look -s
        if [ "$fence" -gt "$seen" ]; then
            look -x
            if [ "$fence" -gt "$seen" ]; then
                echo "$fence" >"$dir/fence.part" && sync -- "$dir/fence.part" &&
                    mv -f -- "$dir/fence.part" "$dir/fence" && sync -- "$dir" || exit
            fi
            # flock(2) may let somebody pass between the two locks.
            look -s
        fi
        if [ "$fence" -lt "$seen" ]; then echo "upgrader-fence: seen $seen" >&2; exit 75; fi
        exec "$@"
        """

    /// The lease `$2` of namespace `$1`, in the first of the versions `$3` that the server has, else as a ConfigMap; the
    /// rest is the kubectl command.
    static let lease = """
        namespace=$1
        name=$2
        versions=$3
        shift 3
        group=$("$@" get --raw /apis/coordination.k8s.io 2>&1)
        status=$?
        case $status$group in
            0*) ;;
            *NotFound*) group= ;;
            *) printf '%s\\n' "$group" >&2; exit "$status" ;;
        esac
        form=configmap
        path=/api/v1/namespaces/$namespace/configmaps/$name
        for version in $versions; do
            case $group in
                *\"coordination.k8s.io/"$version"\"*)
                    form=$version
                    path=/apis/coordination.k8s.io/$version/namespaces/$namespace/leases/$name
                    break
                    ;;
            esac
        done
        printf '%s\\n@upgrader form 0\\n' "$form"
        { error=$("$@" get --raw "$path" 2>&1 >&3 3>&-); status=$?; } 3>&1
        case $status$error in
            0*) ;;
            *NotFound*) ;;
            *) printf '%s\\n' "$error" >&2; exit "$status" ;;
        esac
        printf '\\n@upgrader object 0\\n'
        """

    /// Tells the state of the unit `$1` and of the job directory `$2`: `none`, `begun`, or `ended` with the status.
    ///
    /// The host itself waits up to two seconds for the end of a job that runs: whoever asks sees it at once, and asks no more often.
    /// The unit is looked at first: a job that ends in between has left its result when the directory is looked at.
    static let jobStatus = """
        looks=0
        while
            state=$(systemctl show -p ActiveState -- "$1") || exit
            [ "$state" = ActiveState=active ] && [ ! -f "$2/result" ] && [ "$looks" -lt 20 ]
        do
            sleep 0.1
            looks=$((looks + 1))
        done
        echo "$state"
        if [ -f "$2/result" ]; then
            read -r status <"$2/result"
            echo "ended $status"
            tail -q -n 20 -- "$2/stdout" "$2/stderr"
        elif [ -d "$2" ]; then
            echo begun
        else
            echo none
        fi
        """

    /// Removes the directory `$1` of a job that could not take apt's lock and so did nothing.
    static let forgetJob = """
        rm -rf -- "$1"
        """

    /// Takes the mask of the unit `$1` away and starts it, with the option `$2`: in one, so that nothing is left between.
    static let unpause = """
        systemctl unmask -- "$1" && exec systemctl start ${2:+"$2"} -- "$1"
        """

    /// Who the host is; `$1` says whether sudo may be used.
    static let identity = """
        echo "clock $(date +%s.%N)"
        echo "machine-id $(cat /etc/machine-id)"
        echo "kernel $(uname -r)"
        if [ "$(id -u)" = 0 ]; then
            echo 'root yes'
        elif [ "$1" = sudo ] && sudo -n true 2>/dev/null; then
            echo 'root yes'
        else
            echo 'root no'
        fi
        """

    /// Free blocks and their size for root, below `$1` or its nearest parent that exists.
    static let freeSpace = """
        path=$1
        while [ -n "$path" ] && [ ! -e "$path" ]; do path=${path%/*}; done
        stat -f -c '%f %S' -- "${path:-/}"
        """

    /// The state of the unit `$1` and what the program of its main process says of its version.
    ///
    /// `/proc/PID/exe` is the running program, also when a package has replaced its file.
    static let unit = """
        systemctl show -p LoadState -p ActiveState -p MainPID -p UnitFileState -p ActiveEnterTimestampMonotonic \
        -- "$1" || exit
        echo "Uptime=$(cut -d ' ' -f 1 /proc/uptime)"
        printf '\\n@upgrader state %s\\n' "$?"
        pid=$(systemctl show -p MainPID -- "$1")
        pid=${pid#MainPID=}
        if [ "${pid:-0}" -gt 0 ]; then timeout 10 "/proc/$pid/exe" --version 2>/dev/null </dev/null; fi
        printf '\\n@upgrader version %s\\n' "$?"
        """

    /// Four questions to the etcd member, and its quota as it was started with; the parameters are the etcdctl command.
    ///
    /// A flag wins over its variable; where there is a configuration file, that alone counts.
    /// - Source: etcd 3.2 to 3.4 Documentation/op-guide/configuration.md
    static let etcdMember = """
        "$@" endpoint health 2>&1
        printf '\\n@upgrader health %s\\n' "$?"
        "$@" endpoint status -w json
        printf '\\n@upgrader status %s\\n' "$?"
        "$@" member list -w json
        printf '\\n@upgrader members %s\\n' "$?"
        "$@" alarm list
        printf '\\n@upgrader alarms %s\\n' "$?"
        pid=$(systemctl show -p MainPID -- etcd)
        pid=${pid#MainPID=}
        if [ "${pid:-0}" -gt 0 ] && [ -r "/proc/$pid/cmdline" ]; then
            value() { sed -n -e "s/^--\\{0,1\\}$1=//p" -e "/^--\\{0,1\\}$1\\$/{n;p;}" | tail -n 1; }
            words=$(tr '\\000' '\\n' <"/proc/$pid/cmdline")
            variables=$(tr '\\000' '\\n' <"/proc/$pid/environ")
            file=$(printf '%s\\n' "$words" | value config-file)
            [ -n "$file" ] || file=$(printf '%s\\n' "$variables" | sed -n 's/^ETCD_CONFIG_FILE=//p')
            if [ -n "$file" ]; then
                sed -n 's/^quota-backend-bytes: *\\(-\\{0,1\\}[0-9]*\\).*/\\1/p' -- "$file"
            else
                quota=$(printf '%s\\n' "$words" | value quota-backend-bytes)
                [ -n "$quota" ] || quota=$(printf '%s\\n' "$variables" | sed -n 's/^ETCD_QUOTA_BACKEND_BYTES=//p')
                printf '%s\\n' "$quota"
            fi
        fi
        printf '\\n@upgrader quota %s\\n' "$?"
        """

    /// Size and SHA-256 of the file `$1`.
    static let file = """
        [ -e "$1" ] || { echo absent; exit 0; }
        stat -L -c %s -- "$1" && sha256sum <"$1"
        """

    /// The BGP sessions of Calico, where it has any; it asks BIRD through its socket, as root.
    static let bgpPeers = """
        command -v calicoctl >/dev/null 2>&1 || exit 0
        calicoctl node status 2>&1 || true
        """

    /// Whether an API server is healthy and what it is; the parameters are the kubectl command.
    static let apiServer = """
        "$@" get --raw /healthz
        printf '\\n@upgrader health %s\\n' "$?"
        "$@" get --raw /version
        printf '\\n@upgrader version %s\\n' "$?"
        """

    /// The leader lock `$1` in both its forms and the time; the rest is the kubectl command.
    static let leader = """
        name=$1
        shift
        "$@" get endpoints "$name" --namespace=kube-system --ignore-not-found -o json || exit
        printf '\\n@upgrader endpoints %s\\n' "$?"
        "$@" get leases.coordination.k8s.io "$name" --namespace=kube-system --ignore-not-found -o json
        printf '\\n@upgrader lease %s\\n' "$?"
        date +%s.%N
        printf '\\n@upgrader clock %s\\n' "$?"
        """

    /// The DaemonSet `$2` of namespace `$1` and the pods of that namespace; the rest is the kubectl command.
    static let daemonSet = """
        namespace=$1
        name=$2
        shift 2
        "$@" get daemonsets.apps "$name" --namespace="$namespace" --ignore-not-found -o json || exit
        printf '\\n@upgrader daemonset %s\\n' "$?"
        "$@" get pods --namespace="$namespace" -o json || exit
        printf '\\n@upgrader pods %s\\n' "$?"
        """

    /// How the daemons `$@` are configured, and which conffiles of the packages among them, given as `package=NAME`, are
    /// not as they were brought, in blocks of a head and lines.
    ///
    /// A head begins its line, a line of content begins with a space: no content can look like a head. `end` comes last.
    static let configuration = """
        indent() { sed 's/^/ /'; echo; }
        fact() { printf 'fact %s\\n' "$1"; shift; "$@" 2>/dev/null </dev/null | head -n 1 | indent; }
        file() {
            [ -f "$2" ] || return 0
            printf 'file %s %s\\n' "$1" "$2"
            head -c 262144 -- "$2" | indent
        }
        fact clock date +%s
        fact name uname -n
        fact kernel uname -r
        fact iptables iptables --version
        fact cgroup timeout 10 docker info --format '{{.CgroupDriver}}'
        printf 'holds\\n'
        apt-mark showhold | indent
        kubeconfigs=
        named=
        for unit in "$@"; do
            case $unit in package=*) continue ;; esac
            shown=$(systemctl show -p LoadState -p FragmentPath -p DropInPaths -p EnvironmentFiles -p MainPID \
                -- "$unit") || exit
            case $shown in *LoadState=not-found*) continue ;; esac
            printf 'daemon %s\\n' "$unit"
            printf '%s\\n' "$shown" | sed -n 's/^FragmentPath=//p' |
                while IFS= read -r path; do file unit "$path"; done
            printf '%s\\n' "$shown" | sed -n 's/^DropInPaths=//p' | tr ' ' '\\n' |
                while IFS= read -r path; do file unit "$path"; done
            printf '%s\\n' "$shown" | sed -n 's/^EnvironmentFiles=\\(.*\\) (ignore_errors=.*)$/\\1/p' |
                while IFS= read -r path; do file environment "$path"; done
            pid=$(printf '%s\\n' "$shown" | sed -n 's/^MainPID=//p')
            [ "${pid:-0}" -gt 0 ] && [ -r "/proc/$pid/cmdline" ] || continue
            words=$(tr '\\000' '\\n' <"/proc/$pid/cmdline")
            printf 'words\\n'
            printf '%s\\n' "$words" | indent
            printf '%s\\n' "$words" | sed -n -e 's/^--config=//p' -e '/^--config$/{n;p;}' |
                while IFS= read -r path; do file configuration "$path"; done
            kubeconfigs="$kubeconfigs
        $(printf '%s\\n' "$words" | sed -n -e 's/^--[a-z-]*kubeconfig=//p' -e '/^--[a-z-]*kubeconfig$/{n;p;}')"
            named="$named
        $(printf '%s\\n' "$words" | sed -n 's/^--[a-z-]*=\\(\\/.*\\)/\\1/p')"
        done
        printf 'conffiles\\n'
        for word in "$@"; do
            case $word in package=*) name=${word#package=} ;; *) continue ;; esac
            dpkg-query --show --showformat='${Conffiles}\\n' -- "$name" 2>/dev/null | while IFS= read -r line; do
                case $line in ' /'*' '*) ;; *) continue ;; esac
                state=changed
                case $line in *' obsolete') state=obsolete ;; esac
                line=${line% obsolete}
                line=${line% remove-on-upgrade}
                path=${line% *}
                path=${path# }
                if [ "$state" = changed ] && [ -f "$path" ]; then
                    [ "$(md5sum <"$path" | cut -c 1-32)" != "${line##* }" ] || continue
                fi
                printf ' %s %s %s\\n' "$state" "$name" "$path"
            done
        done
        for path in /etc/cni/net.d/*.conf /etc/cni/net.d/*.conflist /etc/cni/net.d/*.json; do
            file network "$path"
        done
        date_of() {
            last=$(openssl x509 -noout -enddate 2>/dev/null | sed -n 's/^notAfter=//p')
            [ -n "$last" ] && date -u -d "$last" +%s
        }
        kubeconfigs() {
            { printf '%s\\n' /etc/kubernetes/*.conf /etc/kubernetes/*kubeconfig* "$kubeconfigs"; } | sort -u |
                while IFS= read -r path; do [ -f "$path" ] && printf '%s\\n' "$path"; done
        }
        small() { find "$1" -maxdepth 0 \\( -type f -o -type l \\) -size -64k 2>/dev/null; }
        printf 'certificates\\n'
        {
            find /etc/kubernetes /etc/etcd /var/lib/kubelet/pki -maxdepth 4 \\( -type f -o -type l \\) -size -64k \\
                \\( -name '*.pem' -o -name '*.crt' -o -name '*.cert' \\) 2>/dev/null
            printf '%s\\n' "$named" | while IFS= read -r path; do [ -f "$path" ] && small "$path"; done
        } | sort -u | while IFS= read -r path; do
            grep -q -e '-----BEGIN CERTIFICATE' -- "$path" 2>/dev/null || continue
            ends=$(date_of <"$path") && printf ' %s %s\\n' "$ends" "$path"
        done
        kubeconfigs | while IFS= read -r path; do
            sed -n 's/^ *client-certificate-data: *//p' "$path" | while IFS= read -r data; do
                ends=$(printf '%s' "$data" | base64 -d 2>/dev/null | date_of) && printf ' %s %s\\n' "$ends" "$path"
            done
        done
        printf 'tokens\\n'
        kubeconfigs | while IFS= read -r path; do
            {
                sed -n 's/^ *token: *"\\{0,1\\}\\([A-Za-z0-9_.-]*\\)"\\{0,1\\} *$/\\1/p' "$path"
                sed -n 's/^ *tokenFile: *"\\{0,1\\}\\(\\/[^"]*\\)"\\{0,1\\} *$/\\1/p' "$path" |
                    while IFS= read -r at; do [ -f "$at" ] && head -c 65536 -- "$at" && echo; done
            } | while IFS= read -r token; do
                # The claims of a JWT, base64url without its padding; any other token says nothing of its end.
                case $token in *.*.*) ;; *) continue ;; esac
                claims=$(printf '%s' "$token" | cut -d . -f 2 | tr '_-' '/+')
                case $((${#claims} % 4)) in 2) claims="$claims==" ;; 3) claims="$claims=" ;; esac
                ends=$(printf '%s' "$claims" | base64 -d 2>/dev/null |
                    sed -n 's/.*"exp" *: *\\([0-9]\\{1,12\\}\\).*/\\1/p')
                [ -n "$ends" ] && printf ' %s %s\\n' "$ends" "$path"
            done
        done
        printf 'end\\n'
        """
}
