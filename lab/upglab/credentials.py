"""Who may speak to the API: a static token each, as in the field, and the kubeconfigs that carry them."""

import secrets

from . import pki
from .settings import API_ADDRESS, API_PORT, STATE, with_role
from .shell import write

FRONT = f"https://{API_ADDRESS}:{API_PORT}"


def users(hosts):
    """{user: groups}"""
    found = {"admin": "system:masters", "system:kube-controller-manager": "", "system:kube-scheduler": "",
             "system:kube-proxy": ""}
    found.update({f"system:node:{host.fqdn}": "system:nodes" for host in with_role(hosts, "worker", "hollow")})
    return found


def token(user):
    path = STATE / "tokens" / user.replace(":", "_")
    if not path.exists():
        write(path, secrets.token_hex(16), 0o600)
    return path.read_text()


def token_file(hosts):
    return "".join(f'{token(user)},{user},{user},"{groups}"\n' if groups else f"{token(user)},{user},{user}\n"
                   for user, groups in users(hosts).items())


def kubeconfig(user, authority, server=FRONT):
    """`authority` is the path of the CA's certificate where the file is used."""
    return f"""apiVersion: v1
kind: Config
clusters:
- name: lab
  cluster:
    server: {server}
    certificate-authority: {authority}
users:
- name: {user}
  user:
    token: {token(user)}
contexts:
- name: lab
  context:
    cluster: lab
    user: {user}
current-context: lab
"""


def write_operator_kubeconfig():
    """For the lab's own questions from outside the machines."""
    path = STATE / "admin.conf"
    write(path, kubeconfig("admin", pki.PKI / "ca.pem"), 0o600)
    return path
