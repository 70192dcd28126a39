// What a page of another site loads: a button and, once it is opened, a frame with the questions; or the frame alone, in a
// container of the page. See docs/embed.md.
(() => {
  "use strict";

  const script = document.currentScript;
  if (!script || window.Quoth?.destroy) return;
  const WORDS = { /* words */ };
  const PATIENCE = 1500, LONGEST = 15000; // milliseconds after the frame's load event, and without one
  const server = new URL(script.src).origin;
  const given = script.dataset;
  const spoken = [given.language, document.documentElement.lang, ...navigator.languages];
  const language = spoken.map((each) => (each || "").toLowerCase().split("-")[0]).find((each) => Object.hasOwn(WORDS, each)) || "en";
  const title = given.title || say("title");
  const colour = /^#([\da-f]{3}){1,2}$/i.test(given.colour) ? given.colour : "#8a2b1d";
  if (given.colour && colour !== given.colour) console.warn(`Quoth: data-colour="${given.colour}" is not a colour like #8a2b1d`);
  const side = given.position === "left" ? "left" : "right";
  const system = matchMedia("(prefers-color-scheme: dark)");
  const inline = given.mode === "inline";
  if (given.mode && !inline) console.warn(`Quoth: data-mode="${given.mode}" is not "inline"`);

  let frame = null, ready = false, back = null, waiting = [], timer = 0;

  const host = document.createElement("quoth-widget");
  const root = host.attachShadow({ mode: "open" });
  const button = make("button", { type: "button", className: "toggle" }, icon(), make("span", { textContent: title }));
  const panel = make("div", { className: "panel", id: "panel", hidden: !inline, role: inline ? "region" : "dialog", ariaLabel: title });
  button.setAttribute("aria-expanded", "false");
  button.setAttribute("aria-controls", "panel");
  root.adoptedStyleSheets = [sheet()];
  root.append(panel, ...(inline ? [] : [button]));

  function say(key) {
    return WORDS[language][`loader.${key}`];
  }

  function make(tag, properties, ...children) {
    const made = Object.assign(document.createElement(tag), properties);
    made.append(...children);
    return made;
  }

  function icon() {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
    svg.setAttribute("viewBox", "5 7 21 15");
    svg.setAttribute("aria-hidden", "true");
    path.setAttribute("d", "M7 21v-6c0-4 2-6 6-7v3c-2 .6-3 1.6-3 4h3v6zm11 0v-6c0-4 2-6 6-7v3c-2 .6-3 1.6-3 4h3v6z");
    svg.append(path);
    return svg;
  }

  // Black or white, whichever is easier to read on the colour (relative luminance, WCAG 2).
  function ink() {
    const hex = colour.length === 4 ? colour.replace(/[\da-f]/gi, "$&$&") : colour;
    const [r, g, b] = hex.match(/[\da-f]{2}/gi).map((each) => {
      const level = parseInt(each, 16) / 255;
      return level <= 0.04045 ? level / 12.92 : ((level + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.179 ? "#000" : "#fff";
  }

  // In a shadow root an important rule goes before whatever the page says of its elements.
  function sheet() {
    const made = new CSSStyleSheet();
    made.replaceSync(`
      :host { all: initial !important; ${inline ? "display: grid !important; height: 100% !important" : `position: fixed !important; ${side}: 20px !important; bottom: 20px !important; z-index: 2147483000 !important`}; }
      * { box-sizing: border-box; }
      [hidden] { display: none !important; }
      .toggle {
        display: flex; align-items: center; gap: 10px; max-width: calc(100vw - 40px); min-height: 48px; padding: 0 20px 0 17px;
        border: 1px solid rgb(255 255 255 / 0.2); border-radius: 24px; background: ${colour}; color: ${ink()};
        font: 600 15px/1.3 system-ui, sans-serif; text-align: start; cursor: pointer; box-shadow: 0 2px 12px rgb(0 0 0 / 0.22);
      }
      .toggle svg { flex: none; width: 18px; fill: currentColor; }
      :is(button, a):focus-visible { outline: 3px solid #fff; box-shadow: 0 0 0 5px #1f1d1a; }
      .panel {
        position: fixed; ${side}: 20px; bottom: 80px; width: 380px; height: 560px; max-height: calc(100vh - 100px);
        border: 1px solid #dcd7cd; border-radius: 12px; overflow: hidden; background: #fdfcf9; color: #1f1d1a;
        font: 15px/1.5 system-ui, sans-serif; box-shadow: 0 8px 32px rgb(0 0 0 / 0.2);
      }
      ${inline ? ".panel { position: relative; inset: auto; width: auto; height: auto; min-height: 420px; max-height: none; box-shadow: none; } iframe { position: absolute; }" : ""}
      .panel.dark { border-color: #3a3733; background: #171614; color: #e9e5dd; }
      iframe { display: block; width: 100%; height: 100%; border: 0; }
      .refused { position: absolute; inset: 0; padding: 24px; background: inherit; }
      .refused p { margin: 0 0 12px; }
      .refused a { color: inherit; }
      .refused button { margin-top: 16px; padding: 6px 14px; border: 1px solid; border-radius: 6px; background: none; color: inherit; font: inherit; }
      @media (max-width: ${inline ? 0 : 480}px) {
        .panel { inset: 0; width: auto; height: auto; max-height: none; border: 0; border-radius: 0; }
        .panel:not([hidden]) + .toggle { display: none; }
      }
      @media (prefers-reduced-motion: no-preference) {
        .panel { animation: ${inline ? "none" : "rise"} 0.16s ease-out; }
        @keyframes rise { from { opacity: 0; transform: translateY(8px); } }
      }
      @media print { :host { display: none !important; } }
      @media (forced-colors: active) { .toggle, .panel { border: 1px solid; } }
    `);
    return made;
  }

  function isDark() {
    return given.theme === "dark" || (given.theme !== "light" && system.matches);
  }

  function address(more) {
    const told = new URLSearchParams({ title, colour: given.colour ? colour : "", ...more });
    const part = given.collection ? `&collection=${encodeURIComponent(given.collection)}` : "";
    return `${server}/widget?language=${language}&theme=${isDark() ? "dark" : "light"}${part}#${told}`;
  }

  function load() {
    frame = make("iframe", { title, src: address({ parent: location.origin, question: given.question || "", ...(inline && { inline }) }) });
    frame.addEventListener("load", () => wait(PATIENCE));
    panel.append(frame);
    wait(LONGEST);
  }

  // A browser does not say that a frame was refused: it shows an empty box.
  function wait(milliseconds) {
    clearTimeout(timer);
    if (!ready) timer = setTimeout(refuse, milliseconds);
  }

  function refuse() {
    console.warn(
      `Quoth: ${server} was not shown on this page. If the server refuses it, set QUOTH_EMBED_ORIGINS="${location.origin}${given.collection ? `=${given.collection}` : ""}" there. ` +
        `If this page has a Content-Security-Policy, add ${server} to its frame-src. docs/embed.md has more.`,
    );
    const link = make("a", { href: address(), target: "_blank", rel: "noopener", textContent: say("elsewhere") });
    const leave = make("button", { type: "button", textContent: say("close"), onclick: close });
    const words = make("p", { textContent: say("refused") });
    panel.append(make("div", { className: "refused", role: "alert" }, words, link, ...(inline ? [] : [make("div", {}, leave)])));
  }

  function send(message) {
    if (ready) frame.contentWindow.postMessage(message, server);
    else waiting.push(message);
  }

  function tell(name, detail = null) {
    document.dispatchEvent(new CustomEvent(`quoth:${name}`, { detail }));
  }

  function open({ focus = true } = {}) {
    if (panel.hidden) {
      back = document.activeElement;
      panel.hidden = false;
      button.setAttribute("aria-expanded", "true");
      if (!frame) load();
      tell("open");
    }
    if (inline) near();
    if (!focus) return;
    if (inline) host.scrollIntoView({ block: "nearest" });
    frame.focus({ preventScroll: true });
    send({ quoth: "focus" });
  }

  function close() {
    if (panel.hidden || inline) return;
    const held = document.activeElement === host;
    panel.hidden = true;
    button.setAttribute("aria-expanded", "false");
    // Whoever has gone on to another part of the page stays there.
    if (held) (back?.isConnected && back !== document.body && back !== host ? back : button).focus({ preventScroll: true });
    tell("close");
  }

  function ask(question) {
    send({ quoth: "ask", question: String(question) });
    open();
  }

  function reset() {
    send({ quoth: "reset" });
  }

  function destroy() {
    close();
    clearTimeout(timer);
    if (sight) sight.disconnect();
    watch.disconnect();
    removeEventListener("message", heard);
    system.removeEventListener("change", dress);
    document.removeEventListener("DOMContentLoaded", attach);
    removeEventListener("load", missing);
    host.remove();
    delete window.Quoth;
  }

  function heard(event) {
    if (event.origin !== server || !frame || event.source !== frame.contentWindow) return;
    if (event.data?.quoth === "hello") {
      ready = true;
      clearTimeout(timer);
      panel.querySelector(".refused")?.remove();
      for (const each of waiting.splice(0)) send(each);
    } else if (event.data?.quoth === "close") close();
    else if (event.data?.quoth === "answer") tell("answer", event.data.detail);
  }

  function dress() {
    panel.classList.toggle("dark", isDark());
    send({ quoth: "theme", dark: isDark() });
  }

  // In a page the frame is loaded when it is about to be seen.
  function near() {
    if (sight) sight.disconnect();
    if (!frame) load();
  }

  function container() {
    try {
      return document.querySelector(given.container);
    } catch {
      return null;
    }
  }

  function missing() {
    if (!host.isConnected) console.warn(`Quoth: data-container="${given.container || ""}" is no element of this page`);
  }

  // A page that draws itself anew may throw us out; the frame then loads again and finds its conversation.
  function attach() {
    const place = inline ? container() : document.body;
    watch.disconnect();
    watch.observe(document.documentElement, { childList: true, subtree: inline });
    if (!inline) watch.observe(document.body, { childList: true });
    if (!place) return;
    ready = false;
    place.append(host);
    if (inline && !frame) sight.observe(host);
  }

  const sight = inline && new IntersectionObserver(([seen]) => seen.isIntersecting && near(), { rootMargin: "200px" });
  const watch = new MutationObserver(() => {
    if (!host.isConnected && document.body) attach();
  });
  button.addEventListener("click", () => (panel.hidden ? open() : close()));
  root.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close();
  });
  addEventListener("message", heard);
  system.addEventListener("change", dress);
  dress();
  window.Quoth = Object.freeze({ open: () => open(), close, ask, reset, destroy });
  if (document.body) attach();
  else document.addEventListener("DOMContentLoaded", attach);
  if (inline && document.readyState === "complete") missing();
  else if (inline) addEventListener("load", missing);
  else if (given.open !== undefined && given.open !== "false") open({ focus: false });
})();
