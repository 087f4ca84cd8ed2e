#!/usr/bin/env python3
"""Opens a page of `upgrader serve` in a headless Chromium and follows it, as a person would; whoever started it reads what
was seen, line by line, and meanwhile changes what is served.

    follow.py URL BROWSER-DIRECTORY FILE

FILE is made by whoever started it, once the run has ended.
"""
import os
import sys
import time

sys.path.insert(0, sys.argv[2])
from chromium import Chromium  # noqa: E402

LIVE = "document.getElementById('live')"
STEPS = "[...document.querySelectorAll('dl.facts div')].find(d => d.textContent.startsWith('Steps')).textContent"


def must(browser, what, expression, seconds=60):
    if not browser.until(expression, seconds):
        print(f"NOT {what}: {browser.ask(LIVE + '.outerHTML + document.title')} {browser.complaints()}", flush=True)
        sys.exit(1)
    print(what, flush=True)


with Chromium(width=1000) as browser:
    browser.open(sys.argv[1])
    must(browser, "EMPTY", "document.title.startsWith('there is no run in ')")
    # Whoever started it can have answers held back.
    browser.ask(
        "const quick = fetch; window.fetch = async (...a) => {"
        " const answer = await quick(...a); await (window.HOLD && (window.HELD = window.HOLD)); return answer; }; true"
    )
    must(browser, "RUNNING", f"{LIVE}.classList.contains('running')")
    # A mark that a page loaded anew would not have, a part folded open, a place to read, and the focus.
    browser.ask("window.MARK = 1; true")
    must(browser, "PHASE", "document.querySelector('#phase-1\\\\.12-1\\\\.13-workers')")
    browser.ask("document.querySelector('#phase-1\\\\.12-1\\\\.13-workers > summary').focus(), true")
    browser.press("Enter")
    must(browser, "OPEN", "document.querySelector('#phase-1\\\\.12-1\\\\.13-workers').open", 5)
    browser.ask(f"window.BEFORE = {STEPS}; true")
    must(browser, "FOLLOWED", f"{STEPS} !== window.BEFORE")
    must(
        browser, "KEPT",
        "window.MARK === 1 && document.activeElement.tagName === 'SUMMARY'"
        " && document.querySelector('#phase-1\\\\.12-1\\\\.13-workers').open",
        1,
    )
    browser.ask("window.HOLD = new Promise(done => window.RELEASE = done); true")
    must(browser, "HELD", "window.HELD")
    # The last that there is to see is told while an answer from before is on its way.
    while not os.path.exists(sys.argv[3]):
        time.sleep(0.1)
    time.sleep(3)
    browser.ask("window.RELEASE(), window.HOLD = null, true")
    must(browser, "ENDED", f"document.title.endsWith(': completed') && {LIVE}.textContent.startsWith('The run has ended')")
    must(browser, "LOST", f"{LIVE}.classList.contains('lost') && {LIVE}.textContent.startsWith('The connection is lost')")
    must(browser, "BACK", f"!{LIVE}.classList.contains('lost') && {LIVE}.textContent.startsWith('The run has ended')")
    must(browser, "MOVED", f"{LIVE}.textContent.startsWith('This page is served under another address now')")
    must(browser, "SAME PAGE", "window.MARK === 1", 1)
    # A connection that is refused is what was asked for; a policy that is broken, or a script that fails, is not.
    bad = [one for one in browser.complaints() if not one.startswith("network:")]
    print("COMPLAINTS", bad, flush=True)
    outside = {url for url in browser.asked() if not url.startswith(sys.argv[1].split("/?")[0]) and not url.startswith("data:")}
    print("OUTSIDE", sorted(outside), flush=True)
