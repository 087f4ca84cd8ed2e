"""Helm 2 releases as Tiller stores them: one ConfigMap a revision, a gzipped protocol buffer in base64.

Field numbers from Helm v2.16, _proto/hapi/release/{release,info,status}.proto and hapi/chart/{chart,metadata}.proto.
The charts are empty but for their names; the manifests are real.
"""

import base64
import gzip

# What a release says it deployed: not there, so that no drain or check depends on it.
MANIFEST = """---
# Source: {chart}/templates/configmap.yaml
apiVersion: v1
kind: ConfigMap
metadata:
  name: {name}-settings
data:
  origin: helm2
"""

# name, chart, revision, status (hapi Status_Code), namespace
RELEASES = [
    ("shop-settings", "settings", 1, "SUPERSEDED", "shop"),
    ("shop-settings", "settings", 2, "DEPLOYED", "shop"),
    ("stock-settings", "settings", 1, "DEPLOYED", "stock"),
]
STATUS = {"DEPLOYED": 1, "DELETED": 2, "SUPERSEDED": 3}
FIRST_DEPLOYED = 1577836800  # 2020-01-01: a fixed time, so that the same lab holds the same bytes


def varint(number):
    out = bytearray()
    while True:
        number, low = number >> 7, number & 0x7F
        out.append(low | (0x80 if number else 0))
        if not number:
            return bytes(out)


def field(number, value):
    """One field: text, bytes or a message (length-delimited), or a whole number."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    data = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(data)) + data


def release(name, chart, revision, status, namespace):
    deployed = field(1, FIRST_DEPLOYED + revision)
    info = (field(1, field(1, STATUS[status])) + field(2, field(1, FIRST_DEPLOYED)) + field(3, deployed)
            + field(5, "Install complete" if revision == 1 else "Upgrade complete"))
    metadata = field(1, chart) + field(4, f"0.{revision}.0") + field(10, "v1")
    return (field(1, name) + field(2, info) + field(3, field(1, metadata)) + field(4, field(1, ""))
            + field(5, MANIFEST.format(chart=chart, name=name)) + field(7, revision) + field(8, namespace))


def config_maps():
    found = []
    for name, chart, revision, status, namespace in RELEASES:
        packed = gzip.compress(release(name, chart, revision, status, namespace), mtime=0)
        labels = {"NAME": name, "OWNER": "TILLER", "STATUS": status, "VERSION": str(revision),
                  "MODIFIED_AT": str(FIRST_DEPLOYED + revision)}
        found.append({"apiVersion": "v1", "kind": "ConfigMap",
                      "metadata": {"name": f"{name}.v{revision}", "namespace": "kube-system", "labels": labels},
                      "data": {"release": base64.b64encode(packed).decode()}})
    return found
