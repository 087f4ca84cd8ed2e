#!/usr/bin/env python3
"""Opens an HTML file in a headless Chromium, in a frame of a given width, and prints what it finds as JSON.

    check.py FILE WIDTH light|dark
"""
import html
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

PROBE = """
const found = {};
function luminance(rgb) {
  const c = rgb.map(v => { v /= 255; return v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; });
  return 0.2126 * c[0] + 0.7152 * c[1] + 0.0722 * c[2];
}
function parts(text) { return (text.match(/[0-9.]+/g) || []).map(Number); }
function background(view, element) {
  for (let e = element; e; e = e.parentElement) {
    const c = parts(view.getComputedStyle(e).backgroundColor);
    if (c.length < 4 || c[3] > 0) return c;
  }
  return [255, 255, 255];
}
function examine(frame) {
  const page = frame.contentDocument, view = frame.contentWindow;
  // Folded parts are looked at as well.
  page.querySelectorAll('details').forEach(d => { d.open = true; });
  const root = page.documentElement;
  found.overflow = root.scrollWidth - root.clientWidth;
  found.dark = view.matchMedia('(prefers-color-scheme: dark)').matches;
  found.lang = root.lang;
  found.title = page.title;
  found.landmarks = ['header', 'nav', 'main', 'footer'].filter(n => page.querySelectorAll(n).length === 1);
  found.headings = [...page.querySelectorAll('h1,h2,h3,h4')].map(h => Number(h.tagName[1]));
  found.tables = [...page.querySelectorAll('table')].map(t =>
    t.querySelectorAll('thead th[scope=col]').length > 0 && [...t.querySelectorAll('tbody tr')].every(r => r.querySelector('th[scope=row]')));
  found.duplicateIDs = [...page.querySelectorAll('[id]')].map(e => e.id).filter((id, i, all) => all.indexOf(id) !== i);
  found.deadLinks = [...page.querySelectorAll('a[href^="#"]')].map(a => a.getAttribute('href').slice(1)).filter(id => !page.getElementById(id));
  found.active = page.querySelectorAll('script,iframe,object,embed,form,img,link:not([href="data:,"]),[onerror],[onclick],[onload],[onmouseover]').length;
  found.foreign = [...page.querySelectorAll('[src],[href]')].map(e => e.getAttribute('src') || e.getAttribute('href')).filter(u => !u.startsWith('#') && u !== 'data:,');
  found.bars = page.querySelectorAll('.bar').length;
  found.barsOutside = [...page.querySelectorAll('.bar')].filter(b => {
    const bar = b.getBoundingClientRect(), track = b.parentElement.getBoundingClientRect();
    return bar.width < 1 || bar.left < track.left - 1 || bar.right > track.right + 3;
  }).length;
  const walker = page.createTreeWalker(page.body, NodeFilter.SHOW_TEXT);
  found.pale = [];
  let count = 0;
  while (walker.nextNode() && count < 4000) {
    const node = walker.currentNode, element = node.parentElement;
    if (!node.data.trim() || !element.getClientRects().length || element.closest('.skip,style')) continue;
    count += 1;
    const style = view.getComputedStyle(element);
    const [a, b] = [luminance(parts(style.color).slice(0, 3)), luminance(background(view, element).slice(0, 3))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) found.pale.push(node.data.trim().slice(0, 30) + ' ' + ratio.toFixed(2));
  }
  found.texts = count;
  const small = [...page.querySelectorAll('summary, nav a')].filter(e => e.getClientRects().length && e.getBoundingClientRect().height < 22);
  found.smallTargets = small.length;
  found.unfocusable = [...page.querySelectorAll('summary, pre, .wide')].filter(e => e.tabIndex < 0).length;
  found.bold = page.body.innerText.includes('HOSTILE-MARK');
  found.reached = !!view.HOSTILE;
}
addEventListener('load', () => {
  const frame = document.querySelector('iframe');
  try { examine(frame); } catch (error) { found.error = String(error); }
  const out = document.createElement('pre');
  out.id = 'found';
  out.textContent = JSON.stringify(found);
  document.body.append(out);
});
"""


def main():
    page, width, scheme = os.path.abspath(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    browser = shutil.which("chromium")
    if not browser:
        sys.exit("chromium is not there; Scripts/setup installs it")
    with tempfile.TemporaryDirectory() as scratch:
        outer = os.path.join(scratch, "frame.html")
        with open(outer, "w", encoding="utf-8") as file:
            file.write(
                f'<!DOCTYPE html><meta charset="utf-8"><meta name="color-scheme" content="{scheme}"><script>{PROBE}</script>'
                f'<iframe src="file://{html.escape(page)}" style="width:{width}px;height:900px;border:0"></iframe>'
            )
        words = [
            browser, "--headless=new", "--no-sandbox", "--disable-gpu", "--allow-file-access-from-files", "--no-first-run",
            "--disable-background-networking", f"--user-data-dir={scratch}/profile", "--window-size=1600,1000",
            "--virtual-time-budget=5000", "--dump-dom", f"file://{outer}",
        ]
        if scheme == "dark":
            words.insert(1, "--blink-settings=preferredColorScheme=0")
        result = subprocess.run(words, capture_output=True, text=True, timeout=120)
        match = re.search(r'<pre id="found">(.*?)</pre>', result.stdout, re.S)
        if not match:
            sys.exit(f"the browser gave no answer\n{result.stderr[-2000:]}")
        print(json.dumps(json.loads(html.unescape(match.group(1)))))


main()
