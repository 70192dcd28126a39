// Which articles are searched: the field, and the headings of its list.
"use strict";

Quoth.whenever("#q-only input", (input) => {
  input.placeholder = Quoth.say("filter");
  input.setAttribute("aria-label", Quoth.say("filter"));
});

// The filter's list is Gradio's, and flat: the first choice of each group gets its heading, each says its group to screen readers.
(() => {
  const GROUPS = ["group.article", "group.collections", "group.authors", "group.years", "group.sources", "group.tags"];

  function head() {
    const sizes = document.getElementById("q-only")?.className.match(/(?:^|\s)q-of-([\d-]+)/)?.[1].split("-").map(Number) ?? [];
    const ends = sizes.map((_, n) => sizes.slice(0, n + 1).reduce((sum, size) => sum + size, 0));
    let former = -1;
    for (const choice of document.querySelectorAll("#q-only li[data-index]")) {
      const group = ends.findIndex((end) => Number(choice.dataset.index) < end);
      const name = group >= 0 ? Quoth.say(GROUPS[group]) : "";
      const heading = group === former ? null : name;
      if (choice.dataset.heading !== (heading ?? undefined)) {
        if (heading) choice.dataset.heading = heading;
        else delete choice.dataset.heading;
      }
      const label = `${name}: ${choice.innerText.replace("\u2713", "").trim()}`;
      if (name && choice.getAttribute("aria-label") !== label) choice.setAttribute("aria-label", label);
      former = group;
    }
  }
  Quoth.whenever("#q-only", (field) => {
    new MutationObserver(head).observe(field, { childList: true, subtree: true, attributeFilter: ["data-index", "class"] });
    head();
  });
})();
