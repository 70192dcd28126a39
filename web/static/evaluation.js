// The evaluation page: starts and stops runs, asks every second how far one is, opens reports.
// What the server says is set as text; the list of runs is fetched as a page, like everything in it escaped there.
"use strict";

const POLL_MS = 1000;
let watching = false;
let tenth = -1;

const ask = (method, path, body) => request(method, path, id("outcome").dataset.lost, { body });

async function start(path, body) {
  id("outcome").replaceChildren();
  setBusy(true);
  const response = await ask("POST", path, body);
  if (!response) return watch(false);  // perhaps another run is the reason
  show(await response.json());
  id("progress-title").focus();
  watch();
}

// Follows the latest run to its end; one that ended before is told unless that is no news.
async function watch(news = true) {
  if (watching) return;
  watching = true;
  for (let going = true; going; ) {
    try {
      const response = await fetch("/owner/runs/current");
      going = show(await response.json(), news);
      news = true;
    } catch {
      id("words").textContent = id("outcome").dataset.lost;
    }
    if (going) await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  watching = false;
}

// Shows how far the latest run is; whether it goes on.
function show(run, news = true) {
  const going = run.state === "running" || run.state === "stopping";
  const focused = id("progress").contains(document.activeElement);
  setBusy(going);
  id("progress").hidden = !going;
  id("stop").disabled = run.state === "stopping";
  if (going) {
    id("progress-title").textContent = run.questions;
    id("words").textContent = run.said;
    if (run.done) Object.assign(id("bar"), { max: run.total, value: run.done });
    else id("bar").removeAttribute("value");
    const now = Math.floor((10 * run.done) / run.total);
    // Every tenth is enough to hear.
    if (now !== tenth) id("milestone").textContent = run.said;
    tenth = now;
  } else {
    id("milestone").textContent = "";
    tenth = -1;
    if (run.said && news) finish(run);
    if (run.run && !id("runs").querySelector(`[value="${run.run}"]`)) refresh();
    if (focused) (id("outcome").querySelector("a") ?? id("runs-title")).focus();
  }
  return going;
}

function finish(run) {
  const line = document.createElement("p");
  const name = document.createElement("b");
  line.className = run.state === "failed" ? "wrong" : "through";
  name.dir = "auto";
  name.textContent = run.questions;
  line.append(name, " ", run.said);
  if (run.run) {
    const link = document.createElement("a");
    link.href = `/owner/runs/${run.run}`;
    link.textContent = id("outcome").dataset.report;
    line.append(" ", link);
  }
  id("outcome").replaceChildren(line);
}

function setBusy(busy) {
  id("starter").disabled = busy;
  id("own").querySelector("button").disabled = busy;
}

async function refresh() {
  const response = await ask("GET", "/owner/eval");
  if (!response) return;
  const fresh = new DOMParser().parseFromString(await response.text(), "text/html").getElementById("runs");
  const focused = id("runs").contains(document.activeElement);
  id("runs").replaceWith(document.adoptNode(fresh));
  localTimes();
  if (focused) id("runs-title").focus();
}

function localTimes() {
  const form = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" });
  for (const time of document.querySelectorAll("time")) {
    time.title = time.textContent;
    time.textContent = form.format(new Date(time.dateTime));
  }
}

async function remove(button) {
  if (!confirm(id("runs").dataset.sure)) return;
  if (await ask("DELETE", `/owner/runs/${button.dataset.delete}`)) {
    id("outcome").replaceChildren();
    await refresh();
  }
}

// The newer of the two is compared with the older; a report that cannot be made says why here.
async function compare() {
  const picked = [...document.querySelectorAll("[name=run]:checked")].map((box) => box.value);
  if (picked.length !== 2) return complain(id("runs").dataset.two);
  const path = `/owner/runs/${picked[0]}?against=${picked[1]}`;
  if (await ask("GET", path)) location.assign(path);
}

id("starter").addEventListener("click", () => start("/owner/runs"));
id("stop").addEventListener("click", () => ask("POST", "/owner/runs/current/stop"));
id("own").addEventListener("submit", (event) => {
  event.preventDefault();
  const [file] = id("file").files;
  const words = event.currentTarget.dataset;
  if (!file) return complain(words.none);
  if (file.size > Number(words.limit)) return complain(words.too_large);
  start(`/owner/runs?name=${encodeURIComponent(file.name)}`, file);
});
document.querySelector("main").addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (button?.dataset.delete) remove(button);
  else if (button?.id === "compare") compare();
});
localTimes();
watch();
