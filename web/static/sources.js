// The owner's sources: adds, runs and removes them, and shows the list anew while one is run.
// The list is fetched as a page, like everything in it escaped there.
"use strict";

const POLL_MS = 1000;
const LISTS = ["tags", "private_hosts"];
const NUMBERS = ["minutes", "limit"];
const lost = id("list").dataset.lost;
let watching = false;

const send = (path, data) =>
  request("POST", `/owner/sources${path}`, lost, {
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(data),
  });

async function refresh() {
  const response = await fetch("/owner/sources");
  const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
  const inside = id("list").contains(document.activeElement);
  const open = id("list").querySelector("details[open] [data-remove]")?.dataset.remove;
  id("list").replaceWith(document.adoptNode(fresh.getElementById("list")));
  for (const button of document.querySelectorAll("[data-remove]")) {
    if (button.dataset.remove === open) button.closest("details").open = true;
  }
  const news = fresh.getElementById("news").textContent;
  if (id("news").textContent !== news) id("news").textContent = news;
  if (inside) id("list-title").focus();
}

// Follows the runs to their end.
async function watch() {
  if (watching) return;
  watching = true;
  while (Number(id("list").dataset.busy)) {
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    try {
      await refresh();
    } catch {
      complain(lost);
    }
  }
  watching = false;
}

id("add").addEventListener("submit", async (event) => {
  event.preventDefault();
  const data = Object.fromEntries(new FormData(event.target));
  for (const name of LISTS) data[name] = (data[name] ?? "").split(",").filter((part) => part.trim());
  for (const name of NUMBERS) data[name] = Number(data[name]);
  data.prune = data.prune === "on";
  if (!(await send("", data))) return;
  event.target.reset();
  await refresh();
  id("list-title").focus();
});
document.querySelector("main").addEventListener("click", async (event) => {
  const { run, remove } = event.target.closest("button")?.dataset ?? {};
  if (run === undefined && remove === undefined) return;
  if (!(await (run === undefined ? send("/removals", { name: remove }) : send("/runs", { name: run })))) return;
  await refresh();
  watch();
});
watch();
