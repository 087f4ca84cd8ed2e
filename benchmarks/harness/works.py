"""The four works, each the same for every contestant."""
import dataclasses

FANOUT = 64  # what every contestant that takes a bound is given; the floor and ours have their own
PACKAGE_BYTES = 50 << 20


@dataclasses.dataclass(frozen=True)
class Work:
    key: str
    title: str
    hosts: int
    commands: int  # 0: a copy
    share: float  # of the time that all works have

    @property
    def is_copy(self):
        return self.commands == 0

    def quick(self):
        """A tenth of it."""
        return dataclasses.replace(self, hosts=max(1, self.hosts // 10), commands=-(-self.commands // 10))


WORKS = [
    Work("a50", "one command on 50 hosts, cold", 50, 1, 0.17),
    Work("a200", "one command on 200 hosts, cold", 200, 1, 0.27),
    Work("b", "20 commands on each of 50 hosts", 50, 20, 0.27),
    Work("c", "200 commands on one host", 1, 200, 0.14),
    Work("d", "a package of 50 MiB to 10 hosts", 10, 0, 0.15),
]
