#!/usr/bin/env python3
"""Takes a picture of a page, or of what `aha` made of a terminal.

    screenshots.py page FILE|URL WIDTH HEIGHT light|dark PNG
    screenshots.py terminal FILE COLUMNS ROWS PNG
"""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "Tests", "UpgradeReportTests", "Browser"))
from chromium import Chromium  # noqa: E402

TERMINAL = """<!DOCTYPE html><meta charset="utf-8"><style>
body { margin: 0; background: #16191f; color: #d8dee6; }
pre { display: inline-block; margin: 0; padding: 12px 14px; font: 14px/18px "DejaVu Sans Mono", monospace; }
</style><pre>%s</pre>"""


def main():
    kind, page, *rest = sys.argv[1:]
    if kind == "terminal":
        columns, rows, out = int(rest[0]), int(rest[1]), rest[2]
        with open(page, encoding="utf-8") as file:
            # A terminal's theme, not the color of the name; that one hurts.
            text = file.read().replace("color:lime", "color:#4fc96f")
        framed = page + ".framed.html"
        with open(framed, "w", encoding="utf-8") as file:
            file.write(TERMINAL % text)
        # A column of this font is 8.43 pixels wide.
        size, page, scheme = (int(columns * 8.43) + 29, rows * 18 + 24), framed, "dark"
    else:
        size, scheme, out = (int(rest[0]), int(rest[1])), rest[2], rest[3]
    if "://" not in page:
        page = "file://" + os.path.abspath(page)
    with Chromium(width=size[0], height=size[1], scheme=scheme, motion="reduce") as browser:
        browser.open(page)
        browser.picture(out)


main()
