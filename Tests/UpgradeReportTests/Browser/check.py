#!/usr/bin/env python3
"""Opens a page in a headless Chromium, in a window of a given width, and prints what it finds as JSON.

    check.py FILE|URL WIDTH light|dark [no-preference|reduce]
"""
import json
import os
import sys

from chromium import Chromium

PROBE = """
(() => {
  const found = {};
  function luminance(rgb) {
    const c = rgb.map(v => { v /= 255; return v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; });
    return 0.2126 * c[0] + 0.7152 * c[1] + 0.0722 * c[2];
  }
  function ratio(one, other) {
    const [a, b] = [luminance(one.slice(0, 3)), luminance(other.slice(0, 3))];
    return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  }
  function parts(text) { return (text.match(/[0-9.]+/g) || []).map(Number); }
  function background(element) {
    for (let e = element; e; e = e.parentElement) {
      const c = parts(getComputedStyle(e).backgroundColor);
      if (c.length < 4 || c[3] > 0) return c;
    }
    return [255, 255, 255];
  }
  const all = selector => [...document.querySelectorAll(selector)];
  const short = e => e.tagName + '.' + e.className + ' ' + e.textContent.trim().slice(0, 30);
  // A pulse would be seen only now and then.
  found.animations = document.getAnimations({ subtree: true }).length;
  found.smooth = getComputedStyle(document.documentElement).scrollBehavior === 'smooth';
  // Folded parts are looked at as well.
  all('details').forEach(d => { d.open = true; });
  const root = document.documentElement;
  found.overflow = root.scrollWidth - root.clientWidth;
  found.outside = all('body *').filter(e => {
    const box = e.getBoundingClientRect();
    return box.width > 0 && box.right > root.clientWidth + 1 && !e.closest('.wide, .track, .skip, pre');
  }).map(short).slice(0, 10);
  found.dark = matchMedia('(prefers-color-scheme: dark)').matches && luminance(background(document.body)) < 0.2;
  found.lang = root.lang;
  found.title = document.title;
  found.landmarks = ['header', 'nav', 'main', 'footer'].filter(n => all(n).length === 1);
  found.headings = all('h1,h2,h3,h4').map(h => Number(h.tagName[1]));
  found.tables = all('table').map(t =>
    t.querySelectorAll('thead th[scope=col]').length > 0 && [...t.querySelectorAll('tbody tr')].every(r => r.querySelector('th[scope=row]')));
  found.duplicateIDs = all('[id]').map(e => e.id).filter((id, i, all) => all.indexOf(id) !== i);
  found.deadLinks = all('a[href^="#"]').map(a => a.getAttribute('href').slice(1)).filter(id => !document.getElementById(id));
  found.scripts = all('script').length;
  found.active = all('body script,iframe,object,embed,form,img,link:not([href="data:,"]),[onerror],[onclick],[onload],[onmouseover]').length;
  found.foreign = all('[src],[href]').map(e => e.getAttribute('src') || e.getAttribute('href')).filter(u => !u.startsWith('#') && u !== 'data:,');
  found.bars = all('.bar').length;
  found.barsOutside = all('.bar').filter(b => {
    const bar = b.getBoundingClientRect(), track = b.parentElement.getBoundingClientRect();
    return bar.width < 1 || bar.left < track.left - 1 || bar.right > track.right + 3;
  }).length;
  found.ticksOutside = all('.tick').filter(t => t.getBoundingClientRect().right > root.clientWidth).length;
  found.ticksOverlap = all('.tick').filter(t => t.getClientRects().length).some((t, i, list) =>
    i > 0 && t.getBoundingClientRect().left < list[i - 1].getBoundingClientRect().right - 1);
  // A graphic needs 3 to what it stands on (WCAG 2.1, 1.4.11); what is striped has its text's color in it.
  found.paleBars = all('.bar').filter(b => !b.matches('.bad, .open') &&
    ratio(parts(getComputedStyle(b).backgroundColor), background(b.parentElement)) < 3).map(short);
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  found.pale = [];
  let count = 0;
  while (walker.nextNode() && count < 4000) {
    const node = walker.currentNode, element = node.parentElement;
    if (!node.data.trim() || !element.getClientRects().length || element.closest('.skip,style')) continue;
    count += 1;
    const is = ratio(parts(getComputedStyle(element).color), background(element));
    if (is < 4.5) found.pale.push(node.data.trim().slice(0, 30) + ' ' + is.toFixed(2));
  }
  found.texts = count;
  // 24 by 24 (WCAG 2.2, 2.5.8).
  found.smallTargets = all('summary, nav a').filter(e => e.getClientRects().length && e.getBoundingClientRect().height < 24).length;
  found.unfocusable = all('summary, pre, .wide').filter(e => e.tabIndex < 0).length;
  found.bold = document.body.innerText.includes('HOSTILE-MARK');
  found.reached = !!window.HOSTILE;
  return found;
})()
"""

FOCUS = """
(() => {
  const e = document.activeElement, style = getComputedStyle(e), box = e.getBoundingClientRect();
  return {
    name: e.tagName + ' ' + e.textContent.trim().slice(0, 40),
    isSeen: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2
      && box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
    isSkip: e.className === 'skip',
    isSummary: e.tagName === 'SUMMARY',
    isOpen: e.tagName === 'SUMMARY' && e.parentElement.open,
  };
})()
"""


def keyboard(browser):
    """What the Tab key reaches from the top of the page, and whether one sees where one is."""
    browser.ask("document.activeElement.blur(), scrollTo(0, 0), true")
    unseen, reached, folds, skips = [], 0, None, False
    for place in range(40):
        browser.press("Tab")
        # Smooth scrolling needs a moment, on a busy machine a long one.
        is_seen = browser.until(f"{FOCUS}.isSeen || {FOCUS}.name.startsWith('BODY')", 10)
        now = browser.ask(FOCUS)
        if now["name"].startswith("BODY"):
            break
        reached += 1
        if place == 0:
            skips = now["isSkip"]
        if not is_seen:
            unseen.append(now["name"])
        if now["isSummary"] and folds is None:
            browser.press("Enter")
            folds = browser.ask(FOCUS)["isOpen"] != now["isOpen"]
            browser.press("Enter")
    return {"unseen": unseen, "reached": reached, "folds": folds, "skips": skips}


def nameless(browser):
    """What a screen reader would have no name for."""
    found = []
    for node in browser.call("Accessibility.getFullAXTree")["nodes"]:
        role = node.get("role", {}).get("value")
        wanted = role in ("link", "button", "DisclosureTriangle", "region", "navigation", "image", "heading", "columnheader", "rowheader")
        if wanted and not node.get("ignored") and not node.get("name", {}).get("value", "").strip():
            found.append(role)
    return found


def main():
    page, width, scheme = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    motion = sys.argv[4] if len(sys.argv) > 4 else "no-preference"
    if "://" not in page:
        page = "file://" + os.path.abspath(page)
    with Chromium(width=width, height=900, scheme=scheme, motion=motion) as browser:
        browser.open(page)
        keys = keyboard(browser)
        found = browser.ask(PROBE)
        found["keyboard"] = keys
        found["nameless"] = nameless(browser)
        found["complaints"] = browser.complaints()
        print(json.dumps(found))


main()
