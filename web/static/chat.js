// Opens an article at its quote beside the conversation, so that the conversation stays where it is.
"use strict";

(() => {
  let reader = null;
  let opener = null;

  function build() {
    reader = document.createElement("dialog");
    reader.id = "q-reader";
    reader.setAttribute("aria-label", "Article");
    const bar = document.createElement("p");
    const back = document.createElement("button");
    back.type = "button";
    back.textContent = "Back to the answer";
    back.addEventListener("click", () => history.back());
    const alone = document.createElement("a");
    alone.target = "_blank";
    alone.rel = "noopener";
    alone.textContent = "New tab";
    bar.append(back, alone);
    reader.append(bar);
    reader.addEventListener("cancel", (event) => {
      event.preventDefault();
      history.back();
    });
    document.body.append(reader);
  }

  function open(link) {
    if (!reader) build();
    opener = link;
    const address = link.getAttribute("href");
    reader.querySelector("a").href = address;
    // A new frame each time: its first page adds nothing to the browser's history.
    const frame = document.createElement("iframe");
    frame.title = "The article, with the quote marked";
    frame.addEventListener("load", () => frame.contentWindow.addEventListener("keydown", leave));
    reader.querySelector("iframe")?.remove();
    frame.src = address;
    reader.append(frame);
    if (reader.open) return;
    if (matchMedia("(min-width: 60rem)").matches) reader.show();
    else reader.showModal();
    // The browser's own way back closes the article instead of leaving the conversation.
    history.pushState({ reader: true }, "");
  }

  function leave(event) {
    if (event.key === "Escape" && reader?.open) history.back();
  }

  // Gradio labels each message with its source: a screen reader would read markup aloud.
  const labelled = '#q-chat [data-testid="bot"][aria-label], #q-chat [data-testid="user"][aria-label]';
  new MutationObserver(() => {
    for (const message of document.querySelectorAll(labelled)) message.removeAttribute("aria-label");
  }).observe(document.documentElement, { childList: true, subtree: true, attributeFilter: ["aria-label"] });

  document.addEventListener("click", (event) => {
    const link = event.target.closest?.('a[href^="/articles/"]');
    if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    open(link);
  });
  document.addEventListener("keydown", (event) => {
    if (!reader?.matches(":modal")) leave(event);
  });
  window.addEventListener("popstate", () => {
    if (!reader?.open) return;
    reader.close();
    reader.querySelector("iframe")?.remove();
    opener?.focus();
  });
})();
