// Searches as one types: the server finds, this shows it in place.
"use strict";

const form = document.querySelector("form");
const search = document.getElementById("search");
const PAUSE = 150;
let waiting = null, asked = 0;

async function find() {
  clearTimeout(waiting);
  const mine = ++asked;
  const query = new URLSearchParams(new FormData(form));
  for (const [name, value] of [...query]) if (!value || value === "date") query.delete(name);
  const address = `/articles${query.size ? `?${query}` : ""}`;
  const response = await fetch(address, { headers: { Accept: "text/html" } }).catch(() => null);
  const page = response?.ok ? new DOMParser().parseFromString(await response.text(), "text/html") : null;
  if (mine !== asked) return; // more was typed meanwhile
  const count = document.getElementById("count");
  if (!page) {
    count.textContent = form.dataset.lost;
    return;
  }
  for (const name of ["found", "orders"]) {
    document.getElementById(name).replaceWith(document.adoptNode(page.getElementById(name)));
  }
  count.textContent = page.getElementById("count").textContent;
  document.querySelector(".notice").hidden = true;
  history.replaceState(null, "", address);
}

search.addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(find, PAUSE);
});
form.addEventListener("submit", (event) => {
  event.preventDefault();
  find();
});
