// What the page does by itself: quotes on hover, the article beside the talk, the sheet.
"use strict";

const Quoth = (() => {
  const table = JSON.parse(document.getElementById("q-words").textContent);
  // The rule of web/locales, which the server follows.
  const spoken = navigator.languages.map((each) => each.toLowerCase().split("-")[0]);
  const language = spoken.find((each) => Object.hasOwn(table, each)) || "en";
  document.documentElement.lang = language;

  function say(key) {
    return table[language][`script.${key}`];
  }

  function element(tag, properties, ...children) {
    const made = Object.assign(document.createElement(tag), properties);
    made.append(...children);
    return made;
  }

  // Gradio draws the page piece by piece: `found` is called with each element that appears.
  function whenever(selector, found) {
    const seen = new WeakSet();
    const look = () => {
      for (const each of document.querySelectorAll(selector)) {
        if (seen.has(each)) continue;
        seen.add(each);
        found(each);
      }
    };
    look();
    new MutationObserver(look).observe(document.documentElement, { childList: true, subtree: true });
  }

  // As if a person had typed it.
  function type(input, text) {
    const prototype = input instanceof HTMLTextAreaElement ? HTMLTextAreaElement : HTMLInputElement;
    Object.getOwnPropertyDescriptor(prototype.prototype, "value").set.call(input, text);
    input.dispatchEvent(new Event("input", { bubbles: true }));
  }

  const box = () => document.querySelector("#q-box textarea");
  const narrow = matchMedia("(max-width: 59.99rem)");
  return { say, element, whenever, type, box, narrow };
})();

// How answers are given, as this tab last chose. Gradio gives each choice a name of its own: then no arrow key leads to the next.
(() => {
  const NAME = "quoth-how";
  Quoth.whenever("#q-how", (group) => {
    group.setAttribute("aria-label", Quoth.say("how"));
    group.addEventListener("change", (event) => sessionStorage.setItem(NAME, event.target.value));
    group.addEventListener("keydown", (event) => {
      if (!/^Arrow/.test(event.key)) return;
      event.preventDefault();
      const other = [...group.querySelectorAll("input")].find((each) => each !== event.target);
      other.focus();
      other.click();
    });
  });
  Quoth.whenever("#q-how input:enabled", (input) => {
    if (input.value === sessionStorage.getItem(NAME)) input.click();
  });
})();

// A question that is offered is asked by clicking it; a button that goes away leaves the focus to the box.
(() => {
  document.addEventListener("click", (event) => {
    const offered = event.target.closest?.(".q-ask");
    if (offered) {
      Quoth.type(Quoth.box(), offered.textContent);
      // The box knows what is in it when the page has been drawn once more.
      requestAnimationFrame(() => document.querySelector("#q-box .submit-button")?.click());
    }
    const plain = event.target.closest?.(".q-plain");
    if (plain) document.getElementById("q-as-typed").click();
    // The class of another way to ask is the id of Gradio's button for it.
    const way = event.target.closest?.(".q-way");
    if (way) document.getElementById([...way.classList].at(-1)).click();
    if (offered || plain || way || event.target.closest?.("#q-box button, #q-edit, #q-topic, #q-again")) Quoth.box().focus();
  });
})();

// The words behind a number, on hovering and on focus.
(() => {
  const shown = Quoth.element("div", { id: "q-quote-of", role: "tooltip", hidden: true });
  const quotes = new WeakMap();
  let at = null;

  function show(mark) {
    if (mark.title) {
      quotes.set(mark, mark.title);
      mark.removeAttribute("title"); // else the browser shows it once more
    }
    if (!quotes.has(mark) || mark === at) return;
    hide();
    at = mark;
    shown.textContent = quotes.get(mark);
    document.body.append(shown);
    shown.hidden = false;
    mark.setAttribute("aria-describedby", shown.id);
    const place = mark.getBoundingClientRect(), size = shown.getBoundingClientRect();
    const above = place.top - size.height - 6;
    shown.style.left = `${Math.max(8, Math.min(place.left, innerWidth - size.width - 8))}px`;
    shown.style.top = `${above >= 8 ? above : place.bottom + 6}px`;
  }

  function hide() {
    at?.removeAttribute("aria-describedby");
    at = null;
    shown.hidden = true;
  }

  const of = (event) => event.target.closest?.("a.q-mark");
  document.addEventListener("pointerover", (event) => {
    if (event.pointerType === "touch") return;
    if (of(event)) show(of(event));
    else if (!event.target.closest?.("#q-quote-of") && at !== document.activeElement) hide();
  });
  document.addEventListener("focusin", (event) => (of(event)?.matches(":focus-visible") ? show(of(event)) : hide()));
  document.addEventListener("focusout", hide);
  document.addEventListener("scroll", hide, true);
  document.addEventListener("click", hide);
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || shown.hidden) return;
    event.stopImmediatePropagation();
    hide();
  });
})();

// An article at its quote beside the conversation, and the sources as a sheet: the browser's way back closes either.
(() => {
  let opener = null;
  const frameOf = () => reader.querySelector("iframe");

  function dialog(id, label, close, ...children) {
    const back = Quoth.element("button", { type: "button", textContent: close });
    back.addEventListener("click", () => history.back());
    const made = Quoth.element("dialog", { id }, Quoth.element("p", {}, back, ...children));
    made.setAttribute("aria-label", label);
    made.addEventListener("cancel", (event) => {
      event.preventDefault();
      history.back();
    });
    return made;
  }

  const alone = Quoth.element("a", { target: "_blank", rel: "noopener", textContent: Quoth.say("tab") });
  const reader = dialog("q-reader", Quoth.say("article"), Quoth.say("back"), alone);
  const sheet = dialog("q-sheet", Quoth.say("sources"), Quoth.say("close"));
  const list = Quoth.element("div", { className: "prose" });
  sheet.append(list);

  function open(which, from) {
    if (which.open) return;
    document.body.append(which);
    if (!sheet.open) opener = from;
    if (which === reader && !Quoth.narrow.matches) which.show();
    else which.showModal();
    history.pushState({ opened: true }, "");
  }

  function read(link) {
    const address = link.getAttribute("href");
    alone.href = address;
    // A new frame each time: its first page adds nothing to the browser's history.
    const frame = Quoth.element("iframe", { title: Quoth.say("quote") });
    frame.addEventListener("load", () => frame.contentWindow.addEventListener("keydown", leave));
    frameOf()?.remove();
    frame.src = address;
    reader.append(frame);
    open(reader, link);
  }

  function leave(event) {
    if (event.key === "Escape" && reader.open) history.back();
  }

  document.addEventListener("click", (event) => {
    if (event.target.closest?.("#q-sheet-open")) {
      list.replaceChildren(...[...document.querySelectorAll("#q-sources .q-card")].map((card) => card.cloneNode(true)));
      for (const card of list.children) card.removeAttribute("id");
      open(sheet, event.target.closest("button"));
    }
    const link = event.target.closest?.('a[href^="/articles/"]');
    if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    read(link);
  });
  document.addEventListener("keydown", (event) => {
    if (!reader.matches(":modal")) leave(event);
  });
  window.addEventListener("popstate", () => {
    if (reader.open) {
      reader.close();
      frameOf()?.remove();
      if (sheet.open) return;
    } else if (sheet.open) sheet.close();
    else return;
    opener?.focus();
  });
})();

// For screen readers: what is going on and the finished answer, once each, instead of the whole talk at each step.
(() => {
  const live = Quoth.element("div", { id: "q-live", role: "status" });
  document.body.append(live);
  let said = "";

  function textOf(answer) {
    const copy = answer.cloneNode(true);
    for (const each of copy.querySelectorAll(".q-nearest, .q-next, .q-keep, .q-plain, .q-ways")) each.remove();
    return copy.textContent;
  }

  // Gradio announces every change, and labels each message with its source, markup and all.
  Quoth.whenever('#q-chat [role="log"]', (log) => {
    log.setAttribute("aria-live", "off");
    log.setAttribute("aria-label", Quoth.say("talk"));
  });
  const labelled = '#q-chat [data-testid="bot"][aria-label], #q-chat [data-testid="user"][aria-label]';
  new MutationObserver(() => {
    for (const message of document.querySelectorAll(labelled)) message.removeAttribute("aria-label");
    const last = [...document.querySelectorAll("#q-chat .bot-row .prose")].at(-1);
    const finished = last?.querySelector(".q-support, .q-searched, .q-error, .q-stopped, .q-gone");
    const ways = last?.querySelector(".q-ways");
    const now = ways ? ways.textContent : finished ? textOf(last) : (last?.querySelector(".q-status")?.textContent ?? "");
    if (now && now !== said) live.textContent = now;
    said = now || said;
  }).observe(document.documentElement, { childList: true, subtree: true, attributeFilter: ["aria-label"] });
})();

// A server that went away: said in our words; the page is loaded anew when it is back, and brings its conversation.
(() => {
  const PAUSE = 2000;
  let lost = null;

  async function look() {
    try {
      if (!(await fetch("/healthz", { cache: "no-store" })).ok) throw new Error("not well");
    } catch {
      if (!lost) {
        lost = Quoth.element("p", { id: "q-lost", role: "alert", textContent: Quoth.say("lost") });
        document.body.append(lost);
        const asked = [...document.querySelectorAll("#q-chat .q-asked")].at(-1);
        if (document.querySelector("#q-box .stop-button") && !Quoth.box().value) Quoth.type(Quoth.box(), asked.innerText);
      }
      setTimeout(look, PAUSE);
      return;
    }
    if (lost) location.reload();
  }

  Quoth.whenever(".toast-body.error", look);
})();
