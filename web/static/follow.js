// The question and the first line of its answer stay in view while the rest grows below them, until one scrolls.
"use strict";

(() => {
  const GAP = 8;
  let following = true;

  function follow(box) {
    const asked = [...box.querySelectorAll(".user-row")].at(-1);
    if (!following || !asked) return;
    const top = box.getBoundingClientRect().top, height = box.clientHeight;
    const first = [...box.querySelectorAll(".bot-row")].at(-1)?.querySelector(".q-short, .q-quote, .q-written, .q-computed, .q-abstained, .q-line");
    const question = asked.getBoundingClientRect().top - top - GAP;
    // Of a question that is taller than the page, only its end can be seen with the first line.
    const line = first ? first.getBoundingClientRect().bottom - top - height + GAP : question;
    box.scrollTop += Math.max(question, line);
  }

  Quoth.whenever("#q-chat .bubble-wrap", (box) => {
    for (const name of ["wheel", "touchmove", "keydown", "pointerdown"]) {
      box.addEventListener(name, () => (following = false), { passive: true });
    }
    new MutationObserver(() => follow(box)).observe(box, { childList: true, subtree: true, characterData: true });
    new ResizeObserver(() => follow(box)).observe(box);
  });
  Quoth.whenever("#q-box .stop-button", () => (following = true));
  Quoth.whenever("#q-key :is(textarea, input)", (input) => input.addEventListener("input", () => (following = true)));
})();
