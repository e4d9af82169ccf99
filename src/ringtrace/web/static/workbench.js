// Keys and small comforts. Every page works without this file: each key presses a link or button that is there.
"use strict";
(() => {
  const typing = (target) => target.closest("input, textarea, select, [contenteditable]") !== null;
  const items = () => [...document.querySelectorAll("[data-item]")].filter((item) => item.offsetParent !== null);
  let going = 0;

  const step = (way) => {
    const all = items();
    if (!all.length) return;
    const at = all.indexOf(document.activeElement);
    const next = all[Math.min(all.length - 1, Math.max(0, at < 0 ? (way > 0 ? 0 : all.length - 1) : at + way))];
    next.focus();
    next.scrollIntoView({ block: "center" });
  };

  const press = (name) => {
    const there = document.querySelector(`[data-shortcut="${CSS.escape(name)}"]`);
    if (there === null) return false;
    there.click();
    return true;
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (typing(event.target)) {
      if (event.key === "Escape") event.target.blur();
      return;
    }
    if (going && Date.now() - going < 1500) {
      going = 0;
      const link = document.querySelector(`.menu [data-key="${CSS.escape(event.key)}"]`);
      if (link !== null) { event.preventDefault(); link.click(); }
      return;
    }
    if (event.key === "g") { going = Date.now(); return; }
    if (event.key === "/") { event.preventDefault(); document.getElementById("find")?.focus(); return; }
    if (event.key === "j") { event.preventDefault(); step(1); return; }
    if (event.key === "k") { event.preventDefault(); step(-1); return; }
    if (press(event.key)) event.preventDefault();
  });

  const drop = document.querySelector(".drop");
  if (drop !== null) {
    const field = drop.querySelector("input[type=file]");
    for (const name of ["dragenter", "dragover"]) drop.addEventListener(name, (event) => { event.preventDefault(); drop.classList.add("over"); });
    for (const name of ["dragleave", "drop"]) drop.addEventListener(name, () => drop.classList.remove("over"));
    drop.addEventListener("drop", (event) => { event.preventDefault(); field.files = event.dataTransfer.files; });
  }

  // A part that says where it comes from is fetched anew each second, as long as the server gives it back with that word.
  const refresh = async (id) => {
    const part = document.getElementById(id);
    if (part === null || !part.dataset.refresh) return;
    const answer = await fetch(part.dataset.refresh, { headers: { accept: "text/html" } }).catch(() => null);
    if (answer !== null && answer.ok) {
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById(id);
      if (fresh === null) { location.reload(); return; } // what was waited for is there
      const focus = part.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
      part.replaceWith(fresh);
      if (focus !== null) fresh.querySelector(`[href="${CSS.escape(focus)}"]`)?.focus();
    }
    setTimeout(() => refresh(id), 1000);
  };
  for (const part of document.querySelectorAll("[data-refresh][id]")) setTimeout(() => refresh(part.id), 1000);

  // A form that names a part of its page asks for that part anew whenever a field changes; its button does the same.
  // From a change until the answer to it, nothing that stands in the part can be sent: it is of before the change.
  for (const form of document.querySelectorAll("form[data-live]")) {
    let waiting = 0;
    let asked = 0;
    const tell = (state) => {
      const part = document.getElementById(form.dataset.live);
      for (const button of part.querySelectorAll("form[method=post] button")) button.disabled = state !== "";
      for (const note of part.querySelectorAll("[data-live-state]")) note.hidden = note.dataset.liveState !== state;
    };
    const ask = async () => {
      if (!form.checkValidity()) return;
      const turn = asked;
      const address = `${form.getAttribute("action")}?${new URLSearchParams(new FormData(form))}`;
      const answer = await fetch(address, { headers: { accept: "text/html" } }).catch(() => null);
      const text = answer === null || answer.status >= 500 ? null : await answer.text().catch(() => null);
      if (turn !== asked) return;
      if (text === null) { tell("failed"); return; }
      const part = document.getElementById(form.dataset.live);
      const page = new DOMParser().parseFromString(text, "text/html");
      const fresh = page.getElementById(form.dataset.live);
      if (fresh === null) { location.assign(address); return; }
      const at = part.contains(document.activeElement) ? document.activeElement : null;
      part.replaceWith(fresh);
      if (at !== null) fresh.querySelector(`[name="${CSS.escape(at.name)}"][value="${CSS.escape(at.value)}"]`)?.focus();
      history.replaceState(null, "", address);
    };
    document.addEventListener("input", (event) => {
      if (event.target.form !== form) return;
      asked += 1;
      tell("waiting");
      clearTimeout(waiting);
      waiting = setTimeout(ask, 250);
    });
  }

  const job = document.querySelector("[data-poll]");
  if (job !== null) {
    const look = async () => {
      const answer = await fetch(job.dataset.poll, { headers: { accept: "application/json" } });
      if (!answer.ok) return;
      const state = await answer.json();
      if (!state.running) { location.reload(); return; }
      const bar = job.querySelector("progress");
      if (bar !== null && state.total > 1) { bar.max = state.total; bar.value = state.done; }
      const words = job.querySelector("[data-words]");
      if (words !== null) words.textContent = state.words;
      setTimeout(look, 1000);
    };
    setTimeout(look, 1000);
  }
})();
