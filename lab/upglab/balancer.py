"""The API's address: HAProxy, so set that a restart of one API server costs no caller an answer.

TLS on both sides: HAProxy sees the requests, so one that a dying server left unanswered is asked again of the other.
Tokens pass through; that is why the lab has no client certificates.
"""

from . import pki
from .settings import API_ADDRESS, API_PORT, with_role
from .shell import write

CONFIG = """global
    log stdout format raw local0 notice
    maxconn 8000
    ssl-default-bind-options ssl-min-ver TLSv1.2

defaults
    mode http
    log global
    # Watches are long and silent.
    timeout connect 2s
    timeout client 1h
    timeout server 1h
    timeout tunnel 1h
    timeout http-keep-alive 1h
    timeout queue 15s
    timeout check 3s

frontend api
    bind @ADDRESS@:@PORT@ ssl crt /etc/haproxy/api.pem alpn http/1.1
    default_backend apiservers

backend apiservers
    balance roundrobin
    option httpchk
    http-check send meth GET uri /healthz
    http-check expect status 200
    option redispatch 1
    retries 8
    # A refused connection is tried elsewhere at once; so is a request whose connection ended without an answer, but
    # for POST, which may have been carried out. 500 is not here: an eviction under two budgets answers it rightly.
    retry-on conn-failure empty-response junk-response 502 503 504
    http-request disable-l7-retry if METH_POST
    # inter bounds connecting and TLS, too: short, a busy machine fails checks of healthy servers. A request to a
    # server that is gone goes elsewhere at once, whatever the checks say. Back in use half a second after the server
    # says that it is well: an upgrade goes on to the next one then.
    default-server check check-ssl ssl verify required ca-file /etc/haproxy/ca.pem inter 2s fastinter 500ms downinter 200ms fall 2 rise 2
"""


def furnish(tree, host, hosts, user):
    config = CONFIG.replace("@ADDRESS@", API_ADDRESS).replace("@PORT@", str(API_PORT))
    for server in with_role(hosts, "cp"):
        config += f"    server {server.name} {server.address}:{API_PORT}\n"
    certificate, key = pki.host_certificate(host)
    write(tree / "etc/haproxy/haproxy.cfg", config)
    write(tree / "etc/haproxy/api.pem", certificate + key, 0o600)
    write(tree / "etc/haproxy/ca.pem", pki.authority())
    return ["haproxy.service"]
