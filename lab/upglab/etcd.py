"""etcd hosts: Debian's etcd 3.4 with TLS between members and to clients."""

from . import pki
from .settings import with_role
from .shell import write

SSL = "/etc/etcd/ssl"
CLIENT = f"--cacert={SSL}/ca.pem --cert={SSL}/client.pem --key={SSL}/client.key"


def client_urls(hosts):
    return ",".join(f"https://{host.address}:2379" for host in with_role(hosts, "etcd"))


def furnish(tree, host, hosts, user):
    """Writes the host's files; returns the units to enable. `user` gives (uid, gid) by name."""
    members = with_role(hosts, "etcd")
    settings = {
        "NAME": host.name,
        "DATA_DIR": "/var/lib/etcd/lab",
        "LISTEN_CLIENT_URLS": f"https://{host.address}:2379,https://127.0.0.1:2379",
        "ADVERTISE_CLIENT_URLS": f"https://{host.address}:2379",
        "LISTEN_PEER_URLS": f"https://{host.address}:2380",
        "INITIAL_ADVERTISE_PEER_URLS": f"https://{host.address}:2380",
        "INITIAL_CLUSTER": ",".join(f"{member.name}=https://{member.address}:2380" for member in members),
        "INITIAL_CLUSTER_STATE": "new",
        "INITIAL_CLUSTER_TOKEN": "upgrader-lab",
        # A dozen machines share the cores: an election must not come from a slow moment.
        "HEARTBEAT_INTERVAL": "250",
        "ELECTION_TIMEOUT": "2500",
    }
    for prefix in ["", "PEER_"]:
        settings |= {f"{prefix}CLIENT_CERT_AUTH": "true", f"{prefix}TRUSTED_CA_FILE": f"{SSL}/ca.pem",
                     f"{prefix}CERT_FILE": f"{SSL}/server.pem", f"{prefix}KEY_FILE": f"{SSL}/server.key"}
    write(tree / "etc/default/etcd", "".join(f'ETCD_{name}="{value}"\n' for name, value in settings.items()))
    certificate, key = pki.host_certificate(host)
    client_certificate, client_key = pki.certificate("etcd-client", "etcd-client")
    ssl = tree / SSL.lstrip("/")
    write(ssl / "ca.pem", pki.authority())
    write(ssl / "server.pem", certificate)
    write(ssl / "server.key", key, 0o600, user("etcd"))
    write(ssl / "client.pem", client_certificate)
    write(ssl / "client.key", client_key, 0o600)
    return ["etcd.service"]
