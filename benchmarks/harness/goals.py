"""What ours has to reach, as a ratio within one round: ours divided by another."""
from peers import FLOOR, OWN, SAME

COLD, KEPT, ONE, COPY = ("a50", "a200"), ("b",), ("c",), ("d",)
CM = "OpenSSH, ControlMaster"

# works, figure, other, its key exchange, at most
GOALS = [
    (COLD, "wall", FLOOR, SAME, 1.15), (COLD, "cpu", FLOOR, SAME, 1.7),
    (COLD, "wall", "OpenSSH", SAME, 0.75), (COLD, "cpu", "OpenSSH", SAME, 0.2),
    (COLD, "wall", "clush", SAME, 0.6), (COLD, "wall", "cumin", SAME, 0.5),
    (COLD, "wall", "OpenSSH", OWN, 0.25), (COLD, "cpu", "OpenSSH", OWN, 0.03),
    (COLD, "wall", "clush", OWN, 0.25), (COLD, "wall", "pssh", OWN, 1), (COLD, "wall", "cumin", OWN, 0.2),
    (COLD, "wall", "Ansible", OWN, 0.15), (COLD, "wall", "asyncssh", OWN, 0.75), (COLD, "wall", "parallel-ssh", OWN, 1),
    (COLD, "memory", "Ansible", OWN, 0.1), (("a200",), "memory", "OpenSSH", OWN, 0.15),
    (KEPT, "wall", FLOOR, SAME, 1.15), (KEPT, "cpu", FLOOR, SAME, 2),
    (KEPT, "wall", CM, SAME, 0.45), (KEPT, "cpu", CM, SAME, 0.06),
    (KEPT, "wall", "clush", SAME, 0.3), (KEPT, "wall", "cumin", SAME, 0.3),
    (KEPT, "wall", CM, OWN, 0.35), (KEPT, "cpu", CM, OWN, 0.05),
    (KEPT, "wall", "clush", OWN, 0.22), (KEPT, "wall", "cumin", OWN, 0.22), (KEPT, "wall", "pssh", OWN, 0.22),
    (KEPT, "wall", "Ansible", OWN, 0.15), (KEPT, "wall", "asyncssh", OWN, 0.75), (KEPT, "wall", "parallel-ssh", OWN, 1),
    (ONE, "wall", FLOOR, SAME, 1.2), (ONE, "wall", CM, OWN, 0.5), (ONE, "wall", "cumin", OWN, 0.3),
    (ONE, "wall", "clush", OWN, 1), (ONE, "wall", "pssh", OWN, 1), (ONE, "wall", "parallel-ssh", OWN, 1),
    (ONE, "wall", "Ansible", OWN, 0.25), (ONE, "wall", "asyncssh", OWN, 0.8),
    # Ours checks what has arrived, so the floor that does the same is what it is held to.
    (COPY, "wall", "the same, checked as ours is", SAME, 1.15), (COPY, "wall", "OpenSSH", OWN, 0.75),
    (COPY, "wall", "scp", OWN, 0.75), (COPY, "wall", "clush", OWN, 0.6), (COPY, "wall", "pssh", OWN, 1),
    (COPY, "wall", "Ansible", OWN, 0.45), (COPY, "wall", "asyncssh", OWN, 1), (COPY, "wall", "parallel-ssh", OWN, 1),
]


def memory_limit(hosts):
    """MB of anonymous memory that ours may take."""
    return 15 + 0.06 * hosts
