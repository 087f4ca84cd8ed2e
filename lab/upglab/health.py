"""Whether the lab is well: asked of the machines and of the API, never assumed."""

import socket

from . import access, api
from .settings import API_ADDRESS, API_PORT, WEB_NODE_PORT, with_role
from .shell import say, wait_for


def ssh_answers(host):
    with socket.create_connection((host.address, 22), timeout=2) as connection:
        return connection.recv(4) == b"SSH-"


def apiserver(host):
    return f"https://{host.address}:{API_PORT}"


def wait_for_control_plane(hosts):
    for host in with_role(hosts, "cp"):
        wait_for(f"the API server of {host.name}", lambda: api.get("/healthz", server=apiserver(host)) == "ok", 120)
    wait_for(f"the API at {API_ADDRESS}", lambda: api.get("/healthz") == "ok", 30)


def condition(thing, kind):
    return next((c["status"] for c in thing.get("status", {}).get("conditions", []) if c["type"] == kind), None)


def ready_nodes():
    return [node for node in api.get("/api/v1/nodes")["items"] if condition(node, "Ready") == "True"]


def wait_for_nodes(count):
    wait_for(f"{count} ready nodes", lambda: len(ready_nodes()) >= count, 180)


def unready_pods():
    pods = api.get("/api/v1/pods")["items"]
    return [f"{pod['metadata']['namespace']}/{pod['metadata']['name']}" for pod in pods
            if condition(pod, "Ready") != "True"]


def report(hosts, ledger, running):
    """Prints the state of everything; true when all of it is well."""
    well = True
    for host in hosts:
        state = "running" if running(ledger, host) else "DOWN"
        if state == "running":
            try:
                ssh_answers(host)
            except OSError:
                state = "running, SSH does not answer"
        well &= state == "running"
        print(f"{host.name:8} {host.role:8} {host.address:16} {state}")
    for host in with_role(hosts, "cp"):
        try:
            seen = api.get("/version", server=apiserver(host))["gitVersion"]
            healthy = api.get("/healthz", server=apiserver(host))
        except OSError as error:
            seen, healthy, well = "no answer", str(error)[:80], False
        print(f"apiserver {host.name}: {seen}, {healthy}")
    try:
        print(f"API at {API_ADDRESS}:{API_PORT}: {api.get('/version')['gitVersion']}")
        nodes = api.get("/api/v1/nodes")["items"]
        for node in nodes:
            good = condition(node, "Ready") == "True"
            cordoned = " cordoned" if node["spec"].get("unschedulable") else ""
            well &= good
            print(f"node {node['metadata']['name']}: {node['status']['nodeInfo']['kubeletVersion']},"
                  f" {'Ready' if good else 'NotReady'}{cordoned}")
        unready = unready_pods()
        well &= not unready
        print(f"pods not ready: {', '.join(unready) if unready else 'none'}")
    except OSError as error:
        print(f"API at {API_ADDRESS}:{API_PORT}: {error}")
        well = False
    return well
