"""asyncssh as its documentation has it: one event loop, a connection a host, one process a command."""
import asyncio
import sys

import asyncssh

hosts, port, key, known_hosts, fanout, kind, *rest = sys.argv[1:]


async def serve(host, turn):
    async with turn:
        async with asyncssh.connect(
            host, int(port), username="root", client_keys=[key], known_hosts=known_hosts, config=None,
            agent_path=None, connect_timeout=120, login_timeout=120,
        ) as connection:
            if kind == "copy":
                await asyncssh.scp(rest[0], (connection, rest[1]))
            else:
                for _ in range(int(rest[0])):
                    await connection.run("true", check=True)


async def main():
    turn = asyncio.Semaphore(int(fanout))
    with open(hosts, encoding="ascii") as list_of_hosts:
        await asyncio.gather(*(serve(line.strip(), turn) for line in list_of_hosts))


asyncio.run(main())
