/// The constant shell texts that ask and change what Calico keeps; as `HostScripts`, none is ever composed.
enum CalicoScripts {
    /// All that etcd holds of Calico, by both its APIs: the address `$1`, and the files `$2` to `$4` of its credentials.
    ///
    /// Status 4 of the first part: there is no such API, or nothing of Calico in it. etcdctl cannot print a tree of the
    /// v2 API with its values, so that one is asked with curl.
    /// - Source: etcd 3.4 Documentation/v2/api.md, "Recursively listing"
    static let stores = """
        endpoint=${1%%,*}; cacert=$2; cert=$3; key=$4; export LC_ALL=C; umask 077
        scratch=$(mktemp) || exit
        trap 'rm -f -- "$scratch"' EXIT
        code=$(curl --silent --show-error --noproxy '*' --max-time 50 ${cacert:+--cacert "$cacert"} \\
            ${cert:+--cert "$cert"} ${key:+--key "$key"} --output "$scratch" --write-out '%{http_code}' \\
            "$endpoint/v2/keys/calico?recursive=true&quorum=true") || exit
        case $code in
        200) cat -- "$scratch"; status=0 ;;
        404) status=4 ;;
        *) echo "etcd answers $code to its v2 API" >&2; exit 1 ;;
        esac
        printf '\\n@upgrader etcdv2 %s\\n' "$status"
        env ETCDCTL_API=3 etcdctl --endpoints="$endpoint" ${cacert:+--cacert="$cacert"} ${cert:+--cert="$cert"} \\
            ${key:+--key="$key"} get --prefix /calico/ -w json || exit
        printf '\\n@upgrader etcdv3 0\\n'
        """

    /// Writes what etcd holds of Calico in one of its APIs, `$2`, to the compressed file `$1`; the rest is as above.
    static let saveStore = """
        path=$1; part=$2; endpoint=${3%%,*}; cacert=$4; cert=$5; key=$6; export LC_ALL=C; umask 077
        mkdir -p -- "${path%/*}" || exit
        trap 'rm -f -- "$path.json"' EXIT
        if [ "$part" = etcdv2 ]; then
            curl --silent --show-error --fail --noproxy '*' --max-time 300 ${cacert:+--cacert "$cacert"} \\
                ${cert:+--cert "$cert"} ${key:+--key "$key"} --output "$path.json" \\
                "$endpoint/v2/keys/calico?recursive=true&quorum=true" || exit
            field='"value":'
        else
            env ETCDCTL_API=3 etcdctl --endpoints="$endpoint" ${cacert:+--cacert="$cacert"} ${cert:+--cert="$cert"} \\
                ${key:+--key="$key"} get --prefix /calico/ -w json >"$path.json" || exit
            field='"key":'
        fi
        sum=$(sha256sum <"$path.json") && gzip -n -c -- "$path.json" >"$path.part" && sync -- "$path.part" &&
            mv -f -- "$path.part" "$path" || exit
        printf '%s %s %s\\n' "$part" "$(grep -o -e "$field" -- "$path.json" | wc -l)" "${sum%% *}"
        """

    /// Writes an archive `$1` of a file for each kind that calicoctl gives, with an INDEX of kind, count and SHA-256; the
    /// rest is the kubectl command, which is asked for IPAM blocks: calicoctl gives none.
    ///
    /// calicoctl of Calico 2 calls itself 1. What one of Calico 3 does not know yet is left out, and the INDEX says so.
    /// - Source: projectcalico/calicoctl v1.6 and v3.0 to v3.17, calicoctl/commands/get.go and resourcemgr
    static let saveObjects = """
        path=$1; shift; export LC_ALL=C; umask 077
        command -v calicoctl >/dev/null || {
            echo "there is no calicoctl here: install it, or name a host that has it under calico.host" >&2; exit 1
        }
        mkdir -p -- "${path%/*}" && rm -rf -- "$path.parts" && mkdir -- "$path.parts" && cd -- "$path.parts" || exit
        trap 'rm -rf -- "$path.parts"' EXIT
        save() {
            name=$1; shift
            "$@" >"$name.yaml" 2>error || { rm -f -- "$name.yaml"; return 1; }
            sum=$(sha256sum <"$name.yaml") || exit
            printf '%s %s %s\\n' "$name" "$(grep -c '^- apiVersion:' "$name.yaml")" "${sum%% *}" >>INDEX
        }
        need() { save "$@" || { cat error >&2; exit 1; }; }
        want() { save "$@" || printf '%s - %s\\n' "$1" "$(head -n 1 error)" >>INDEX; }
        major=$(calicoctl version 2>/dev/null | sed -n 's/^\\(Client \\)\\{0,1\\}Version:[[:space:]]*v\\{0,1\\}\\([0-9]*\\)[.].*/\\2/p' |
            head -n 1)
        if [ "${major:-3}" -lt 3 ]; then
            for kind in ipPool bgpPeer policy hostEndpoint profile node; do need "$kind" calicoctl get "$kind" -o yaml; done
            for name in asNumber nodeToNodeMesh logLevel ipip; do want "config-$name" calicoctl config get "$name"; done
        else
            for kind in ippools bgppeers bgpconfigurations felixconfigurations globalnetworkpolicies hostendpoints \\
                profiles nodes; do need "$kind" calicoctl get "$kind" -o yaml; done
            need networkpolicies calicoctl get networkpolicies --all-namespaces -o yaml
            want networksets calicoctl get networksets --all-namespaces -o yaml
            for kind in globalnetworksets clusterinformations kubecontrollersconfigurations ipamconfigurations; do
                want "$kind" calicoctl get "$kind" -o yaml
            done
        fi
        for kind in ipamblocks blockaffinities ipamhandles; do
            save "$kind" "$@" get "$kind.crd.projectcalico.org" -o yaml || grep -q "have a resource type" error ||
                { cat error >&2; exit 1; }
        done
        rm -f -- error
        tar --create --gzip --file="$path.part" -- * && sync -- "$path.part" && mv -f -- "$path.part" "$path" || exit
        cat INDEX
        """

    /// Runs the command `$1` of calico-upgrade.
    ///
    /// `$2` is where its reports and our marks are, `$3` the run, `$4` and `$5` are the configurations of both stores.
    /// `start` refuses a new store that is not empty, and so a second `start` as well. Only where an earlier one of ours
    /// has begun to write there, after a look that found it empty, is it told to write over what there is.
    /// - Source: projectcalico/calico-upgrade v1.0.5, pkg/commands/dryrun.go and start.go
    static let migrate = """
        stage=$1; directory=$2; mark=$3; export LC_ALL=C; umask 077
        command -v calico-upgrade >/dev/null || { echo "there is no calico-upgrade here" >&2; exit 1; }
        mkdir -p -- "$directory" && cd -- "$directory" || exit
        upgrade() {
            command=$1; shift
            calico-upgrade "$command" "--apiconfigv1=$old" "--apiconfigv3=$new" "$@"
        }
        old=$4; new=$5; over=
        [ ! -e begun ] || over=--ignore-v3-data
        try() {
            upgrade dry-run --output-dir=report $over && return
            for name in validationerrors conversionerrors nameclashes; do
                [ ! -s "report/$name" ] || head -n 20 "report/$name" >&2
            done
            exit 1
        }
        case $stage in
        validate) try && : >"validated-$mark" ;;
        start)
            rm -f -- imported
            [ -n "$over" ] || { try && : >begun && sync -- begun; } || exit
            upgrade start --no-prompts --output-dir=report --ignore-v3-data && : >imported && sync -- imported
            ;;
        complete) upgrade complete --no-prompts ;;
        abort) rm -f -- imported validated-* && upgrade abort --no-prompts ;;
        *) exit 64 ;;
        esac
        """

    /// Prints those of Calico's files on a host that name etcd's v2 API.
    ///
    /// - Source: docs.projectcalico.org v2.6 and v3.1, calicoctl/setup/etcd and reference/cni-plugin/configuration
    static let configuration = """
        for path in /etc/calico/calicoctl.cfg /etc/default/calico-node /etc/calico/calico.env /etc/cni/net.d/*calico*; do
            case $path in *.etcdv2 | *.part) continue ;; esac
            [ ! -f "$path" ] || ! grep -q -e etcdv2 -e calicoApiConfig -- "$path" || printf '%s\\n' "$path"
        done
        """

    /// Lets them name its v3 API; what they were stays beside, with `.etcdv2` at the end of the name.
    static let change = """
        umask 077
        for path in /etc/calico/calicoctl.cfg /etc/default/calico-node /etc/calico/calico.env /etc/cni/net.d/*calico*; do
            case $path in *.etcdv2 | *.part) continue ;; esac
            [ -f "$path" ] && grep -q -e etcdv2 -e calicoApiConfig -- "$path" || continue
            cp -p -- "$path" "$path.etcdv2.part" && sync -- "$path.etcdv2.part" &&
                mv -f -- "$path.etcdv2.part" "$path.etcdv2" || exit
            set -- -e 's/etcdv2/etcdv3/g'
            ! grep -q calicoApiConfig -- "$path" ||
                set -- "$@" -e 's/calicoApiConfig/CalicoAPIConfig/' -e 's|^apiVersion: *v1$|apiVersion: projectcalico.org/v3|'
            cp -p -- "$path" "$path.etcdv3.part" && sed "$@" -- "$path.etcdv2" >"$path.etcdv3.part" &&
                sync -- "$path.etcdv3.part" && mv -f -- "$path.etcdv3.part" "$path" || exit
        done
        """
}
