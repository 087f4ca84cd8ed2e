"""The API as the lab asks it: a token, the lab's CA, JSON in and out."""

import json
import ssl
import urllib.error
import urllib.request

from . import credentials, pki

_OPENERS = {}


def opener():
    """One opener that trusts the lab's CA alone and goes through no proxy."""
    authority = str(pki.PKI / "ca.pem")
    if authority not in _OPENERS:
        context = ssl.create_default_context(cafile=authority)
        _OPENERS[authority] = urllib.request.build_opener(urllib.request.ProxyHandler({}),
                                                          urllib.request.HTTPSHandler(context=context))
    return _OPENERS[authority]


def request(path, method="GET", body=None, server=credentials.FRONT, timeout=10, kind="application/json"):
    """(status, decoded answer). Raises only where there is no HTTP answer at all."""
    data = json.dumps(body).encode() if body is not None else None
    asked = urllib.request.Request(server + path, data=data, method=method)
    asked.add_header("Authorization", "Bearer " + credentials.token("admin"))
    asked.add_header("Accept", "application/json")
    if data:
        asked.add_header("Content-Type", kind)
    try:
        with opener().open(asked, timeout=timeout) as answer:
            status, raw = answer.status, answer.read()
    except urllib.error.HTTPError as error:
        status, raw = error.code, error.read()
    try:
        return status, json.loads(raw)
    except ValueError:
        return status, raw.decode(errors="replace")


def get(path, **options):
    status, answer = request(path, **options)
    if status != 200:
        raise OSError(f"GET {path}: {status} {str(answer)[:200]}")
    return answer


def patch(path, change, **options):
    """Changes the fields that `change` names (RFC 7386)."""
    status, answer = request(path, "PATCH", change, kind="application/merge-patch+json", **options)
    if status != 200:
        raise OSError(f"PATCH {path}: {status} {str(answer)[:200]}")
    return answer
