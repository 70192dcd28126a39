// Filters and sorts the questions. Without it they are all there, in the order of the file.
"use strict";

(() => {
  const field = (id) => document.getElementById(id);
  const list = field("entries");
  const entries = [...list.children];
  const words = new Map();
  const orders = {
    id: (a, b) => a.dataset.id.localeCompare(b.dataset.id, "en", { numeric: true }),
    confidence: (a, b) => a.dataset.confidence - b.dataset.confidence,
    time: (a, b) => b.dataset.time - a.dataset.time,
  };

  const chosen = (id) => field(id)?.value ?? "";

  function text(entry) {
    if (!words.has(entry)) words.set(entry, entry.textContent.toLowerCase());
    return words.get(entry);
  }

  function filter() {
    const sought = chosen("search").toLowerCase().trim();
    const [outcome, tag, change] = ["outcome", "tag", "change"].map(chosen);
    let shown = 0;
    for (const entry of entries) {
      const { dataset } = entry;
      entry.hidden = !(
        (!outcome || dataset.outcome === outcome) &&
        (!tag || dataset.tags.split(" ").includes(tag)) &&
        (!change || change.split(" ").includes(dataset.change)) &&
        (!sought || text(entry).includes(sought))
      );
      shown += !entry.hidden;
    }
    field("count").textContent = `${shown} of ${entries.length} questions`;
  }

  function sort() {
    list.append(...[...entries].sort(orders[chosen("sort")] ?? (() => 0)));
  }

  // A link from the list of failures leads to its question, whatever the filter hides.
  function reveal(event) {
    const target = field(event.target.closest("a")?.hash.slice(1));
    if (!target?.hidden) return;
    for (const each of field("filter").querySelectorAll("select:not(#sort), input")) each.value = "";
    filter();
  }

  field("search").addEventListener("input", filter);
  for (const id of ["outcome", "tag", "change"]) field(id)?.addEventListener("change", filter);
  field("sort").addEventListener("change", sort);
  document.addEventListener("click", reveal);
  field("filter").hidden = false;
  // Going back to the page restores what was chosen.
  window.addEventListener("pageshow", () => (sort(), filter()));
})();
