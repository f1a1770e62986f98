// The page's script: sends what a person does, and keeps the server-drawn regions up to date
// without touching what is being typed. No library, no build step.
"use strict";
(() => {
  const { as, in: where, channel, thread } = document.body.dataset;
  const words = JSON.parse(document.getElementById("words").textContent);
  const $ = (selector, root = document) => root.querySelector(selector);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const touched = new WeakSet();    // fields whose contents are the person's, not the server's
  const chosen = new WeakMap();     // external select → the value picked
  const closed = new Set();         // views that the person closed; the workspace may not know yet
  let revision = Number(document.body.dataset.revision);

  // -- talking to the server -----------------------------------------------------------------------

  async function act(kind, wish = {}) {
    try {
      const answer = await fetch("/act", {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ kind, as, ...wish }),
      });
      if (answer.status >= 500) return { ok: false, notice: "The sandbox itself failed; its log says more." };
      return await answer.json();
    } catch {
      return { ok: false, notice: "The sandbox is not reachable. Is it still running?" };
    }
  }

  function toast(text) {
    if (!text) return;
    const note = document.createElement("div");
    note.className = "toast";
    const say = document.createElement("span");
    say.textContent = text;
    const close = document.createElement("button");
    Object.assign(close, { type: "button", className: "plain", textContent: "×", onclick: () => note.remove() });
    close.setAttribute("aria-label", "Dismiss notice");
    note.append(say, close);
    // A dialog makes the rest of the page inert; the notice must lie inside the topmost one.
    const toasts = $("#toasts");
    (all("#modals dialog[open]").at(-1) ?? document.body).append(toasts);
    toasts.append(note);
    setTimeout(() => note.remove(), 9000);
  }

  // -- live updates: the server's regions, morphed into the page -------------------------------------

  const keyOf = (node) => (node.nodeType === 1 ? node.id || node.dataset.key || "" : "");
  const KEEP = new Set(["open", "style", "aria-expanded", "aria-busy", "aria-activedescendant", "data-complained"]);

  function morph(have, want) {
    if (have.nodeType !== 1) {
      if (have.data !== want.data) have.data = want.data;
      return;
    }
    // A list of suggestions is the page's own: the server knows neither its entries nor whether it is open.
    const isList = have.getAttribute("role") === "listbox" && have.id === want.id;
    if ("keep" in have.dataset || isList || have.isEqualNode(want)) return;
    const mine = touched.has(have);
    // Another button in the place of one that was pressed does not wait for the answer to that press.
    if (have.dataset.action !== want.dataset.action) have.removeAttribute("aria-busy");
    for (const { name } of [...have.attributes])
      if (!want.hasAttribute(name) && !KEEP.has(name)) have.removeAttribute(name);
    for (const { name, value } of want.attributes)
      if (!(mine && (name === "value" || name === "checked")) && have.getAttribute(name) !== value) have.setAttribute(name, value);
    if (have.nodeName === "TEMPLATE") have.innerHTML = want.innerHTML;
    else if (!mine) morphChildren(have, want);
  }

  function morphChildren(parent, fresh) {
    const keyed = new Map([...parent.childNodes].map((node) => [keyOf(node), node]));
    const wanted = new Set([...fresh.childNodes].map(keyOf));
    let at = parent.firstChild;
    const drop = (node) => {
      if (node.id === "toasts") return;   // a guest in this dialog, unknown to the server
      if (node.nodeName === "DIALOG" && node.open) shut(node);
      node.remove();
    };
    for (const want of [...fresh.childNodes]) {
      const key = keyOf(want);
      while (at && keyOf(at) && !wanted.has(keyOf(at))) {
        const gone = at;
        at = at.nextSibling;
        drop(gone);
      }
      const have = key ? keyed.get(key) : at && !keyOf(at) ? at : null;
      if (have && have.nodeName === want.nodeName) {
        if (have === at) at = at.nextSibling;
        else parent.insertBefore(have, at);
        morph(have, want);
      } else parent.insertBefore(want, at);
    }
    while (at) {
      const gone = at;
      at = at.nextSibling;
      drop(gone);
    }
  }

  function shut(dialog) {
    if (dialog.contains($("#toasts"))) document.body.append($("#toasts"));
    dialog.close();
    // Chromium may give the focus back without the caret, and what is typed then goes nowhere.
    const field = document.activeElement;
    if (field.matches("textarea, input")) field.blur(), field.focus();
  }

  function redraw(regions) {
    const places = { main: "main-region" };
    const scroll = $("#scroll");
    const atEnd = scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < 80;
    for (const [name, html] of Object.entries(regions)) {
      const place = document.getElementById(places[name] ?? name);
      if (!place) continue;
      const fresh = place.cloneNode(false);
      fresh.innerHTML = html;
      if (name === "clock" && place.contains(document.activeElement) && document.activeElement.id === "moment") touched.add($("#moment"));
      morphChildren(place, fresh);
    }
    if (atEnd && where !== "home") scroll.scrollTop = scroll.scrollHeight;
    showDialogs();
  }

  async function follow() {
    for (;;) {
      if (document.hidden) await new Promise((go) => document.addEventListener("visibilitychange", go, { once: true }));
      try {
        const query = new URLSearchParams({ as, in: where, thread, since: revision });
        const answer = await fetch(`/news?${query}`);
        if (!answer.ok) throw new Error(answer.status);
        const news = await answer.json();
        if (news.regions) redraw(news.regions), (document.title = news.title.trim());
        revision = news.revision;
      } catch {
        await new Promise((go) => setTimeout(go, 1500));
      }
    }
  }

  // -- dialogs ---------------------------------------------------------------------------------------

  function showDialogs() {
    for (const dialog of all("#modals dialog")) {
      if (closed.has(dialog.dataset.view)) continue;
      const wrong = $("[aria-invalid=true]", dialog);
      if (!dialog.open) {
        dialog.showModal();
        const body = $(".body", dialog);
        ($("[data-focus]", body) ?? $("input, textarea, select", body) ?? $("[type=submit], footer button", dialog))?.focus();
      } else if (wrong && !dialog.dataset.complained) wrong.focus();
      dialog.toggleAttribute("data-complained", Boolean(wrong));
    }
  }

  function ask(template) {
    const dialog = $("#confirm");
    $("#confirm-title").textContent = template.dataset.title;
    $("#confirm-text").replaceChildren(template.content.cloneNode(true));
    $("#confirm-yes").textContent = template.dataset.yes;
    $("#confirm-no").textContent = template.dataset.no;
    $("#confirm-yes").classList.toggle("danger", "danger" in template.dataset);
    dialog.returnValue = "";
    dialog.showModal();
    return new Promise((done) => dialog.addEventListener("close", () => done(dialog.returnValue === "yes"), { once: true }));
  }

  // At once, as what is typed next is meant for the page behind. A view below is uncovered by the workspace.
  async function closeView(dialog, every) {
    const open = all("#modals dialog[open]").reverse();
    const gone = every || open.length === 1 ? open : [];
    for (const one of gone) closed.add(one.dataset.view), shut(one);
    const answer = await act("close", { view: dialog.dataset.view, all: every });
    if (!answer.ok) gone.forEach((one) => closed.delete(one.dataset.view)), showDialogs();
    toast(answer.notice);
  }

  async function submit(form) {
    const dialog = form.closest("dialog");
    const button = $("[type=submit]", form);
    if (!button || button.getAttribute("aria-busy") === "true") return;
    button.setAttribute("aria-busy", "true");
    $(".trouble", form).textContent = "";
    const answer = await act("submit", { view: dialog.dataset.view, state: valuesOf(dialog) });
    button.removeAttribute("aria-busy");
    if (answer.notice) $(".trouble", form).textContent = answer.notice;
    for (const [block, text] of Object.entries(answer.errors ?? {})) {
      const field = all("[data-input-block]", form).find((one) => one.dataset.inputBlock === block);
      if (field) field.classList.add("wrong"), ($(".error", field).textContent = text);
      else $(".trouble", form).textContent = text;
    }
  }

  // -- values ----------------------------------------------------------------------------------------

  const MANY = (element) => element.dataset.kind === "checkboxes" || element.dataset.kind.startsWith("multi_");

  function valueOf(element) {
    if ("external" in element.dataset) return (chosen.has(element) ? chosen.get(element) : element.dataset.chosen) || null;
    if (element.matches(".choices")) {
      const picked = all("input:checked", element).map((one) => one.value);
      return MANY(element) ? picked : picked[0] ?? null;
    }
    if (element.dataset.kind === "datetimepicker") return element.value ? { "wall time": element.value } : null;
    return element.value || null;
  }

  function valuesOf(root) {
    const values = {};
    for (const element of all("[data-action]:is([data-input], [data-instant])", root))
      (values[element.dataset.block] ??= {})[element.dataset.action] = valueOf(element);
    return values;
  }

  // -- pressing --------------------------------------------------------------------------------------

  async function press(element, value) {
    const surface = element.closest("[data-surface]");
    if (!surface || element.getAttribute("aria-busy") === "true") return;
    const question = $("template.confirm", element.closest(".act, .choices") ?? surface);
    if (question && !(await ask(question))) return undo(element);
    const { surface: kind, channel, ts, view } = surface.dataset;
    const place = kind === "message" ? ("ephemeral" in surface.dataset ? { channel, ephemeral: ts } : { channel, ts })
      : kind === "home" ? { home: true } : { view };
    element.setAttribute("aria-busy", "true");
    const { action, block } = element.dataset;
    const state = kind !== "message" || $("[data-input]", surface) ? valuesOf(surface) : null;
    const answer = await act("press", { ...place, action, block, value, state });
    element.removeAttribute("aria-busy");
    if (kind === "message") touched.delete(element);
    toast(answer.notice);
  }

  function undo(element) {
    touched.delete(element);
    if (element.matches("select")) element.value = $("option[selected]", element)?.value ?? "";
    else if (element.matches("input")) element.value = element.defaultValue;
    else all("input", element).forEach((one) => { one.checked = one.defaultChecked; });
  }

  const resting = new Map();        // date field → timer; a date typed by keyboard passes through others on its way

  function instant(element) {
    if (!element.matches("input:is([type=date], [type=time], [type=datetime-local])")) return rest(element);
    clearTimeout(resting.get(element));
    resting.set(element, setTimeout(rest, 700, element));
  }

  function rest(element) {
    clearTimeout(resting.get(element));
    resting.delete(element);
    const value = valueOf(element);
    if (value !== null || element.matches(".choices")) press(element, value);
  }

  // -- suggestions: one list for commands, people, channels and external selects ---------------------

  function fill(list, entries, pick) {
    list.replaceChildren(...entries.map((entry, index) => {
      const row = document.createElement("div");
      row.id = `${list.id}-${index}`;
      row.setAttribute("role", "option");
      for (const [tag, text] of [["strong", entry.label], ["code", entry.hint], ["small", entry.about]])
        if (text) row.append(Object.assign(document.createElement(tag), { textContent: text }));
      row.onpointerdown = (event) => event.preventDefault();
      row.onclick = () => pick(entry);
      return row;
    }));
    list.hidden = !entries.length;
  }

  function mark(field, list, step, start = -1) {
    const rows = all("[role=option]", list);
    const now = rows.findIndex((row) => row.getAttribute("aria-selected") === "true");
    rows.forEach((row) => row.setAttribute("aria-selected", "false"));
    const next = rows[(Math.max(now, start) + step + rows.length) % rows.length];
    next?.setAttribute("aria-selected", "true");
    next?.scrollIntoView({ block: "nearest" });
    if (next) field.setAttribute("aria-activedescendant", next.id);
  }

  /** Arrow keys, Enter, Tab and Escape while a list is open; true when the key was used up. */
  function steer(event, field, list) {
    if (list.hidden) return false;
    const rows = all("[role=option]", list);
    if (event.key === "ArrowDown") mark(field, list, 1);
    else if (event.key === "ArrowUp") mark(field, list, -1, 0);
    else if (event.key === "Escape") list.hidden = true;
    else if (event.key === "Enter" || event.key === "Tab") {
      const row = rows.find((one) => one.getAttribute("aria-selected") === "true");
      if (!row) return false;
      row.click();
    } else return false;
    event.preventDefault();
    return true;
  }

  // -- the composer ----------------------------------------------------------------------------------

  function compose(form) {
    const field = $("textarea", form), list = $("[role=listbox]", form), usage = $(".usage", form);
    const draft = `draft:${as}:${where}:${form.dataset.thread}`;
    field.value = sessionStorage.getItem(draft) ?? "";
    // The server draws it disabled: words typed before this line would be overwritten, and Enter would not send them.
    for (const control of all("textarea, [type=submit]", form)) control.disabled = false;

    const starts = (text, typed) => text.toLowerCase().startsWith(typed.toLowerCase());
    function entriesFor(before) {
      const command = /^\/\S*$/.exec(before)?.[0];
      if (command && !form.dataset.thread)
        return [command, words.commands.filter((one) => starts(one.name, command)).map((one) => ({ ...one, label: one.name }))];
      const name = /(?:^|[\s(])([@#][\w.-]*)$/.exec(before)?.[1];
      if (!name) return ["", []];
      const typed = name.slice(1);
      const known = name[0] === "@" ? words.people : words.channels;
      const fits = (one) => starts(one.name, typed) || one.about.split(" ").some((word) => starts(word, typed));
      return [name, known.filter(fits).slice(0, 8).map((one) => ({ ...one, label: name[0] + one.name }))];
    }

    function suggest() {
      const before = field.value.slice(0, field.selectionStart);
      const [typed, entries] = entriesFor(before);
      fill(list, entries, ({ label }) => {
        field.setRangeText(`${label} `, before.length - typed.length, before.length, "end");
        field.focus();
        suggest();
      });
      if (entries.length) mark(field, list, 1);
      field.setAttribute("aria-expanded", String(!list.hidden));
      const command = words.commands.find((one) => starts(field.value, `${one.name} `));
      usage.hidden = !command?.hint;
      usage.textContent = command ? `${command.name} ${command.hint}` : "";
      sessionStorage.setItem(draft, field.value);
    }

    async function send() {
      const text = field.value.trim();
      if (!text) return;
      const kept = field.value;
      field.value = "";
      suggest();
      const answer = await act(kept.startsWith("/") ? "command" : "say", { channel, thread: form.dataset.thread || null, text });
      if (!answer.ok && answer.notice && !field.value) (field.value = kept), suggest(), (list.hidden = true);
      toast(answer.notice);
    }

    field.addEventListener("input", suggest);
    field.addEventListener("blur", () => { list.hidden = true; });
    field.addEventListener("keydown", (event) => {
      const whole = words.commands.some((one) => one.name === field.value.trim());
      if (!(event.key === "Enter" && whole) && steer(event, field, list)) return;
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      send();
    });
    form.addEventListener("submit", (event) => { event.preventDefault(); send(); });
  }

  // -- external selects ------------------------------------------------------------------------------

  const listOf = (field) => document.getElementById(field.getAttribute("aria-controls"));
  let latest = 0;

  async function lookUp(field) {
    const list = listOf(field), text = field.value.trim(), mine = ++latest;
    if (text.length < Number(field.dataset.least)) return void (list.hidden = true);
    const view = field.closest("[data-surface]").dataset.view ?? "";
    const several = field.closest(".choices"), { action, block } = (several ?? field).dataset;
    const query = new URLSearchParams({ as, view, action, block, text });
    const answer = await (await fetch(`/suggest?${query}`)).json();
    if (mine !== latest) return;
    toast(answer.notice);
    fill(list, answer.options.map((one) => ({ label: one.label, about: one.description, value: one.value })), (entry) => {
      if (several) return add(several, field, entry);
      chosen.set(field, entry.value);
      touched.add(field);
      field.value = entry.label;
      field.dataset.label = entry.label;
      list.hidden = true;
      if ("instant" in field.dataset) press(field, entry.value);
    });
    field.setAttribute("aria-expanded", String(!list.hidden));
    if (!list.hidden) mark(field, list, 1);
  }

  function add(several, field, entry) {
    const found = all("input[type=checkbox]", several).find((one) => one.value === entry.value);
    const box = found ?? Object.assign(document.createElement("input"), { type: "checkbox", value: entry.value });
    box.checked = true;
    if (!found) {
      const label = document.createElement("label");
      label.append(box, Object.assign(document.createElement("span"), { textContent: entry.label }));
      several.insertBefore(label, $(".combo", several));
    }
    touched.add(several);
    field.value = "";
    listOf(field).hidden = true;
    if ("instant" in several.dataset) rest(several);
  }

  // -- what happens on the page ----------------------------------------------------------------------

  document.addEventListener("click", (event) => {
    if (event.target.matches(".pick input")) try { event.target.showPicker(); } catch { /* typing still works */ }
    const target = event.target.closest("button, a");
    if (!target) return;
    const menu = target.closest("[popover]");
    if ("press" in target.dataset) press(target, target.dataset.value || null);
    else if ("close" in target.dataset) closeView(target.closest("dialog"), "all" in target.dataset);
    else if ("clock" in target.dataset) act("clock", { to: target.dataset.clock }).then((answer) => toast(answer.notice));
    else if ("global" in target.dataset) act("global", { callback: target.dataset.global }).then((answer) => toast(answer.notice));
    else if ("emoji" in target.dataset) {
      const { channel, ts } = target.closest("[data-surface]").dataset;
      act("react", { emoji: target.dataset.emoji, channel, ts }).then((answer) => toast(answer.notice));
    } else if ("shortcut" in target.dataset) {
      const { channel, ts } = target.closest("[data-surface]").dataset;
      act("shortcut", { callback: target.dataset.shortcut, channel, ts }).then((answer) => toast(answer.notice));
    } else if ("well" in target.dataset) act("well").then((answer) => toast(answer.notice));
    else if (target.id === "menu-button") toggleSide();
    if (target.dataset.url) window.open(target.dataset.url, "_blank", "noopener,noreferrer");
    if (menu && !target.hasAttribute("popovertarget")) menu.hidePopover();
  });

  function toggleSide(open = !document.body.classList.contains("side-open")) {
    document.body.classList.toggle("side-open", open);
    $("#menu-button").setAttribute("aria-expanded", String(open));
  }
  document.addEventListener("pointerdown", (event) => {
    if (document.body.classList.contains("side-open") && !event.target.closest("#side, #menu-button")) toggleSide(false);
  });

  document.addEventListener("submit", (event) => {
    if ("submit" in event.target.dataset) event.preventDefault(), submit(event.target);
    else if (event.target.id === "jump") {
      event.preventDefault();
      touched.delete($("#moment"));
      act("clock", { to: $("#moment").value }).then((answer) => toast(answer.notice));
    } else if (event.target.id === "fail") {
      event.preventDefault();
      act("fail", Object.fromEntries(new FormData(event.target))).then((answer) => toast(answer.notice));
    }
  });

  document.addEventListener("input", (event) => {
    const field = event.target;
    if (!field.closest("[data-surface]")) return;
    touched.add(field.closest(".found") ?? field);
    if ("external" in field.dataset) chosen.set(field, null), lookUp(field);
    if ("most" in field.dataset) count(field);
  });

  document.addEventListener("change", (event) => {
    const element = event.target.closest("[data-instant]");
    const pick = event.target.closest(".pick");
    if (pick && event.target.type === "date" && event.target.value) {
      const words = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeZone: "UTC" });
      $(".picked", pick).textContent = words.format(event.target.valueAsDate);
    }
    if (element && !("external" in event.target.dataset)) instant(element);
  });

  document.addEventListener("focusin", ({ target }) => { if ("external" in (target.dataset ?? {}) && !target.value) lookUp(target); });
  document.addEventListener("focusout", ({ target }) => {
    if (resting.has(target)) rest(target);
    if (!("external" in (target.dataset ?? {}))) return;
    latest += 1;
    listOf(target).hidden = true;
    // Words that were never picked from the list are no choice; say so by emptying the field.
    if (chosen.get(target) === null) target.value = "";
  });

  document.addEventListener("keydown", (event) => {
    const field = event.target;
    if ("external" in (field.dataset ?? {})) return void (steer(event, field, listOf(field)) || (event.key === "Enter" && event.preventDefault()));
    if (event.key === "Enter" && "instant" in (field.dataset ?? {}) && field.matches("input[type=text]")) event.preventDefault(), instant(field);
    if (event.key === "Escape" && document.body.classList.contains("side-open")) toggleSide(false);
  });

  // Escape closes the view at the app's end too.
  document.addEventListener("cancel", (event) => {
    if (!event.target.matches?.("#modals dialog")) return;
    event.preventDefault();
    closeView(event.target, false);
  }, true);

  // Chromium may close a dialog without asking: https://html.spec.whatwg.org/#close-watcher.
  document.addEventListener("close", ({ target }) => {
    if (target.matches?.("#modals dialog") && !closed.has(target.dataset.view)) closed.add(target.dataset.view), closeView(target, false);
  }, true);

  document.addEventListener("toggle", (event) => {
    const menu = event.target;
    if (event.newState !== "open" || !menu.matches?.("[popover]")) return;
    const button = $(`[popovertarget="${CSS.escape(menu.id)}"]`).getBoundingClientRect();
    const { offsetWidth: width, offsetHeight: height } = menu;
    const below = button.bottom + 4 + height < innerHeight;
    menu.style.left = `${Math.max(6, Math.min(button.left, innerWidth - width - 6))}px`;
    menu.style.top = `${Math.max(6, below ? button.bottom + 4 : button.top - height - 4)}px`;
    $("button, a", menu)?.focus();
  }, true);

  document.addEventListener("keydown", (event) => {
    const menu = event.target.closest?.("[popover][role=menu]");
    if (!menu || !["ArrowDown", "ArrowUp"].includes(event.key)) return;
    const rows = all("button", menu);
    rows[(rows.indexOf(event.target) + (event.key === "ArrowDown" ? 1 : -1) + rows.length) % rows.length].focus();
    event.preventDefault();
  });

  function count(field) {
    const most = Number(field.dataset.most), left = most - [...field.value].length;
    const holder = field.closest("[data-input-block]");
    const note = $(".left", holder) ?? holder.appendChild(Object.assign(document.createElement("p"), { className: "left" }));
    note.hidden = left > 50;
    note.textContent = String(left);
    note.classList.toggle("over", left < 0);
  }

  // -- the clock ticks between two updates -----------------------------------------------------------

  const opened = performance.now();
  let shown, since = opened;
  setInterval(() => {
    const now = $("#now");
    if (!now) return;
    if (now.dataset.epoch !== shown) (shown = now.dataset.epoch), (since = performance.now());
    const moment = new Date(Number(shown) * 1000 + performance.now() - since);
    const part = (options) => new Intl.DateTimeFormat("en-US", { timeZone: now.dataset.zone, ...options }).format(moment);
    const time = new Intl.DateTimeFormat("twelve" in now.dataset ? "en-US" : "en-GB", { timeZone: now.dataset.zone, hour: "numeric", minute: "2-digit", hour12: "twelve" in now.dataset }).format(moment);
    const text = `${part({ weekday: "short" })} ${part({ day: "numeric" })} ${part({ month: "short" })} ${part({ year: "numeric" })}, ${time.padStart(5, "0")}`;
    if (now.textContent !== text) now.textContent = text;
  }, 1000);

  all(".composer").forEach(compose);
  const end = $("#scroll");
  if (where !== "home") end.scrollTop = end.scrollHeight;
  const thread_end = $(".thread .scroll");
  if (thread_end) thread_end.scrollTop = thread_end.scrollHeight;
  showDialogs();
  if (where === "home" || where === "app") act("home", { tab: where === "home" ? "home" : "messages" }).then((answer) => toast(answer.notice));
  follow();
})();
