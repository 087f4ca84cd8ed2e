"""A headless Chromium that is spoken to over two pipes in its own protocol (Chrome DevTools Protocol, JSON and a NUL).

    with Chromium(width=360, scheme="dark") as browser:
        browser.open("file:///...")
        browser.ask("document.title")
"""
import base64
import json
import os
import select
import shutil
import subprocess
import tempfile
import time


class Chromium:
    def __init__(self, width=1280, height=900, scheme="light", motion="no-preference", scale=1):
        program = shutil.which("chromium")
        if not program:
            raise SystemExit("chromium is not there; Scripts/setup installs it")
        self.scratch = tempfile.TemporaryDirectory()
        theirs_in, self.out = os.pipe()
        self.into, theirs_out = os.pipe()
        # It reads from 3 and writes to 4; a shell puts them there, above whatever numbers they have here.
        os.set_inheritable(theirs_in, True)
        os.set_inheritable(theirs_out, True)
        words = [
            program, "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
            "--disable-dev-shm-usage", "--hide-scrollbars", "--disable-lcd-text", f"--user-data-dir={self.scratch.name}", "--remote-debugging-pipe",
            "about:blank",
        ]
        move = f'exec "$@" 3<&{theirs_in} 4>&{theirs_out}'
        self.errors = open(os.path.join(self.scratch.name, "errors"), "w+")
        self.process = subprocess.Popen(
            ["bash", "-c", move, "bash", *words],
            pass_fds=(theirs_in, theirs_out), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=self.errors,
        )
        os.close(theirs_in)
        os.close(theirs_out)
        self.rest, self.number, self.session, self.seen = b"", 0, None, []
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log", "Accessibility"):
            self.call(f"{domain}.enable")
        self.shape(width, height, scheme, motion, scale)

    def shape(self, width, height, scheme="light", motion="no-preference", scale=1):
        """How wide the window is, and what the reader prefers."""
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=scale, mobile=False)
        features = [
            {"name": "prefers-color-scheme", "value": scheme}, {"name": "prefers-reduced-motion", "value": motion},
        ]
        self.call("Emulation.setEmulatedMedia", features=features)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for descriptor in (self.out, self.into):
            os.close(descriptor)
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.errors.close()
        # Its children may still write into its profile for a moment.
        for _ in range(50):
            try:
                self.scratch.cleanup()
                return
            except OSError:
                time.sleep(0.1)

    def call(self, method, timeout=60, **parameters):
        """Asks for something, and returns the answer."""
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        text = json.dumps(message).encode() + b"\0"
        while text:
            text = text[os.write(self.out, text):]
        end = time.monotonic() + timeout
        while True:
            answer = self.next(end)
            if answer is None:
                raise SystemExit(f"chromium did not answer {method} within {timeout} s\n{self.said()}")
            if answer.get("id") == self.number:
                if "error" in answer:
                    raise SystemExit(f"{method}: {answer['error']}")
                return answer.get("result", {})
            self.seen.append(answer)

    def next(self, end):
        """The next message, or None when none came in time."""
        while b"\0" not in self.rest:
            if not select.select([self.into], [], [], max(0, end - time.monotonic()))[0]:
                return None
            piece = os.read(self.into, 1 << 20)
            if not piece:
                raise SystemExit(f"chromium has ended\n{self.said()}")
            self.rest += piece
        one, self.rest = self.rest.split(b"\0", 1)
        return json.loads(one)

    def said(self):
        self.errors.seek(0)
        return self.errors.read()[-2000:]

    def open(self, address):
        """Opens a page, and waits until it is loaded."""
        self.seen = []
        self.call("Page.navigate", url=address)
        self.until("document.readyState === 'complete' && location.href !== 'about:blank'", 30)

    def ask(self, expression):
        """The value of an expression in the page."""
        result = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in result:
            raise SystemExit(f"{expression[:200]}: {json.dumps(result['exceptionDetails'])[:2000]}")
        return result["result"].get("value")

    def until(self, expression, seconds):
        """Waits until an expression is true; says whether it became so."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            try:
                if self.ask(f"!!({expression})"):
                    return True
            except SystemExit:
                # Between two pages there is nothing to ask.
                if self.process.poll() is not None:
                    raise
            time.sleep(0.05)
        return False

    def press(self, key, code=None):
        """Presses a key and lets it go."""
        codes = {"Tab": 9, "Enter": 13, " ": 32}
        for kind in ("keyDown", "keyUp"):
            text = {"text": "\r"} if key == "Enter" and kind == "keyDown" else {"text": " "} if key == " " and kind == "keyDown" else {}
            self.call(
                "Input.dispatchKeyEvent", type=kind, key=key, code=code or key, windowsVirtualKeyCode=codes.get(key, 0), **text
            )

    def picture(self, path, whole=False):
        """Writes a screenshot."""
        data = self.call("Page.captureScreenshot", format="png", captureBeyondViewport=whole)["data"]
        with open(path, "wb") as file:
            file.write(base64.b64decode(data))

    def complaints(self):
        """What the page did that the browser refused or failed at: scripts, policies, files that were not there."""
        found = []
        for message in self.seen:
            method, params = message.get("method"), message.get("params", {})
            if method == "Runtime.exceptionThrown":
                found.append("exception: " + params["exceptionDetails"].get("text", ""))
            if method == "Log.entryAdded" and params["entry"]["level"] in ("error", "warning"):
                found.append(f"{params['entry']['source']}: {params['entry']['text']}")
        return found

    def asked(self):
        """The addresses that the page has asked for."""
        return [
            message["params"]["request"]["url"] for message in self.seen
            if message.get("method") == "Network.requestWillBeSent"
        ]
