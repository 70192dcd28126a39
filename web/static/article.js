// Marks the quotes that the address names (#q=START-END...) and goes to the first of them.
// The offsets count code points and strings here count UTF-16 units, so the server does the marking.
"use strict";

const named = () => (/^#q=\d+-\d+(&|$)/.test(location.hash) ? `?${location.hash.slice(1)}` : "");

async function show() {
  const query = named();
  const response = await fetch(location.pathname + query).catch(() => null);
  if (!response?.ok || query !== named()) return; // gone on to another quote meanwhile
  const marked = new DOMParser().parseFromString(await response.text(), "text/html");
  document.querySelector("main").replaceWith(document.adoptNode(marked.querySelector("main")));
  goTo();
}

function goTo() {
  const place = document.querySelector("#quote, #near");
  if (!place) return window.scrollTo(0, 0);
  place.scrollIntoView({ block: place.id === "quote" ? "center" : "start" });
  place.focus({ preventScroll: true });
}

// Beside the chat the panel around this page has its own way back.
document.documentElement.classList.toggle("framed", window.self !== window.top);
window.addEventListener("hashchange", show);
if (named()) show();
else if (document.getElementById("quote")) goTo();
