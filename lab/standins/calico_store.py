"""etcd by both its APIs, for the stand-ins of Calico's programs: as much of a client as they need."""

import base64
import json
import os
import re
import ssl
import urllib.error
import urllib.parse
import urllib.request

RESOURCES = "/calico/resources/v3/projectcalico.org"


class Etcd:
    """One member, by its address and the files of its credentials."""

    def __init__(self, endpoints, ca="", cert="", key=""):
        self.base = endpoints.split(",")[0].rstrip("/")
        self.context = None
        if self.base.startswith("https:"):
            self.context = ssl.create_default_context(cafile=ca or None)
            if cert:
                self.context.load_cert_chain(cert, key)

    @classmethod
    def configured(cls, path, prefix=""):
        """From a CalicoAPIConfig as calicoctl and calico-upgrade read it, or from the environment where there is none."""
        text = open(path, encoding="utf-8").read() if os.path.exists(path) else ""
        names = (("etcdEndpoints", "ETCD_ENDPOINTS"), ("etcdCACertFile", "ETCD_CA_CERT_FILE"),
                 ("etcdCertFile", "ETCD_CERT_FILE"), ("etcdKeyFile", "ETCD_KEY_FILE"))
        values = []
        for name, variable in names:
            found = re.search(rf'^\s*{name}:\s*"?([^"\n]*)"?\s*$', text, re.M)
            values.append(found[1].strip() if found else os.environ.get(prefix + variable, ""))
        return cls(*values)

    def _ask(self, path, data=None, method=None, kind="application/json"):
        request = urllib.request.Request(self.base + path, data=data, method=method, headers={"Content-Type": kind})
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}),
                                             urllib.request.HTTPSHandler(context=self.context))
        with opener.open(request, timeout=30) as answer:
            return json.load(answer)

    def old(self, prefix="/calico"):
        """The v2 API: every key below the prefix with its value."""
        try:
            left = [self._ask(f"/v2/keys{prefix}?recursive=true&quorum=true")["node"]]
        except urllib.error.HTTPError as error:
            if error.code == 404:
                return {}
            raise
        found = {}
        while left:
            node = left.pop()
            left += node.get("nodes", [])
            if "value" in node:
                found[node["key"]] = node["value"]
        return found

    def put_old(self, key, value):
        text = value if isinstance(value, str) else json.dumps(value)
        data = urllib.parse.urlencode({"value": text}).encode()
        self._ask("/v2/keys" + urllib.parse.quote(key), data, "PUT", "application/x-www-form-urlencoded")

    def new(self, prefix="/calico/"):
        """The v3 API, through its gateway: every key below the prefix with its value."""
        end = prefix[:-1] + chr(ord(prefix[-1]) + 1)
        body = {"key": base64.b64encode(prefix.encode()).decode(), "range_end": base64.b64encode(end.encode()).decode()}
        pairs = self._ask("/v3/kv/range", json.dumps(body).encode()).get("kvs", [])
        return {base64.b64decode(pair["key"]).decode(): base64.b64decode(pair.get("value", "")).decode()
                for pair in pairs}

    def put_new(self, key, value):
        text = value if isinstance(value, str) else json.dumps(value)
        body = {"key": base64.b64encode(key.encode()).decode(), "value": base64.b64encode(text.encode()).decode()}
        self._ask("/v3/kv/put", json.dumps(body).encode())
