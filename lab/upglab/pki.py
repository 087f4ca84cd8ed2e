"""The lab's certificate authority (openssl), made anew for each lab and kept across `reset`."""

from .settings import API_ADDRESS, SERVICE_IP, STATE
from .shell import run, write

PKI = STATE / "pki"
# Long enough that no lab outlives it.
DAYS = "7300"


def authority():
    key, cert = PKI / "ca.key", PKI / "ca.pem"
    if not cert.exists():
        PKI.mkdir(parents=True, exist_ok=True)
        PKI.chmod(0o700)
        run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
            "-keyout", key, "-out", cert, "-days", DAYS, "-subj", "/CN=upgrader lab CA",
            "-addext", "keyUsage=critical,keyCertSign,cRLSign")
    return cert.read_text()


def certificate(name, common_name, organisation=None, sans=()):
    """(certificate, key) as PEM, good for both ends of a connection."""
    key, cert, request = PKI / f"{name}.key", PKI / f"{name}.pem", PKI / f"{name}.csr"
    if not cert.exists():
        subject = (f"/O={organisation}" if organisation else "") + f"/CN={common_name}"
        run("openssl", "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
            "-keyout", key, "-out", request, "-subj", subject)
        extensions = PKI / f"{name}.ext"
        names = ",".join(sans)
        write(extensions, "basicConstraints=CA:FALSE\nkeyUsage=critical,digitalSignature\n"
              "extendedKeyUsage=serverAuth,clientAuth\n" + (f"subjectAltName={names}\n" if names else ""))
        run("openssl", "x509", "-req", "-in", request, "-CA", PKI / "ca.pem", "-CAkey", PKI / "ca.key",
            "-CAcreateserial", "-CAserial", PKI / f"{name}.srl", "-out", cert, "-days", DAYS, "-extfile", extensions)
    return cert.read_text(), key.read_text()


def host_certificate(host):
    """One for every machine: etcd's server, peer and client, the API server's, the kubelet's."""
    sans = [f"DNS:{host.name}", f"DNS:{host.fqdn}", "DNS:localhost", "IP:127.0.0.1", f"IP:{host.address}"]
    if host.role in ("cp", "lb"):
        sans += [f"IP:{API_ADDRESS}", f"IP:{SERVICE_IP}", "DNS:api.lab.example", "DNS:kubernetes",
                 "DNS:kubernetes.default", "DNS:kubernetes.default.svc", "DNS:kubernetes.default.svc.cluster.local"]
    return certificate(host.name, host.fqdn, sans=sans)


def service_account_key():
    """The key pair that signs service account tokens."""
    key = PKI / "service-account.key"
    if not key.exists():
        run("openssl", "genrsa", "-out", key, "2048")
    return key.read_text()
