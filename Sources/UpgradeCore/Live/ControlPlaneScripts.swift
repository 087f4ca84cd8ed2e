/// The constant shell texts that tell what a control-plane host sees of the API's clients and of the kubelets.
enum ControlPlaneScripts {
    /// Requests for alpha and beta APIs, counted by the audit log's end and by the metrics of this host's API server.
    ///
    /// Of an event only verb, user, first word of the user agent, group, version and resource leave the host: a body, and
    /// the words of an `exec` in its URI, do not. Whatever cannot be read is no evidence, and no error.
    /// The parameters are the kubectl command.
    /// - Source: Kubernetes 1.12 staging/src/k8s.io/apiserver/pkg/apis/audit/v1/types.go: bodies come after objectRef
    static let requests = """
        export LC_ALL=C
        count='
            function field(text, mark,    at, rest) {
                at = index(text, mark)
                if (!at) return ""
                rest = substr(text, at + length(mark))
                rest = substr(rest, 1, index(rest, "\\"") - 1)
                gsub(/[^ -~]/, "?", rest)
                return substr(rest, 1, 120)
            }
            function word(text) { sub(/ .*/, "", text); return text }
            function keep(group, version, resource, verb, client, user, times,    key) {
                if (version !~ /^v[0-9]+(alpha|beta)[0-9]+$/ || group == "" || resource == "") return
                key = group "/" version "\\t" resource "\\t" tolower(verb) "\\t" word(client) "\\t" user
                if (!(key in seen) && size++ >= 500) return
                seen[key] += times
            }
            END { for (key in seen) printf "%s\\t%d\\t%s\\n", kind, seen[key], key }
        '
        log=
        pid=$(systemctl show -p MainPID -- kube-apiserver)
        pid=${pid#MainPID=}
        if [ "${pid:-0}" -gt 0 ] && [ -r "/proc/$pid/cmdline" ]; then
            log=$(tr '\\000' '\\n' <"/proc/$pid/cmdline" |
                sed -n -e 's/^--audit-log-path=//p' -e '/^--audit-log-path$/{n;p;}' | tail -n 1)
        fi
        if [ -n "$log" ] && [ -f "$log" ]; then
            week=$(date -u -d '7 days ago' +%Y-%m-%dT%H:%M:%S)
            tail -c 16777216 -- "$log" | timeout 20 awk -v kind=audit -v week="$week" "$count"'
                {
                    when = $0
                    if (sub(/.*"requestReceivedTimestamp":"/, "", when) && substr(when, 1, 19) < week) next
                    at = index($0, "\\"requestObject\\":")
                    if (at) $0 = substr($0, 1, at - 1)
                    at = index($0, "\\"responseObject\\":")
                    if (at) $0 = substr($0, 1, at - 1)
                    if (index($0, "\\"stage\\":\\"RequestReceived\\"")) next
                    if (match($0, /"code":[0-9]+/) && substr($0, RSTART + 7, RLENGTH - 7) >= 400) next
                    at = index($0, "\\"objectRef\\":{")
                    if (!at) next
                    object = substr($0, at)
                    user = substr($0, index($0, "\\"user\\":{"))
                    keep(field(object, "\\"apiGroup\\":\\""), field(object, "\\"apiVersion\\":\\""),
                        field(object, "\\"resource\\":\\""), field($0, "\\"verb\\":\\""),
                        field($0, "\\"userAgent\\":\\""), field(user, "\\"username\\":\\""), 1)
                }'
        fi
        timeout 30 "$@" get --raw /metrics 2>/dev/null | timeout 30 awk -v kind=metrics "$count"'
            /^apiserver_request_total\\{/ {
                if (field($0, "code=\\"") >= 400) next
                keep(field($0, ",group=\\""), field($0, ",version=\\""), field($0, ",resource=\\""),
                    field($0, ",verb=\\""), field($0, "{client=\\""), "", $NF)
            }'
        echo end
        """

    /// Connects to the kubelet of every node at its InternalIP, and names those that did not take the connection.
    ///
    /// Two seconds are room for one lost packet (RFC 6298: the first is sent again after a second); 64 at once and 50
    /// seconds in all keep a thousand nodes behind a filter within what a question may take. The parameters are the
    /// kubectl command.
    static let kubelets = """
        export LC_ALL=C
        nodes=$("$@" get nodes -o 'jsonpath={range .items[*]}{.metadata.name} {.status.daemonEndpoints.kubeletEndpoint.Port} {.status.addresses[?(@.type=="InternalIP")].address}{"\\n"}{end}') || exit
        printf '%s\\n' "$nodes" | while read -r node port address rest; do
            case $node in '' | *[!A-Za-z0-9.-]*) continue ;; esac
            case $port in '' | *[!0-9]*) continue ;; esac
            case $address in '' | *[!0-9a-fA-F.:]*) continue ;; esac
            printf '%s\\0' "$node" "$port" "$address"
        done | timeout 50 xargs -0 -r -n 3 -P 64 bash -c '
            problem=$(timeout 2 bash -c "exec 3<>/dev/tcp/\\$1/\\$0" "$1" "$2" 2>&1) && exit
            status=$?
            case $status,$problem in
            124,* | *"timed out"*) reason=timeout ;;
            *refused*) reason=refused ;;
            *"No route"* | *unreachable*) reason=unreachable ;;
            *) reason=failed ;;
            esac
            echo "$0 $2:$1 $reason"
        '
        [ "$?" != 124 ] || echo '- - untried'
        echo end
        """
}
