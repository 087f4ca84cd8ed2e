"""Small scripts that answer as Calico's and Helm's programs would be asked, and do none of their work."""

import hashlib

CALICO = """#!/bin/sh
# Stand-in for the Calico CNI plugins: pods in the lab get their network from bridge and host-local.
echo "calico-cni v@VERSION@ (lab stand-in)"
"""

CALICOCTL = """#!/bin/sh
# Stand-in for calicoctl in the upgrader lab.
case "$1 $2" in
"version "*) printf 'Client Version:    v@VERSION@\\nBuild date:        lab stand-in\\n' ;;
"node status") echo "Calico process is running. (lab stand-in: there is no BGP)" ;;
"get networksets" | "get kubecontrollersconfigurations" | "get ipamconfigurations")
    echo "Failed to execute command: resource type '$2' is not supported" >&2; exit 1 ;;
"get "*) printf 'apiVersion: projectcalico.org/v3\nitems: []\nkind: List\nmetadata:\n  resourceVersion: "1"\n' ;;
*) echo "calicoctl v@VERSION@ is a lab stand-in and knows only: version, node status, get" >&2; exit 1 ;;
esac
"""

# On workers, beside the package's: what BIRD would tell of a mesh of all workers.
SESSION_PORT = 9099
SESSIONS = f"""#!/bin/sh
# Stand-in for `calicoctl node status` on a worker of the upgrader lab, in the words of the real one. There is no BGP: a session
# is up where the stand-ins for calico-node at both its ends answer each other on port {SESSION_PORT}.
[ "$1 $2" = "node status" ] || exec /usr/bin/calicoctl "$@"
answers() {{ curl --silent --noproxy '*' --max-time 1 --output /dev/null "http://$1:{SESSION_PORT}/ready"; }}
if ! answers 127.0.0.1; then
    echo "Calico process is not running."
    exit 1
fi
rule=+--------------+-------------------+-------+----------+--------------------------------------+
row() {{ printf '| %-12s | %-17s | %-5s | %-8s | %-36s |\\n' "$@"; }}
printf 'Calico process is running.\\n\\nIPv4 BGP status\\n'
if [ -s /etc/upgrader-lab/bgp-peers ]; then
    echo "$rule"
    row "PEER ADDRESS" "PEER TYPE" STATE SINCE INFO
    echo "$rule"
    while read -r peer; do
        answers "$peer"
        case $? in
        0) row "$peer" "node-to-node mesh" up 00:00:00 Established ;;
        7) row "$peer" "node-to-node mesh" start 00:00:00 "Active Socket: Connection refused" ;;
        *) row "$peer" "node-to-node mesh" start 00:00:00 "Active Socket: Host is unreachable" ;;
        esac
    done </etc/upgrader-lab/bgp-peers
    echo "$rule"
else
    echo "No IPv4 peers found."
fi
printf '\\nIPv6 BGP status\\nNo IPv6 peers found.\\n'
"""

HELM = """#!/bin/sh
# Stand-in for helm 2 in the upgrader lab.
case "$1" in
version) echo "Client: v@VERSION@+glabstandin" ;;
*) echo "helm v@VERSION@ is a lab stand-in and knows only: version" >&2; exit 1 ;;
esac
"""

SCRIPTS = {"calicoctl": CALICOCTL, "calico": CALICO, "calico-ipam": CALICO, "helm": HELM}


def text(name, version):
    return SCRIPTS[name].replace("@VERSION@", version).encode()


def identity():
    return hashlib.sha256("".join(SCRIPTS.values()).encode()).hexdigest()[:12]
