#!/usr/bin/env python3
"""Makes Helm 2 releases with the protobuf modules of Helm 2 itself, as PyPI's pyhelm carries them.

    releases.py fixtures DIRECTORY                       the few that the unit tests read, with what Helm 3 must hold
    releases.py many COUNT REVISIONS NAMESPACES          API objects, one a line: for the judge and for the lab
    releases.py usual REVISIONS                          those of one release of a chart of the usual size, for the benchmark
    releases.py odd                                      the same of all that cannot be converted, and one near 1 MiB

Needs pyhelm's `hapi` on PYTHONPATH, protobuf 3.20 and PROTOCOL_BUFFERS_PYTHON_IMPLEMENTATION=python; `Scripts/helm/venv`
sees to that. What is made is the same every time.
"""
import base64
import gzip
import hashlib
import json
import os
import random
import sys
import zlib

import yaml
from google.protobuf.any_pb2 import Any
from google.protobuf.timestamp_pb2 import Timestamp
from hapi.chart import chart_pb2, config_pb2, metadata_pb2, template_pb2
from hapi.release import hook_pb2, info_pb2, release_pb2, status_pb2, test_run_pb2, test_suite_pb2

EPOCH = 1546300800  # 2019-01-01T00:00:00Z

VALUES = """# what the operator set
replicas: 3
image: {repository: registry.example.org/web, tag: "1.10"}
password: "pa\\"ss"
greeting: Grüße, 世界 🚢
ratio: 0.25
enabled: yes
day: 2019-03-01
mode: 0644
empty:
list: [1, two, 3.0, true, null]
base: &base {a: 1, b: 2}
derived: {<<: *base, b: 3}
1: number
"""

TEMPLATE = """apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ .Release.Name }}-settings
data:
  greeting: {{ .Values.greeting | default "hello" | quote }}
  round: {{ .Values.round | default "0" | quote }}
"""


def manifest(name, revision, api=None, greeting="hello", labelled=False):
    text = f"""
---
# Source: web/templates/settings.yaml
apiVersion: v1
kind: ConfigMap
metadata:
  name: {name}-settings
data:
  greeting: "{greeting}"
  round: "{revision}"
"""
    if api:
        text += f"""---
# Source: web/templates/deployment.yaml
apiVersion: {api}
kind: Deployment
metadata:
  name: {name}-web
spec:
  replicas: 1
"""
        # As charts have it that rely on the selector which the old API server fills in.
        text += f"""  template:
    metadata:
      labels:
        app: {name}
    spec:
      containers:
      - name: web
        image: registry.example.org/web:1.10
""" if labelled else ""
    return text


def hooks(name):
    def hook(kind, events, weight=0, policies=(), ran=None, timeout=0):
        one = hook_pb2.Hook(
            name=f"{name}-{kind}", kind="ConfigMap", path=f"web/templates/{kind}.yaml",
            manifest=f"apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {name}-{kind}\n", weight=weight,
            delete_timeout=timeout)
        one.events.extend(hook_pb2.Hook.Event.Value(event) for event in events)
        one.delete_policies.extend(hook_pb2.Hook.DeletePolicy.Value(policy) for policy in policies)
        if ran:
            one.last_run.CopyFrom(Timestamp(seconds=ran, nanos=5000000))
        return one

    return [
        hook("migrate", ["PRE_INSTALL", "PRE_UPGRADE"], -5, ["SUCCEEDED", "BEFORE_HOOK_CREATION"], EPOCH + 7, 300),
        hook("after", ["POST_INSTALL", "POST_UPGRADE", "PRE_ROLLBACK", "POST_ROLLBACK"], 3, ["FAILED", "BEFORE_HOOK_CREATION"]),
        hook("leave", ["PRE_DELETE", "POST_DELETE"]),
        hook("test", ["RELEASE_TEST_SUCCESS"]),
        hook("badtest", ["RELEASE_TEST_FAILURE"]),
        hook("crd", ["CRD_INSTALL"]),
    ]


def chart(name="web", rich=False, filler=b""):
    made = chart_pb2.Chart()
    made.metadata.CopyFrom(metadata_pb2.Metadata(name=name, version="1.2.3", apiVersion="v1", description="a web"))
    made.templates.extend([template_pb2.Template(name="templates/settings.yaml", data=TEMPLATE.encode())])
    made.values.CopyFrom(config_pb2.Config(raw="# defaults\ngreeting: hello\nport: 80\n"))
    if filler:
        made.files.extend([Any(type_url="blob.bin", value=filler)])
    if rich:
        meta = made.metadata
        meta.home, meta.icon, meta.appVersion = "https://example.org", "https://example.org/i.png", "4.5"
        meta.sources.extend(["https://git.example.org/web"])
        meta.keywords.extend(["web", "größe"])
        meta.maintainers.extend([metadata_pb2.Maintainer(name="Ann", email="ann@example.org", url="https://ann.example.org")])
        meta.annotations["team"] = "shop"
        meta.condition, meta.tags, meta.kubeVersion, meta.tillerVersion = "web.enabled", "front", ">=1.9.0", ">=2.10.0"
        meta.deprecated, meta.engine = True, "gotpl"
        made.templates.extend([template_pb2.Template(name="templates/_helpers.tpl", data=b"{{/* \xff\xfe */}}")])
        made.files.extend([
            Any(type_url="README.md", value="# wéb\n".encode()),
            Any(type_url="requirements.yaml",
                value=b"dependencies:\n- name: cache\n  version: 0.9.0\n  repository: https://charts.example.org\n"
                      b"  condition: cache.enabled\n  tags: [back]\n"),
        ])
        cache = chart_pb2.Chart()
        cache.metadata.CopyFrom(metadata_pb2.Metadata(name="cache", version="0.9.0"))
        cache.templates.extend([template_pb2.Template(name="templates/cache.yaml", data=b"kind: Service\n")])
        cache.values.CopyFrom(config_pb2.Config(raw="size: 1\n"))
        cache.files.extend([Any(type_url="notes.txt", value=b"cache")])
        inner = chart_pb2.Chart()
        inner.metadata.CopyFrom(metadata_pb2.Metadata(name="inner", version="0.1.0"))
        cache.dependencies.extend([inner])
        made.dependencies.extend([cache])
    return made


def release(name, namespace, revision, status, rich=False, raw="", api=None, filler=b"", with_chart=True, labelled=False):
    made = release_pb2.Release(name=name, namespace=namespace, version=revision,
                               manifest=manifest(name, revision, api, "Grüße" if rich else "hello", labelled))
    made.info.status.code = status_pb2.Status.Code.Value(status)
    made.info.first_deployed.CopyFrom(Timestamp(seconds=EPOCH, nanos=123456789))
    made.info.last_deployed.CopyFrom(Timestamp(seconds=EPOCH + 86400 * revision, nanos=0))
    made.info.Description = {"FAILED": "Release failed: timed out", "DELETED": "Deletion complete"}.get(
        status, "Upgrade complete")
    if status == "DELETED":
        made.info.deleted.CopyFrom(Timestamp(seconds=EPOCH + 86400 * 400, nanos=1000000))
    if with_chart:
        made.chart.CopyFrom(chart(rich=rich, filler=filler))
    made.config.raw = raw
    if rich:
        made.info.status.notes = "Visit https://example.org\n\"quoted\"\tand tabbed\n"
        made.info.status.resources = "==> v1/ConfigMap\nNAME DATA AGE\n"
        made.hooks.extend(hooks(name))
        suite = made.info.status.last_test_suite_run
        suite.results.extend([test_run_pb2.TestRun(
            name=f"{name}-test", status=test_run_pb2.TestRun.SUCCESS,
            started_at=Timestamp(seconds=EPOCH + 9), completed_at=Timestamp(seconds=EPOCH + 11))])
    return made


def stored(made, tiller="kube-system", storage="configmaps", status=None, data=None, packed=True):
    """The object of the API in which Tiller keeps the release."""
    raw = made.SerializeToString(deterministic=True)
    if data is None:
        if packed:
            raw = gzip.compress(raw, 9, mtime=0)
        data = base64.b64encode(raw).decode()
    code = status or status_pb2.Status.Code.Name(made.info.status.code)
    labels = {"NAME": made.name, "OWNER": "TILLER", "STATUS": code, "VERSION": str(made.version),
              "CREATED_AT": str(EPOCH), "MODIFIED_AT": str(EPOCH + 86400 * made.version)}
    if storage == "secrets":
        data = base64.b64encode(data.encode()).decode()
    kind = {"configmaps": "ConfigMap", "secrets": "Secret"}[storage]
    return {"apiVersion": "v1", "kind": kind,
            "metadata": {"name": f"{made.name}.v{made.version}", "namespace": tiller, "labels": labels},
            "data": {"release": data}}


# What Helm 3 must hold, said here a second time and independently of the program.

def moment(stamp):
    import datetime
    text = datetime.datetime.fromtimestamp(stamp.seconds, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S")
    return text + (f".{stamp.nanos:09d}".rstrip("0") if stamp.nanos else "") + "Z"


def when(message, field):
    return moment(getattr(message, field)) if message.HasField(field) else ""


def go_values(raw):
    class Loader(yaml.SafeLoader):
        pass
    # yaml.v2 leaves a time a text.
    Loader.yaml_implicit_resolvers = {
        first: [(tag, pattern) for tag, pattern in pairs if tag != "tag:yaml.org,2002:timestamp"]
        for first, pairs in yaml.SafeLoader.yaml_implicit_resolvers.items()}

    def clean(value):
        if isinstance(value, dict):
            return {("true" if key is True else "false" if key is False else str(key)): clean(one)
                    for key, one in value.items()}
        if isinstance(value, list):
            return [clean(one) for one in value]
        if isinstance(value, float) and value == int(value):
            return int(value)
        return value
    return clean(yaml.load(raw, Loader) or {})


def brief(values):
    return {key: value for key, value in values.items() if value not in ("", 0, False, None, [], {})}


def metadata(meta, dependencies=()):
    annotations = dict(meta.annotations)
    if meta.tillerVersion:
        annotations["upgrader/helm2-tiller-version"] = meta.tillerVersion
    return brief({
        "name": meta.name, "home": meta.home, "sources": list(meta.sources), "version": meta.version,
        "description": meta.description, "keywords": list(meta.keywords), "icon": meta.icon,
        "maintainers": [brief({"name": one.name, "email": one.email, "url": one.url}) for one in meta.maintainers],
        "apiVersion": meta.apiVersion, "condition": meta.condition, "tags": meta.tags, "appVersion": meta.appVersion,
        "deprecated": meta.deprecated, "annotations": annotations, "kubeVersion": meta.kubeVersion,
        "dependencies": list(dependencies), "type": "application"})


def files(made, below=""):
    found = [(below + one.type_url, one.value) for one in made.files]
    for part in made.dependencies:
        place = f"{below}charts/{part.metadata.name}/"
        found.append((place + "Chart.yaml", json.dumps(metadata(part.metadata), sort_keys=True,
                                                         separators=(",", ":"), ensure_ascii=False).encode()))
        if part.values.raw:
            found.append((place + "values.yaml", part.values.raw.encode()))
        found += [(place + one.name, one.data) for one in part.templates]
        found += files(part, place)
    return found


def helm3(made):
    def blobs(pairs):
        return [{"name": name, "data": base64.b64encode(data).decode()} for name, data in pairs]
    info = made.info
    words = {"DELETED": "uninstalled", "DELETING": "uninstalling"}
    code = status_pb2.Status.Code.Name(info.status.code)
    wanted = []
    for name, data in files(made.chart):
        if name == "requirements.yaml":
            wanted = yaml.safe_load(data)["dependencies"]
    results = {one.name: one for one in info.status.last_test_suite_run.results}
    all_hooks = []
    for hook in made.hooks:
        run = {"started_at": when(hook, "last_run"), "completed_at": when(hook, "last_run"),
               "phase": "Unknown" if hook.HasField("last_run") else ""}
        if hook.name in results:
            test = results[hook.name]
            run = {"started_at": when(test, "started_at"), "completed_at": when(test, "completed_at"),
                   "phase": "Succeeded"}
        events = [hook_pb2.Hook.Event.Name(event) for event in hook.events]
        named = {"RELEASE_TEST_SUCCESS": "test", "RELEASE_TEST_FAILURE": "test-failure"}
        policies = {"SUCCEEDED": "hook-succeeded", "FAILED": "hook-failed",
                    "BEFORE_HOOK_CREATION": "before-hook-creation"}
        one = {"name": hook.name, "kind": hook.kind, "path": hook.path, "manifest": hook.manifest, "last_run": run}
        one.update(brief({
            "events": [named.get(event, event.lower().replace("_", "-")) for event in events], "weight": hook.weight,
            "delete_policies": [policies[hook_pb2.Hook.DeletePolicy.Name(one)] for one in hook.delete_policies]}))
        all_hooks.append(one)
    return brief({
        "name": made.name, "namespace": made.namespace, "version": made.version, "manifest": made.manifest,
        "config": go_values(made.config.raw), "hooks": all_hooks,
        "info": {"first_deployed": when(info, "first_deployed"), "last_deployed": when(info, "last_deployed"),
                 "deleted": when(info, "deleted"),
                 **brief({"description": info.Description, "status": words.get(code, code.lower().replace("_", "-")),
                          "notes": info.status.notes})},
        "chart": {"metadata": metadata(made.chart.metadata, wanted), "lock": None, "schema": None,
                  "templates": blobs((one.name, one.data) for one in made.chart.templates),
                  "values": go_values(made.chart.values.raw), "files": blobs(files(made.chart))}})


STATUSES = ["UNKNOWN", "DEPLOYED", "DELETED", "SUPERSEDED", "FAILED", "DELETING", "PENDING_INSTALL", "PENDING_UPGRADE",
            "PENDING_ROLLBACK"]


def broken():
    """What cannot be converted: the object and what its reason must say."""
    good = stored(release("damaged", "shop", 1, "DEPLOYED", rich=True))
    text = good["data"]["release"]
    half = dict(good, data={"release": text[:len(text) // 8 * 4]})
    secret = bytes(random.Random(7).randrange(256) for _ in range(400))
    encrypted = release("encrypted", "shop", 1, "DEPLOYED")
    other = stored(release("other", "shop", 4, "DEPLOYED"))
    other["metadata"]["name"] = "misnamed.v1"
    bad = release("badvalues", "shop", 1, "DEPLOYED", raw="a: [1, 2\nsecret: hunter2\n")
    empty = stored(release("empty", "shop", 1, "DEPLOYED"))
    empty["data"] = {}
    return [
        (half, "gzip is damaged"),
        (stored(encrypted, data=base64.b64encode(secret).decode()), "encrypted"),
        (stored(release("vault", "shop", 1, "DEPLOYED"), data="vault:v1:" + "Zm9v*" * 20), "not base64"),
        (stored(release("chartless", "shop", 1, "DEPLOYED", with_chart=False)), "chart is gone"),
        (stored(bad), "not YAML"),
        (other, "not its name"),
        (empty, "holds nothing"),
    ]


def fixtures(directory):
    good = [stored_and_expected(release(f"s-{status.lower().replace('_', '-')}", "shop", 1, status, raw="a: 1\n"))
            for status in STATUSES]
    good.append(stored_and_expected(release("rich", "blog", 12, "DEPLOYED", rich=True, raw=VALUES)))
    good.append(stored_and_expected(release("kept", "blog", 2, "SUPERSEDED", rich=True), storage="secrets"))
    good.append(stored_and_expected(release("plain", "blog", 1, "DEPLOYED"), packed=False))
    good.append(stored_and_expected(release("old", "blog", 3, "DEPLOYED", api="extensions/v1beta1")))
    write(directory, "convertible.json", good)
    write(directory, "broken.json", [{"object": one, "reason": reason} for one, reason in broken()])


def stored_and_expected(made, **how):
    return {"object": stored(made, **how), "helm3": helm3(made)}


def write(directory, name, value):
    with open(os.path.join(directory, name), "w", encoding="utf-8") as file:
        json.dump(value, file, ensure_ascii=False, indent=1, sort_keys=True)
        file.write("\n")


def many(count, revisions, namespaces):
    for number in range(count):
        namespace = f"team{number % namespaces}"
        # One in ten has five times as many, one in a hundred fifty; every status is somebody's last one.
        own = 50 if number % 100 == 0 else revisions * 5 if number % 10 == 0 else revisions
        last = STATUSES[number // 3 % len(STATUSES)] if number % 3 == 0 else "DEPLOYED"
        for revision in range(1, own + 1):
            status = last if revision == own else "SUPERSEDED"
            raw = VALUES if number % 4 == 0 else f"round: \"{revision}\"\n"
            api = "extensions/v1beta1" if number % 50 == 7 else None
            made = release(f"app{number}", namespace, revision, status, rich=number % 5 == 0, raw=raw, api=api,
                           labelled=True)
            storage = "secrets" if number % 7 == 0 else "configmaps"
            print(json.dumps(stored(made, tiller="kube-system" if number % 2 else namespace, storage=storage),
                             ensure_ascii=False))


def usual(revisions):
    noise = random.Random(5)
    words = " ".join(f"word{noise.randrange(97)}" for _ in range(6 << 10))
    for revision in range(1, revisions + 1):
        made = release("app", "team", revision, "DEPLOYED" if revision == revisions else "SUPERSEDED", rich=True, raw=VALUES)
        made.manifest = "".join(
            f"---\n# Source: web/templates/t{number}.yaml\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: c{number}\n"
            f"data:\n  text: {words[revision:revision + 500]}\n" for number in range(40))
        made.chart.templates.extend(
            template_pb2.Template(name=f"templates/t{number}.yaml", data=words[number * 300:number * 300 + 1500].encode())
            for number in range(30))
        print(json.dumps(stored(made, tiller="team"), ensure_ascii=False))


def odd():
    for one, _ in broken():
        print(json.dumps(one, ensure_ascii=False))
    noise = random.Random(3)
    # Text packs worse once it stands in base64, as Helm 3 has it: the first fits into 1 MiB only as Helm 2 stores it.
    words = [bytes(noise.choices(b"abcdefghijklmnopqrstuvwxyz", k=noise.randint(3, 9))) for _ in range(4000)]
    text = b" ".join(noise.choice(words) for _ in range(300000))
    for name, filler in [("toolarge", text[:1500000]), ("nearly", noise.randbytes(740 << 10))]:
        print(json.dumps(stored(release(name, "team0", 1, "DEPLOYED", filler=filler))))


if __name__ == "__main__":
    if sys.argv[1:2] == ["fixtures"]:
        fixtures(sys.argv[2])
    elif sys.argv[1:2] == ["many"]:
        many(*map(int, sys.argv[2:5]))
    elif sys.argv[1:2] == ["usual"]:
        usual(int(sys.argv[2]))
    elif sys.argv[1:2] == ["odd"]:
        odd()
    else:
        sys.exit(__doc__)
