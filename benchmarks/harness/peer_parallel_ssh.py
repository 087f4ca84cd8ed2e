"""parallel-ssh with its usual client (libssh2), as its documentation has it. It checks no host keys: the others do."""
import sys

import gevent
from pssh.clients import ParallelSSHClient

hosts, port, key, _, fanout, kind, *rest = sys.argv[1:]
with open(hosts, encoding="ascii") as list_of_hosts:
    names = [line.strip() for line in list_of_hosts]
client = ParallelSSHClient(
    names, user="root", port=int(port), pkey=key, pool_size=int(fanout), timeout=120, allow_agent=False,
)
if kind == "copy":
    gevent.joinall(client.scp_send(rest[0], rest[1]), raise_error=True)
else:
    for _ in range(int(rest[0])):
        output = client.run_command("true")
        client.join(output)
        if any(host.exit_code != 0 for host in output):
            sys.exit("a command failed: " + str([(host.host, host.exit_code) for host in output if host.exit_code != 0]))
