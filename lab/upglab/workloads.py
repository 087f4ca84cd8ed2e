"""What runs in the cluster: manifests of lab/workloads/, and Helm 2 releases."""

import json
import re

from . import api, health, prober, releases
from .settings import LAB, LABELS, STATE, hosts, with_role
from .shell import run, say, wait_for

MANIFESTS = ["kube-system", "shop", "stock"]


def apply(binaries, contained):
    """Creates what is not there. Pods without a controller need their namespace's service account first."""
    text = "\n---\n".join((LAB / f"workloads/{name}.yaml").read_text() for name in MANIFESTS)
    if not contained:
        # Nothing answers in a hollow pod, and its images come from a runtime that only pretends to pull.
        text = text.replace("imagePullPolicy: Never", "imagePullPolicy: IfNotPresent")
        text = re.sub(r"\n *readinessProbe:\n *httpGet.*\n *periodSeconds.*", "", text)
    text += "\n---\n" + json.dumps({"apiVersion": "v1", "kind": "List", "items": releases.config_maps()})

    def applied():
        done = run(binaries / f"v{LABELS[0]}" / "kubectl", f"--kubeconfig={STATE}/admin.conf",
                   f"--cache-dir={STATE}/kubectl-cache", "apply", "-f", "-", stdin=text, check=False, timeout=60)
        if done.returncode:
            raise OSError(done.stderr.strip()[-500:])
        return True

    say("nodes are ready; applying the workloads")
    wait_for("the workloads to be accepted", applied, 60, 1)


def wait(workers, shape):
    """Until every pod is ready and the service answers on every worker."""
    def settled():
        daemons = api.get("/apis/apps/v1/namespaces/kube-system/daemonsets/calico-node")["status"]
        web = api.get("/apis/apps/v1/namespaces/shop/deployments/web")["status"]
        budget = api.get("/apis/policy/v1beta1/namespaces/shop/poddisruptionbudgets/web")["status"]
        unready = health.unready_pods()
        if unready:
            raise OSError("not ready: " + ", ".join(unready[:5]))
        return (0 < daemons["desiredNumberScheduled"] == daemons.get("numberReady") and web.get("readyReplicas") == 4
                and budget.get("disruptionsAllowed", 0) >= 1)

    def answers():
        # kube-proxy writes its rules when it gets to it.
        for host in with_role(hosts(**shape), "worker"):
            prober.ask_web(host.address)
        return True

    if workers:
        wait_for("every pod to be ready", settled, 180, 0.5)
        wait_for("the service to answer on every worker", answers, 60, 0.5)
