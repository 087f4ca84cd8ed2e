"use strict";
// Follows a run: the server says that there is something new, the page is fetched again, and what has changed in it is put
// in its place. What is folded open, where the reader is and what has the focus stay as they are.
addEventListener("DOMContentLoaded", () => {
  const query = location.search;
  let calm = null;
  let isBusy = false;
  let isStale = false;
  let retry = null;

  const live = () => document.getElementById("live");

  // A screen reader says each change: nothing is written that stands there.
  function lost(text) {
    calm ??= [live().textContent, live().className];
    if (live().textContent !== text) live().textContent = text;
    live().className = "live lost";
  }

  function moved() {
    lost("This page is served under another address now: open the one that upgrader serve has printed.");
  }

  function found() {
    if (calm) [live().textContent, live().className] = calm;
    calm = null;
  }

  const name = node => node.nodeType === 1 ? node.id || node.getAttribute("aria-labelledby") || "" : "";

  function morph(from, to) {
    if (from.nodeType !== to.nodeType || from.nodeName !== to.nodeName) return from.replaceWith(to.cloneNode(true));
    if (from.nodeType !== 1) {
      if (from.data !== to.data) from.data = to.data;
      return;
    }
    for (const { name, value } of to.attributes) {
      const isTheirs = name === "open" && from.nodeName === "DETAILS";
      if (!isTheirs && from.getAttribute(name) !== value) from.setAttribute(name, value);
    }
    for (const { name } of [...from.attributes]) {
      if (!to.hasAttribute(name) && name !== "open") from.removeAttribute(name);
    }
    const named = new Map([...from.children].filter(name).map(child => [name(child), child]));
    let place = from.firstChild;
    for (const next of to.childNodes) {
      const known = named.get(name(next));
      if (known) {
        if (known === place) place = place.nextSibling; else from.insertBefore(known, place);
        morph(known, next);
      } else if (place && !name(place)) {
        const old = place;
        place = place.nextSibling;
        morph(old, next);
      } else {
        from.insertBefore(next.cloneNode(true), place);
      }
    }
    while (place) {
      const old = place;
      place = place.nextSibling;
      old.remove();
    }
  }

  async function follow() {
    if (isBusy) return;
    clearTimeout(retry);
    isBusy = true;
    try {
      while (isStale) {
        // What is told while an answer is on its way is not in it.
        isStale = false;
        const answer = await fetch("/" + query, { cache: "no-store", signal: AbortSignal.timeout(60000) });
        if (answer.status === 403) return moved();
        if (!answer.ok) throw new Error(answer.status);
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        morph(document.body, page.body);
        calm = null;
        document.title = page.title;
        document.documentElement.dataset.version = page.documentElement.dataset.version;
      }
    } catch {
      isStale = true;
      retry = setTimeout(follow, 5000);
      if (!calm) lost("The page could not be fetched anew; it is tried again.");
    } finally {
      isBusy = false;
    }
  }

  async function listen() {
    const events = new EventSource("/events" + query);
    events.addEventListener("changed", event => {
      isStale ||= event.data !== document.documentElement.dataset.version;
      if (isStale) follow(); else found();
    });
    events.addEventListener("error", async () => {
      lost("The connection is lost; it is tried again. What stands below is as it was.");
      // The browser connects again by itself, except where it was answered with something else.
      if (events.readyState !== EventSource.CLOSED) return;
      const status = await fetch("/events" + query, { method: "HEAD" }).then(answer => answer.status, () => 0);
      if (status === 403) moved();
      else setTimeout(listen, 5000);
    });
  }

  listen();
});
