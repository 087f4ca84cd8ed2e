#!/usr/bin/env python3
"""Loads Helm 2's objects into an API server, and asks Helm's own library about what they became; see `judge`."""
import base64
import gzip
import json
import os
import subprocess
import sys
import tempfile

from hapi.release import release_pb2, status_pb2


def kubectl(*words, text=None):
    done = subprocess.run(["kubectl", *words], input=text, text=True, capture_output=True)
    if done.returncode:
        sys.exit(f"kubectl {' '.join(words)}: {done.stderr[:2000]}")
    return done.stdout


def decode(one):
    data = one.get("data", {}).get("release", "")
    if one["kind"] == "Secret":
        data = base64.b64decode(data).decode()
    try:
        raw = base64.b64decode(data)
        return release_pb2.Release.FromString(gzip.decompress(raw))
    except Exception:
        return None


def load(objects):
    releases = [decode(one) for one in objects]
    namespaces = {one["metadata"]["namespace"] for one in objects} | {"shop"}
    namespaces |= {one.namespace for one in releases if one and one.namespace}
    there = kubectl("get", "namespaces", "--output=jsonpath={.items[*].metadata.name}").split()
    for namespace in sorted(namespaces - set(there)):
        kubectl("create", "namespace", namespace)
    kubectl("create", "--filename=-", text=json.dumps({"apiVersion": "v1", "kind": "List", "items": objects}))
    # What Tiller would have made; deployments of APIs that are gone cannot be.
    for one in releases:
        if one and one.info.status.code == status_pb2.Status.DEPLOYED and one.namespace.startswith("team"):
            text = one.manifest.split("---\n# Source: web/templates/deployment")[0]
            kubectl("create", f"--namespace={one.namespace}", "--filename=-", text=text)


# Not written anew by JudgedConversionTests, so that Helm shows what that is for.
UNMAPPED = "app57"


def judge(objects, unmapped):
    import helm_python
    releases = {}
    for one in objects:
        made = decode(one)
        if made and made.HasField("chart") and made.namespace.startswith("team") and made.name != "toolarge":
            releases.setdefault((made.namespace, made.name), {})[made.version] = made
    names = ["unknown", "deployed", "uninstalled", "superseded", "failed", "uninstalling", "pending-install",
             "pending-upgrade", "pending-rollback"]
    listed = got = upgraded = rolled = mapped = 0
    with tempfile.TemporaryDirectory() as scratch:
        chart = os.path.join(scratch, "web")
        os.makedirs(os.path.join(chart, "templates"))
        from releases import TEMPLATE
        with open(os.path.join(chart, "Chart.yaml"), "w") as file:
            file.write("apiVersion: v1\nname: web\nversion: 1.2.4\n")
        with open(os.path.join(chart, "templates", "settings.yaml"), "w") as file:
            file.write(TEMPLATE)
        for namespace in sorted({key[0] for key in releases}):
            with helm_python.Config(kubeconfig_path=os.environ["KUBECONFIG"], namespace=namespace) as config:
                for (_, name), revisions in sorted(item for item in releases.items() if item[0][0] == namespace):
                    last = revisions[max(revisions)]
                    history = config.history(name)
                    is_deployed = last.info.status.code == status_pb2.Status.DEPLOYED
                    is_old = is_deployed and "extensions/" in last.manifest
                    is_mapped = is_old and name != unmapped
                    assert len(history) == len(revisions) + is_mapped, (name, len(history), len(revisions))
                    listed += len(history)
                    for number, made in revisions.items():
                        found = config.get_all(name, revision=number)
                        text = json.dumps(found)
                        status = "superseded" if is_mapped and made is last else names[made.info.status.code]
                        assert status in text, (name, number, text[:300])
                        got += 1
                    if not is_deployed:
                        continue
                    if is_old and not is_mapped:
                        try:
                            config.upgrade(chart, name, {"round": "upgraded"})
                        except Exception as error:
                            assert "no matches for kind" in str(error), (name, error)
                            continue
                        raise AssertionError(f"{name} names an API that is gone, and was upgraded")
                    back = last.version
                    if is_mapped:
                        back += 1
                        text = json.dumps(config.get_all(name, revision=back))
                        assert '"status": "deployed"' in text and "Rewritten by upgrader" in text, (name, text[:300])
                        mapped += 1
                    config.upgrade(chart, name, {"round": "upgraded"})
                    value = kubectl("get", "configmap", f"{name}-settings", f"--namespace={namespace}",
                                    "-o", "jsonpath={.data.round}")
                    assert value == "upgraded", (name, value)
                    upgraded += 1
                    config.rollback(name, version=back)
                    value = kubectl("get", "configmap", f"{name}-settings", f"--namespace={namespace}",
                                    "-o", "jsonpath={.data.round}")
                    assert value == str(last.version), (name, value)
                    rolled += 1
    print(f"judge: Helm {helm_python._native.helm_sdk_version()} listed {listed} and got {got} revisions of "
          f"{len(releases)} releases, upgraded {upgraded}, rolled {rolled} back; {mapped} of these had been written anew")


if __name__ == "__main__":
    with open(sys.argv[2], encoding="utf-8") as file:
        everything = [json.loads(line) for line in file]
    if sys.argv[1] == "load":
        load(everything)
    else:
        judge(everything, sys.argv[3] if len(sys.argv) > 3 else UNMAPPED)
