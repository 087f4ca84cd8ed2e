/// The constant shell texts that ask a node about its network and its images; see `HostScripts` for what they keep to.
enum CalicoNodeScripts {
    /// Asks pods of other nodes, from the network of one of the addresses before `--` where a process is in it, else from the
    /// host's own; then come node, address and port of each pod: a TCP connection to the port, an ICMP echo where it is `-`.
    ///
    /// All at once and each for three seconds. A connection is opened and closed, nothing is sent; a refusal is no answer, for
    /// a rule of the host can give it as well. Always 0. bash, util-linux and grep are essential packages of Debian; without
    /// ping the pods without a port are silent.
    static let podReach = """
        own=
        while [ $# -gt 0 ] && [ "$1" != -- ]; do own="$own $1"; shift; done
        [ $# -eq 0 ] || shift
        host=$(readlink /proc/1/ns/net)
        place= from=-
        for found in $(find /proc/[0-9]*/ns/net -maxdepth 0 -printf '%l %p\\n' 2>/dev/null | sort -u -k1,1 |
            while read -r name path; do [ "$name" = "$host" ] || echo "$path"; done); do
            for address in $own; do
                [ -z "$place" ] && grep -qE "^ *[|+]-- $address\\$" "${found%/ns/net}/net/fib_trie" 2>/dev/null || continue
                place=$found from=$address
            done
            [ -z "$place" ] || break
        done
        inside() {
            if [ -n "$place" ]; then timeout 3 nsenter "--net=$place" "$@"; else timeout 3 "$@"; fi
        }
        ask() {
            if [ "$3" = - ]; then inside ping -n -c 1 -W 2 "$2"
            else inside bash -c 'exec 3<>"/dev/tcp/$0/$1"' "$2" "$3"; fi >/dev/null 2>&1 && echo "reached $1 $2"
        }
        echo "from $from"
        while [ $# -ge 3 ]; do
            ask "$1" "$2" "$3" &
            shift 3
        done
        wait
        echo end
        """

    /// Who of crictl, docker and ctr gets an answer from its runtime, and whether that has the image.
    ///
    /// `$1` names one that is to be asked whatever it answers, or is empty; `$2` is the image, `$3` the same with its registry,
    /// as ctr needs it.
    static let image = """
        answers() { command -v "$1" && timeout 10 "$1" version; } >/dev/null 2>&1
        client=$1
        for one in crictl docker ctr; do
            [ -n "$client" ] || ! answers "$one" || client=$one
        done
        [ -n "$client" ] || exit 0
        echo "$client"
        case $client in
        crictl) timeout 20 crictl inspecti "$2" ;;
        docker) timeout 20 docker image inspect "$2" ;;
        ctr) timeout 20 ctr --namespace k8s.io images list -q "name==$3" | grep -qxF "$3" ;;
        esac >/dev/null 2>&1 && echo present
        exit 0
        """

    /// Those of the names that root finds as programs.
    static let programs = """
        for name in "$@"; do ! command -v "$name" >/dev/null 2>&1 || echo "$name"; done
        """

    /// Restarts the unit `$1` of what its files say now: a package whose scripts leave the unit alone has nobody read them anew.
    ///
    /// - Source: debhelper 13, dh_installsystemd: neither a reload nor a restart with `--no-stop-on-upgrade --no-start`
    static let restart = """
        systemctl daemon-reload && exec systemctl restart -- "$1"
        """

    /// Those of the files of the unit `$1`, and of dpkg's lists of the packages that follow, which are newer than its start.
    ///
    /// A package's own files have the time that its maker gave them; its list is written with each unpacking. systemd counts
    /// microseconds of the clock that uptime counts in hundredths; one of these is taken off: in doubt a file is newer. A unit
    /// file that systemd has not read since it was replaced is newer, too, whatever its time: a start was one of the old text.
    /// - Source: dpkg 1.18 to 1.21, src/unpack.c: the list is written to a new file and renamed; systemd,
    ///   src/systemctl: the property EnvironmentFiles was shown as `EnvironmentFile=` before it was shown by its name
    static let newerFiles = """
        unit=$1; shift; export LC_ALL=C
        shown=$(systemctl show -p ActiveEnterTimestampMonotonic -p FragmentPath -p DropInPaths -p EnvironmentFiles \
            -p NeedDaemonReload -- "$unit") || exit
        tell() { printf '%s\\n' "$shown" | sed -n "$1"; }
        since=$(tell 's/^ActiveEnterTimestampMonotonic=//p')
        # In this order: on a busy host time passes between the two, and a start that is taken for earlier misses no file.
        now=$(date +%s%N)
        up=$(cut -d ' ' -f 1 /proc/uptime | tr -d .)
        start=$((now / 1000 - (up + 1) * 10000 + ${since:-0}))
        mark=@$((start / 1000000)).$(printf %06d $((start % 1000000)))
        unread=
        [ "$(tell 's/^NeedDaemonReload=//p')" != yes ] || unread=$(tell 's/^FragmentPath=//p')
        [ -z "$unread" ] || printf '%s\\n' "$unread"
        {
            tell 's/^FragmentPath=//p'
            tell 's/^DropInPaths=//p' | tr ' ' '\\n'
            tell 's/^EnvironmentFiles\\{0,1\\}=\\(.*\\) (ignore_errors=.*)$/\\1/p'
            for name in "$@"; do
                printf '%s\\n' "/var/lib/dpkg/info/$name.list" "/var/lib/dpkg/info/$name:"*.list
            done
        } | while IFS= read -r path; do
            [ ! -f "$path" ] || [ "$path" = "$unread" ] || find -L "$path" -maxdepth 0 -newermt "$mark" || exit
        done
        """
}
