"""An empty repository, and a copy of everything that was built, to publish from."""

import json
import shutil
import subprocess

from scene import Scene, built
from upstream import publish, verify
from upstream.repository import Repository


def indexes(base):
    """Every file that apt reads, with its contents."""
    return {str(path.relative_to(base)): path.read_bytes() for path in (base / "dists").glob("**/*") if path.is_file()}


class Publishing(Scene):
    def setUp(self):
        super().setUp()
        self.built, out = built()
        # A copy, because tests change what was built.
        self.out = self.scratch / "out"
        shutil.copytree(out, self.out)
        self.base = self.repository()

    def publish(self, *names, code=0):
        return self.tool("publish", *[self.out / f"{name}.json" for name in names], "--repository", self.base, code=code)

    def offered(self):
        return {(one.component, one.package, one.version) for one in Repository(self.base).offered()}

    def assert_consistent(self):
        """Release has the checksums of the indexes, the indexes those of the pool, and the signature is good."""
        suite = self.base / "dists/upgrader"
        shown = subprocess.run(["gpgv", "--keyring", str(self.base / "archive.gpg"), "--output", "-",
                                str(suite / "InRelease")], capture_output=True, text=True, check=False)
        self.assertEqual(shown.returncode, 0, shown.stderr)
        listed = shown.stdout.split("SHA256:\n")[1].splitlines()
        for digest, _, name in (line.split() for line in listed if line.startswith(" ")):
            if (suite / name).exists():
                self.assertEqual(verify.digest(suite / name, "sha256"), digest, name)
        found = set()
        for packages in suite.glob("*/binary-amd64/Packages"):
            for entry in packages.read_text().split("\n\n"):
                fields = dict(line.split(": ", 1) for line in entry.splitlines() if ": " in line and line[0] != " ")
                if fields:
                    self.assertEqual(verify.digest(self.base / fields["Filename"], "sha256"), fields["SHA256"])
                    found.add((packages.parent.parent.name, fields["Package"], fields["Version"]))
        return found

    def record(self, name, file=None, **changes):
        """Changes a build's record; gives it the present checksum of its first package, or of another file in its place."""
        path = self.out / f"{name}.json"
        raw = json.loads(path.read_text()) | changes
        deb = raw["debs"][0]
        deb["file"] = file or deb["file"]
        deb["sha256"] = verify.digest(self.out / deb["file"], "sha256")
        path.write_text(json.dumps(raw))
        return deb["sha256"]

    def repack(self, name, old, new, target=None):
        self.packed_anew(self.out / name, old, new, self.out / (target or name))

    def altered(self, name):
        """Other bytes in a package that is published; what it was, and both sums."""
        [path] = (self.base / "pool").glob(f"**/{name}")
        data = path.read_bytes()
        path.write_bytes(data[:-2] + bytes(byte ^ 1 for byte in data[-2:]))
        return path, data, verify.digest(self.out / name, "sha256"), verify.digest(path, "sha256")

    def published(self, *names):
        publish.publish(Repository(self.base), [self.out / f"{name}.json" for name in names], self.said.append)
