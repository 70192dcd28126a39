// The conversations of this browser: which one a tab has, the list of them, and the way back after starting over.
// Each is on the server, under a number that nobody guesses; the browser keeps these numbers, and the names given here.
"use strict";

(() => {
  const TAB = "quoth-talk", DRAFT = "quoth-draft", LIST = "quoth-talks", MOST = 100, PAUSE = 250;
  const earlier = sessionStorage.getItem(TAB);
  let name = earlier || fresh(), former = null, blank = !earlier, due = 0;

  function fresh() {
    return [...crypto.getRandomValues(new Uint8Array(16))].map((n) => n.toString(16).padStart(2, "0")).join("");
  }

  // The latest first. Where nothing can be stored there is no list.
  function known() {
    try {
      const list = JSON.parse(localStorage.getItem(LIST));
      return Array.isArray(list) ? list.filter((each) => /^[0-9a-f]{32}$/.test(each?.key)) : [];
    } catch {
      return [];
    }
  }

  function keep(list) {
    try {
      localStorage.setItem(LIST, JSON.stringify(list.slice(0, MOST)));
    } catch {
      // then this page goes without
    }
    refresh();
  }

  function remember() {
    const list = known();
    const mine = list.find((each) => each.key === name) ?? { key: name };
    keep([{ ...mine, at: Date.now() }, ...list.filter((each) => each !== mine)]);
  }

  // Gives the tab another conversation; null is a new one.
  function open(key) {
    name = key ?? fresh();
    blank = key === null;
    if (blank) sessionStorage.removeItem(TAB);
    else sessionStorage.setItem(TAB, name);
    Quoth.type(document.querySelector("#q-key :is(textarea, input)"), blank ? name : `${name}+`);
    refresh();
  }

  Quoth.whenever("#q-key :is(textarea, input)", (input) => Quoth.type(input, earlier ? `${name}+` : name));
  // A tab in which nothing was asked has nothing to come back to. What is drawn after Start over may be the former one.
  Quoth.whenever("#q-chat .q-asked", () => {
    if (blank) return;
    sessionStorage.setItem(TAB, name);
    remember();
  });
  Quoth.whenever("#q-chat .q-gone", () => {
    sessionStorage.removeItem(TAB);
    keep(known().filter((each) => each.key !== name));
  });
  Quoth.whenever("#q-box textarea", (box) => {
    const draft = sessionStorage.getItem(DRAFT);
    if (draft && !box.value) Quoth.type(box, draft);
    sessionStorage.removeItem(DRAFT);
  });
  window.addEventListener("pagehide", () => {
    if (Quoth.box()?.value) sessionStorage.setItem(DRAFT, Quoth.box().value);
  });

  function asks() {
    blank = false;
    former = null;
    refresh();
  }
  document.addEventListener("click", (event) => {
    if (event.target.closest?.("#q-box .submit-button")) asks();
    if (!event.target.closest?.("#q-again")) return;
    former = name;
    open(null);
    undo.hidden = false;
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing && event.target.closest?.("#q-box textarea")) asks();
  }, true);

  // What stands above the conversation.
  function button(text, act, more = {}) {
    const made = Quoth.element("button", { type: "button", textContent: text, ...more });
    made.addEventListener("click", act);
    return made;
  }
  const undo = button(Quoth.say("talks.undo"), () => {
    const back = former;
    former = null;
    open(back);
    Quoth.box().focus();
  }, { id: "q-undo" });
  const opener = button(Quoth.say("talks.open"), show, { id: "q-talks-open" });

  function refresh() {
    const top = document.getElementById("q-top");
    if (!top) return;
    for (const each of [undo, opener]) {
      if (each.parentNode !== top) top.append(each);
    }
    undo.hidden = !former;
    opener.hidden = !known().length;
  }
  Quoth.whenever("#q-top", refresh);

  // The list.
  const search = Quoth.element("input", { type: "search", maxLength: 200, dir: "auto", placeholder: Quoth.say("talks.search") });
  search.setAttribute("aria-label", Quoth.say("talks.search"));
  const rows = Quoth.element("ul", {});
  const told = Quoth.element("p", { className: "q-talks-told" });
  told.setAttribute("role", "status");
  const close = button(Quoth.say("close"), () => dialog.close());
  const forget = button(Quoth.say("talks.forget"), forgetAll, { className: "q-forget" });
  const heading = Quoth.element("h2", { id: "q-talks-title", textContent: Quoth.say("talks.title") });
  const dialog = Quoth.element("dialog", { id: "q-talks" }, Quoth.element("p", {}, close, forget), heading, search, told, rows);
  dialog.setAttribute("aria-labelledby", "q-talks-title");
  dialog.addEventListener("close", () => (opener.hidden ? Quoth.box() : opener).focus());
  search.addEventListener("input", () => {
    clearTimeout(due);
    due = setTimeout(fill, PAUSE);
  });

  function show() {
    document.body.append(dialog);
    search.value = "";
    rows.replaceChildren();
    dialog.showModal();
    fill();
  }

  async function post(address, body) {
    const options = { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
    const response = await fetch(address, options);
    if (!response.ok) throw new Error(String(response.status));
    return response;
  }

  async function attempt(act) {
    try {
      await act();
    } catch {
      told.textContent = Quoth.say("talks.failed");
    }
  }

  async function fill() {
    await attempt(async () => {
      const list = known(), words = search.value.trim();
      const answer = await post("/api/conversations", { keys: list.map((each) => each.key), search: words });
      const there = new Map((await answer.json()).conversations.map((each) => [each.key, each]));
      // What the server has forgotten is gone; but for what another tab has begun meanwhile.
      const seen = new Set(list.map((each) => each.key));
      keep(known().filter((each) => there.has(each.key) || !seen.has(each.key)));
      const named = (each) => each.name?.toLowerCase().includes(words.toLowerCase());
      const shown = list.filter((each) => there.has(each.key) && (there.get(each.key).found || named(each)));
      rows.replaceChildren(...shown.map((each) => row(each, there.get(each.key))));
      told.textContent = shown.length ? "" : Quoth.say(words ? "talks.none" : "talks.empty");
    });
  }

  function row(each, { title, questions }) {
    const called = each.name || title;
    const say = (key) => Quoth.say(key).replace("{title}", called);
    const day = new Date(each.at).toLocaleDateString(document.documentElement.lang, { day: "numeric", month: "short" });
    const number = Quoth.say(questions === 1 ? "talks.questions_1" : "talks.questions_n").replace("{count}", questions);
    const open_ = button(called, () => {
      dialog.close();
      former = null;
      if (each.key !== name) open(each.key);
      Quoth.box().focus();
    }, { className: "q-talk", dir: "auto" });
    if (each.key === name) open_.setAttribute("aria-current", "true");
    const rename = button(Quoth.say("talks.rename"), () => edit(made, each, called), { ariaLabel: say("talks.rename_this") });
    const remove = button(Quoth.say("talks.delete"), () => drop(each, say("talks.sure")), { ariaLabel: say("talks.delete_this") });
    const about = Quoth.element("span", { className: "q-talk-about" }, `${number} \u00b7 ${day} `, rename, " ", remove);
    const made = Quoth.element("li", {}, open_, about);
    return made;
  }

  function edit(row, each, called) {
    const box = Quoth.element("input", { type: "text", value: called, maxLength: 120, dir: "auto" });
    box.setAttribute("aria-label", Quoth.say("talks.name"));
    const save = () => {
      const entry = box.value.trim();
      keep(known().map((other) => (other.key === each.key ? { ...other, name: entry || undefined } : other)));
      fill().then(() => search.focus());
    };
    row.replaceChildren(Quoth.element("span", { className: "q-talk-name" }, box, button(Quoth.say("talks.save"), save)));
    box.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.isComposing) save();
      if (event.key !== "Escape") return;
      event.preventDefault();
      event.stopPropagation();
      fill().then(() => search.focus());
    });
    box.select();
  }

  function drop(each, sure) {
    if (!confirm(sure)) return;
    attempt(async () => {
      if (each.key === name) open(null);
      if (each.key === former) former = null;
      await post("/api/conversations/forget", { keys: [each.key] });
      keep(known().filter((other) => other.key !== each.key));
      await fill();
      search.focus();
    });
  }

  function forgetAll() {
    if (!confirm(Quoth.say("talks.sure_all"))) return;
    attempt(async () => {
      const keys = new Set([...known().map((each) => each.key), name, ...(former ? [former] : [])]);
      former = null;
      open(null);
      await post("/api/conversations/forget", { keys: [...keys].slice(0, MOST + 2) });
      localStorage.removeItem(LIST);
      for (const each of Object.keys(sessionStorage)) {
        if (/^q-thumb-/.test(each) || each === DRAFT) sessionStorage.removeItem(each);
      }
      Quoth.type(Quoth.box(), "");
      refresh();
      dialog.close();
    });
  }
})();
