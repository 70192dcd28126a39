// What can be done with a finished answer: copy it, say what one thinks of it, export the conversation.
// The server knows the answers by their ids; nothing is read back from the page but those.
"use strict";

(() => {
  const SHOWN_MS = 5000;
  const table = JSON.parse(document.getElementById("q-words").textContent);
  // The first of the browser's languages that there is here, as the server chooses by Accept-Language.
  const language = navigator.languages.map((each) => each.toLowerCase().split("-")[0]).find((each) => Object.hasOwn(table, each)) || "en";
  const sharing = document.getElementById("q-words").hasAttribute("data-sharing");
  const say = (key) => table[language][`script.keep.${key}`];
  const bars = new Map();
  let live = null;
  let exporter = null;

  function element(tag, properties, ...children) {
    const made = Object.assign(document.createElement(tag), properties);
    made.append(...children);
    return made;
  }

  function button(label, act, ...children) {
    const made = element("button", { type: "button" }, ...(children.length ? children : [label]));
    if (children.length) {
      made.title = label;
      made.setAttribute("aria-label", label);
    }
    made.addEventListener("click", act);
    return made;
  }

  function icon() {
    const made = element("span", { className: "q-thumb" });
    made.setAttribute("aria-hidden", "true");
    return made;
  }

  // A button that opens a few more beside it.
  function menu(label, choices) {
    const list = element("span", { className: "q-choices", hidden: true }, ...choices);
    const opener = button(label, () => show(list.hidden));
    const made = element("span", { className: "q-menu" }, opener, list);
    function show(open) {
      list.hidden = !open;
      if (open) list.scrollIntoView({ block: "nearest" });
      opener.setAttribute("aria-expanded", String(open));
    }
    show(false);
    list.setAttribute("role", "group");
    list.setAttribute("aria-label", label);
    list.addEventListener("click", () => {
      show(false);
      opener.focus();
    });
    made.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || list.hidden) return;
      event.stopPropagation();
      show(false);
      opener.focus();
    });
    made.addEventListener("focusout", (event) => {
      if (event.relatedTarget && !made.contains(event.relatedTarget)) show(false);
    });
    return made;
  }

  // Says how it went: beside the button for who sees it, in the live region for who hears it.
  function tell(place, text) {
    if (!live) {
      live = element("p", { className: "q-unseen" });
      live.setAttribute("role", "status");
      document.body.append(live);
    }
    const said = element("span", { className: "q-told" }, text);
    said.setAttribute("aria-hidden", "true");
    place.append(said);
    live.textContent = "";
    setTimeout(() => { live.textContent = text; }, 50);
    setTimeout(() => said.remove(), SHOWN_MS);
  }

  async function attempt(place, act) {
    place.querySelector(".q-told")?.remove();
    try {
      tell(place, say(await act()));
    } catch (error) {
      tell(place, say(error.message === "404" ? "forgotten" : "failed"));
    }
  }

  async function request(address, body) {
    const options = body && { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
    const response = await fetch(address, options);
    if (!response.ok) throw new Error(String(response.status));
    return response;
  }

  const kept = async (id, format) => (await request(`/api/answers/${id}?format=${format}`)).text();

  async function share(id) {
    const address = request("/api/share", { answer_id: id }).then(async (response) => location.origin + (await response.json()).address);
    return (await put({ "text/plain": address })) === "copied" ? "shared" : "failed";
  }

  function copy(id, format) {
    return put(format === "html" ? { "text/html": kept(id, "html"), "text/plain": kept(id, "text") } : { "text/plain": kept(id, format) });
  }

  // Puts texts, which are still on their way, on the clipboard.
  async function put(parts) {
    if (navigator.clipboard?.write) {
      // As promises, since some browsers take only what is given to them within the click.
      const blobs = Object.entries(parts).map(([type, text]) => [type, text.then((it) => new Blob([it], { type }))]);
      const written = navigator.clipboard.write([new ClipboardItem(Object.fromEntries(blobs))]);
      await Promise.all(Object.values(parts));
      await written;
      return "copied";
    }
    // Without https there is only the old way.
    const texts = await Promise.all(Object.entries(parts).map(async ([type, text]) => [type, await text]));
    const fill = (event) => {
      event.preventDefault();
      for (const [type, text] of texts) event.clipboardData.setData(type, text);
    };
    document.addEventListener("copy", fill, { once: true });
    const done = document.execCommand("copy");
    document.removeEventListener("copy", fill);
    return done ? "copied" : "failed";
  }

  async function save(format) {
    const response = await request("/api/export", { answers: shownIds(), format });
    const name = response.headers.get("Content-Disposition").match(/filename="([\w.-]+)"/)[1];
    const link = element("a", { href: URL.createObjectURL(await response.blob()), download: name });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), SHOWN_MS);
    return response.headers.get("Quoth-Forgotten") === "0" ? "exported" : "partly";
  }

  function bar(id) {
    const box = element("input", { type: "text", maxLength: 1000, placeholder: say("comment"), dir: "auto" });
    box.setAttribute("aria-label", say("comment"));
    const comment = element("span", { className: "q-comment", hidden: true }, box, button(say("send"), send));
    const copies = menu(say("copy"), ["text", "markdown", "html"].map((format) => button(say(format), () => attempt(made, () => copy(id, format)))));
    const thumbs = Object.fromEntries(["up", "down"].map((rating) => [rating, button(say(rating), () => rate(rating), icon())]));
    const shares = sharing ? [button(say("share"), () => attempt(made, () => share(id)))] : [];
    const made = element("span", { className: "q-keep" }, copies, ...shares, thumbs.up, thumbs.down, comment);
    thumbs.down.classList.add("q-down");
    press(sessionStorage.getItem(`q-thumb-${id}`));

    function press(rating) {
      for (const [each, thumb] of Object.entries(thumbs)) thumb.setAttribute("aria-pressed", String(each === rating));
    }
    function rate(rating) {
      const again = thumbs[rating].getAttribute("aria-pressed") === "true";
      comment.hidden = rating === "up" || (again && !comment.hidden);
      if (!comment.hidden) box.focus();
      if (!again) attempt(made, () => store(rating, ""));
    }
    async function store(rating, said) {
      await request("/api/feedback", { answer_id: id, rating, comment: said });
      sessionStorage.setItem(`q-thumb-${id}`, rating);
      press(rating);
      return "noted";
    }
    function send() {
      attempt(made, async () => {
        const told = await store("down", box.value);
        comment.hidden = true;
        thumbs.down.focus();
        return told;
      });
    }
    comment.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.isComposing && event.target === box) send();
      if (event.key !== "Escape") return;
      event.stopPropagation();
      comment.hidden = true;
      thumbs.down.focus();
    });
    return made;
  }

  const idOf = (place) => place.className.match(/(?:^|\s)q-id-([0-9A-Za-z]+)/)?.[1];
  const places = () => [...document.querySelectorAll('#q-chat [class*="q-id-"]')];
  const shownIds = () => [...new Set(places().map(idOf))];

  // Gradio draws messages anew whenever it likes: each bar is made once and put back where it belongs.
  function refresh() {
    for (const place of places()) {
      const id = idOf(place);
      if (!bars.has(id)) bars.set(id, bar(id));
      if (bars.get(id).parentNode !== place) place.append(bars.get(id));
    }
    exporter ??= element("span", { id: "q-export" }, menu(say("export"), ["markdown", "json"].map((format) => button(say(format), () => attempt(exporter, () => save(format))))));
    const top = document.getElementById("q-top");
    if (top && exporter.parentNode !== top) top.append(exporter);
    const none = !bars.size || !places().length;
    if (exporter.hidden !== none) exporter.hidden = none;
  }

  let due = false;
  new MutationObserver(() => {
    if (due) return;
    due = true;
    setTimeout(() => {
      due = false;
      refresh();
    }, 50);
  }).observe(document.documentElement, { childList: true, subtree: true });
  refresh();
})();
