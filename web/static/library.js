// The owner's articles: sends files, watches what becomes of them, marks articles as removed.
// What the server says is set as text; the list is fetched as a page, like everything in it escaped there.
"use strict";

const POLL_MS = 700;
const MOST_SHOWN = 500;
const words = id("drop").dataset;
let watching = false, again = false, seen = 0, finished = null, stage = "";

const ask = (method, path, data) => {
  const json = { headers: { "Content-Type": "application/json" }, body: JSON.stringify(data) };
  return request(method, path, words.lost, data === undefined ? {} : json);
};

const sender = new Sender(words, (wrong, name) => {
  if (wrong) complain(wrong);
  if (name === undefined) return watch(); // what was asked while the last file was on its way did not know it
  id("work").hidden = false;
  id("words").textContent = words.sending.replace("#", sender.sent + 1).replace("#", sender.total);
  Object.assign(id("bar"), { max: sender.total, value: sender.sent });
  watch();
});
sender.refused = ({ name, state, why }) => {
  id("work").hidden = false;
  showEntry({ name, state, said: state === "failed" ? words.failed : words.left, why: [why, ""] });
};

function send(files) {
  id("wrong").replaceChildren();
  if (files.length) sender.send(files);
}

// One line for each file, the latest news first.
function showEntry(entry) {
  const list = id("entries");
  const old = [...list.children].find((line) => line.dataset.name === entry.name);
  const line = document.createElement("li");
  const name = document.createElement("bdi");
  const state = document.createElement("span");
  line.dataset.name = name.textContent = entry.name;
  line.className = `is-${entry.state}`;
  state.className = "state";
  state.textContent = entry.said;
  line.append(name, " ", state);
  const reason = entry.state === "left_out" ? entry.why?.slice(0, 1) : entry.why;
  const more = reason ? reason.filter(Boolean).join(": ") : entry.title;
  if (more) {
    const small = document.createElement("p");
    small.className = "small";
    small.dir = "auto";
    small.textContent = more;
    line.append(small);
  }
  old?.remove();
  list.prepend(line);
  if (list.children.length > MOST_SHOWN) list.lastElementChild.remove();
}

// Follows the work to its end; the list is read anew after each job.
async function watch() {
  again = true;
  if (watching) return;
  watching = true;
  while (again) {
    again = false; // unless what is asked for now begins while the server answers
    try {
      const response = await fetch(`/owner/articles/intake?after=${seen}`);
      const waiting = show(await response.json()) || id("entries").querySelector(".is-waiting, .is-being_read, .is-read") !== null;
      again ||= waiting || sender.busy;
    } catch {
      again = true;
      complain(words.lost);
    }
    if (again) await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  watching = false;
}

function show(work) {
  const going = work.stage !== "idle";
  for (const entry of work.entries) {
    seen = Math.max(seen, entry.number);
    showEntry(entry);
  }
  if (going || work.entries.length || (finished !== null && work.finished > finished)) id("work").hidden = false;
  if (!sender.busy) {
    id("words").textContent = work.said;
    if (going && !work.done) id("bar").removeAttribute("value");
    else Object.assign(id("bar"), { max: work.total || 1, value: going ? work.done : work.total || 1 });
    id("bar").hidden = !going;
    if (stage !== work.stage) id("milestone").textContent = work.said;
    stage = work.stage;
  }
  id("stop").hidden = !going;
  id("stop").disabled = work.stage === "stopping";
  if (finished !== null && work.finished > finished) refresh();
  finished = work.finished;
  return going;
}

async function refresh() {
  const response = await ask("GET", `${location.pathname}${location.search}`);
  if (!response) return;
  const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
  const typing = id("library").querySelector("form").contains(document.activeElement);
  const focused = id("library").contains(document.activeElement);
  const ticked = new Set(chosen());
  // Where somebody types, only what is marked is shown anew.
  const part = typing ? "pending" : "library";
  id(part).replaceWith(document.adoptNode(fresh.getElementById(part)));
  for (const box of document.querySelectorAll("[name=article]:not(:disabled)")) box.checked = ticked.has(box.value);
  if (focused && !typing) id("list-title").focus();
}

async function remove(ids) {
  if (!ids.length) return complain(id("library").dataset.nothing);
  const response = await ask("POST", "/owner/articles/removals", { ids });
  if (!response) return;
  const { gone } = await response.json();
  await refresh();
  if (gone.length) complain(id("library").dataset.gone.replace("#", gone.length));
}

async function undo(ids) {
  if (await ask("POST", "/owner/articles/removals/undo", { ids })) await refresh();
}

const chosen = () => [...document.querySelectorAll("[name=article]:checked:not(:disabled)")].map((box) => box.value);

document.querySelector("main").addEventListener("click", async (event) => {
  const button = event.target.closest("button");
  if (button?.dataset.remove) remove([button.dataset.remove]);
  else if (button?.dataset.undo) undo(button.dataset.undo.split(" "));
  else if (button?.id === "remove") remove(chosen());
  else if (button?.id === "publish" && (await ask("POST", "/owner/articles/removals/publish"))) watch();
  else if (button?.id === "stop" && (await ask("POST", "/owner/articles/intake/stop"))) watch();
});
document.querySelector("main").addEventListener("change", (event) => {
  if (event.target.id !== "choose-all") return;
  for (const box of document.querySelectorAll("[name=article]:not(:disabled)")) box.checked = event.target.checked;
});
for (const name of ["files", "folder"]) {
  id(name).addEventListener("change", (event) => {
    send([...event.target.files].map((file) => [file.webkitRelativePath || file.name, file]));
    event.target.value = "";
  });
}
for (const kind of ["dragover", "dragleave", "drop"]) {
  id("drop").addEventListener(kind, (event) => {
    event.preventDefault();
    id("drop").classList.toggle("over-it", kind === "dragover");
  });
  // A file dropped beside it must not take the place of the page.
  window.addEventListener(kind, (event) => event.preventDefault());
}
id("drop").addEventListener("drop", async (event) => {
  try {
    send(await droppedFiles(event.dataTransfer.items));
  } catch (error) {
    complain(error.message);
  }
});
id("page-form")?.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (await ask("POST", "/owner/articles/pages", { url: id("url").value })) {
    id("url").value = "";
    watch();
  }
});
window.addEventListener("beforeunload", (event) => {
  if (sender.busy) event.preventDefault();
});
watch();
