// Scrolls a table of posts from end to end, be it five or five million rows: only the rows in sight are on the page.
// Rows come as the server's own pages; without this file the table is one of those pages, with a link to the next.
"use strict";
(() => {
  const TALLEST = 8_000_000; // pixels: browsers draw no element of more than some 16 or 33 million
  const PAGE = 40;
  const KEPT = 24; // pages
  const PATIENCE = 70; // milliseconds of rest before rows that flew by are asked for

  const open = (stage) => {
    const total = Number(stage.dataset.total);
    const table = stage.querySelector("table");
    const body = table.tBodies[0];
    const height = body.rows[0].getBoundingClientRect().height;
    const pages = new Map([[Number(stage.dataset.first) / PAGE, [...body.rows]]]);
    const columns = body.rows[0].cells.length;
    if (total <= body.rows.length || Number(stage.dataset.first) % PAGE !== 0) return;
    stage.classList.add("live");
    stage.parentElement.querySelector(".pager")?.remove();
    const length = document.createElement("div");
    stage.append(length);
    let top = Number(stage.dataset.first);
    let own = -1; // where this file put the scroll bar last: that event is no wish of the reader's
    let resting = 0;
    let asking = null;

    const seen = () => Math.max(1, Math.floor((stage.clientHeight - table.tHead.offsetHeight) / height));
    const last = () => Math.max(0, total - seen());
    const way = () => Math.max(1, stage.scrollHeight - stage.clientHeight);

    const blank = (at) => {
      const row = document.createElement("tr");
      for (let n = 0; n < columns; n += 1) row.append(document.createElement("td"));
      row.cells[0].className = "num";
      row.cells[0].textContent = (at + 1).toLocaleString("en");
      return row;
    };

    const paint = () => {
      const first = Math.round(top);
      const rows = [];
      for (let at = first; at < Math.min(total, first + seen()); at += 1) rows.push(pages.get(Math.floor(at / PAGE))?.[at % PAGE] ?? blank(at));
      const held = document.activeElement;
      const focus = stage.contains(held) && held !== stage ? held : null;
      body.replaceChildren(...rows);
      if (focus?.isConnected) focus.focus({ preventScroll: true });
      else if (focus !== null) stage.focus({ preventScroll: true });
    };

    const ask = async () => {
      const first = Math.floor(Math.round(top) / PAGE);
      const wanted = [first, Math.floor((Math.round(top) + seen()) / PAGE), first + 1, first - 1];
      const page = wanted.find((one) => one >= 0 && one * PAGE < total && !pages.has(one));
      if (page === undefined) return;
      asking?.abort();
      asking = new AbortController();
      const answer = await fetch(`${stage.dataset.scroller}&offset=${page * PAGE}`, { headers: { accept: "text/html" }, signal: asking.signal }).catch(() => null);
      if (answer === null) return;
      const text = answer.ok ? await answer.text().catch(() => null) : null;
      if (text === null) return;
      const rows = new DOMParser().parseFromString(text, "text/html").querySelectorAll("[data-scroller] tbody tr");
      pages.set(page, [...rows].map((row) => document.adoptNode(row)));
      while (pages.size > KEPT) pages.delete(pages.keys().next().value);
      paint();
      ask();
    };

    const go = (to, bar) => {
      top = Math.min(last(), Math.max(0, to));
      if (bar) {
        own = Math.round((top / Math.max(1, last())) * way());
        stage.scrollTop = own;
      }
      paint();
      clearTimeout(resting);
      resting = setTimeout(ask, PATIENCE);
    };

    const fit = () => {
      length.style.height = `${Math.max(0, Math.min(TALLEST, total * height) - table.offsetHeight)}px`;
      go(top, true);
    };
    stage.addEventListener("scroll", () => {
      if (Math.abs(stage.scrollTop - own) <= 1) return;
      own = -1;
      go((stage.scrollTop / way()) * last(), false);
    });
    stage.addEventListener("wheel", (event) => {
      if (event.ctrlKey || event.shiftKey || event.deltaY === 0) return;
      event.preventDefault();
      go(top + event.deltaY / (event.deltaMode === 0 ? height : event.deltaMode === 1 ? 1 : 1 / seen()), true);
    }, { passive: false });
    stage.addEventListener("keydown", (event) => {
      const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: seen() - 1, PageUp: 1 - seen(), Home: -total, End: total };
      if (steps[event.key] === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      go(top + steps[event.key], true);
    });
    new ResizeObserver(fit).observe(document.documentElement);
    Object.assign(stage, { scroller: { go: (to) => go(to, true), top: () => Math.round(top) } });
    fit();
    stage.dataset.ready = "";
  };
  for (const stage of document.querySelectorAll("[data-scroller]")) open(stage);
})();
