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
