// Marks the quote that the address names (#q=START-END) and brings it into view.
// The offsets count code points and strings here count UTF-16 units, so the server does the marking.
"use strict";

async function showQuote() {
  const place = /^#q=(\d+-\d+)$/.exec(location.hash);
  if (!place) return;
  const response = await fetch(`${location.pathname}?q=${place[1]}`);
  if (!response.ok) return;
  const marked = new DOMParser().parseFromString(await response.text(), "text/html");
  document.querySelector("main").replaceWith(document.adoptNode(marked.querySelector("main")));
  const mark = document.getElementById("quote");
  if (!mark) return window.scrollTo(0, 0);
  mark.scrollIntoView({ block: "center" });
  mark.focus({ preventScroll: true });
}

// Beside the chat the panel around this page has its own way back.
document.documentElement.classList.toggle("framed", window.self !== window.top);
window.addEventListener("hashchange", showQuote);
showQuote();
