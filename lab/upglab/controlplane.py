"""Control-plane hosts: three daemons of one package, no kubelet. Every flag is one that 1.12 to 1.20 accept."""

from . import credentials, pki
from .etcd import client_urls
from .settings import API_PORT, POD_CIDR, SERVICE_CIDR, with_role
from .shell import write

SSL = "/etc/kubernetes/ssl"
# Short, so that a stopped leader is followed within seconds.
ELECTION = ["--leader-elect=true", "--leader-elect-resource-lock=endpoints", "--leader-elect-lease-duration=8s",
            "--leader-elect-renew-deadline=6s", "--leader-elect-retry-period=2s"]


def apiserver(host, hosts):
    return [
        f"--advertise-address={host.address}", "--bind-address=0.0.0.0", f"--secure-port={API_PORT}",
        "--insecure-port=0", f"--apiserver-count={len(with_role(hosts, 'cp'))}", "--endpoint-reconciler-type=lease",
        f"--etcd-servers={client_urls(hosts)}", f"--etcd-cafile={SSL}/ca.pem", f"--etcd-certfile={SSL}/server.pem",
        f"--etcd-keyfile={SSL}/server.key", f"--tls-cert-file={SSL}/server.pem",
        f"--tls-private-key-file={SSL}/server.key", f"--client-ca-file={SSL}/ca.pem",
        "--token-auth-file=/etc/kubernetes/tokenauth", "--authorization-mode=Node,RBAC",
        "--enable-admission-plugins=NodeRestriction", "--allow-privileged=true",
        f"--service-account-key-file={SSL}/service-account.key",
        f"--service-account-signing-key-file={SSL}/service-account.key",
        "--service-account-issuer=https://kubernetes.default.svc", f"--service-cluster-ip-range={SERVICE_CIDR}",
        f"--kubelet-client-certificate={SSL}/server.pem", f"--kubelet-client-key={SSL}/server.key",
        "--kubelet-preferred-address-types=InternalIP,Hostname", "--storage-backend=etcd3",
        # Also how long a stopping server waits for watches to end: with the default each restart takes a minute.
        "--request-timeout=10s", "--v=1",
    ]


def controller_manager():
    return ["--kubeconfig=/etc/kubernetes/controller-manager.conf", *ELECTION, f"--cluster-cidr={POD_CIDR}",
            "--allocate-node-cidrs=false", "--use-service-account-credentials=true",
            f"--service-account-private-key-file={SSL}/service-account.key", f"--root-ca-file={SSL}/ca.pem", "--v=1"]


def scheduler():
    return ["--kubeconfig=/etc/kubernetes/scheduler.conf", *ELECTION, "--v=1"]


def default_file(name, arguments):
    return f'# Arguments of {name}, read by {name}.service.\nDAEMON_ARGS="{" ".join(arguments)}"\n'


def furnish(tree, host, hosts, user):
    kube = user("kube")
    etc = tree / "etc/kubernetes"
    certificate, key = pki.host_certificate(host)
    write(etc / "ssl/ca.pem", pki.authority())
    write(etc / "ssl/server.pem", certificate)
    write(etc / "ssl/server.key", key, 0o600, kube)
    write(etc / "ssl/service-account.key", pki.service_account_key(), 0o600, kube)
    write(etc / "tokenauth", credentials.token_file(hosts), 0o600, kube)
    local = f"https://127.0.0.1:{API_PORT}"
    for name, who in [("controller-manager", "system:kube-controller-manager"), ("scheduler", "system:kube-scheduler")]:
        write(etc / f"{name}.conf", credentials.kubeconfig(who, f"{SSL}/ca.pem", local), 0o600, kube)
    write(etc / "admin.conf", credentials.kubeconfig("admin", f"{SSL}/ca.pem"), 0o600)
    for name, arguments in [("kube-apiserver", apiserver(host, hosts)),
                            ("kube-controller-manager", controller_manager()), ("kube-scheduler", scheduler())]:
        write(tree / f"etc/default/{name}", default_file(name, arguments))
    # `lab/lab probe` and people alike look at the cluster from here.
    write(tree / "root/.bashrc", "export KUBECONFIG=/etc/kubernetes/admin.conf\n")
    return ["kube-apiserver.service", "kube-controller-manager.service", "kube-scheduler.service"]
