// The page in the frame: a conversation over /api/ask, and a few messages to and from the page around it.
import { action, blanks, bring, card, contact, count, doing, events, first, headers as known, LEAD, make, nearest, say, token, unsure, why, words } from "./parts.js";

const SESSION = [...crypto.getRandomValues(new Uint8Array(16))].map((each) => each.toString(16).padStart(2, "0")).join("");
const NAME = `quoth-widget ${token}`.trim(), TURNS = 20, HISTORY = 10;
const at = (id) => document.getElementById(id);
const told = new URLSearchParams(location.hash.slice(1));
const language = document.documentElement.lang;
const host = window.parent === window ? null : originOf(told.get("parent"));
const talk = at("talk"), box = at("question"), welcome = at("welcome");
let turns = [], running = null, following = false;

function originOf(address) {
  try {
    return new URL(address).origin;
  } catch {
    return null;
  }
}

// The page around us hears only what is said here, and only if it is the one that it says it is.
function tell(quoth, detail = null) {
  if (host) window.parent.postMessage({ quoth, detail }, host);
}

function follow(turn) {
  if (following) talk.scrollTop += turn.shown.getBoundingClientRect().top - talk.getBoundingClientRect().top - 8;
}

// One turn of the conversation, and its parts.
function draw(turn) {
  turn.said = make("div", { className: "said" });
  turn.cards = make("div", { className: "cards" });
  turn.note = make("p", { className: "line" });
  turn.foot = make("div", { className: "foot" });
  const asked = make("p", { className: "asked", dir: "auto", textContent: turn.question });
  turn.shown = make("section", { className: "turn" }, asked, turn.said, turn.note, turn.cards, turn.foot);
  turn.texts = [];
  welcome.hidden = true;
  at("again").hidden = false;
  talk.append(turn.shown);
  if (turn.answer) finish(turn);
  else if (turn.failed) fail(turn);
}

function grow(turn, sentences, citations) {
  turn.note.textContent = "";
  for (const each of citations) {
    if (!turn.cards.querySelector(`[data-n="${Number(each.n)}"]`)) turn.cards.append(card(each));
  }
  for (const sentence of sentences) {
    const tag = sentence.kind === "quote" ? "blockquote" : "p";
    const marks = sentence.citations.flatMap((n) => ["\u00a0", mark(turn, n)]);
    const text = sentence.kind === "quote" ? `\u201c${sentence.text}\u201d` : sentence.text;
    turn.said.append(make(tag, { className: sentence.kind, dir: "auto" }, make("bdi", { textContent: text }), ...marks));
    turn.texts.push(sentence.text);
  }
}

function mark(turn, n) {
  const made = action(`[${n}]`, () => {
    const found = turn.cards.querySelector(`[data-n="${Number(n)}"]`);
    found.open = true;
    found.firstChild.focus({ preventScroll: true });
    bring(found, 8);
  }, "mark");
  made.title = turn.cards.querySelector(`[data-n="${Number(n)}"] mark`)?.textContent ?? "";
  return made;
}

function finish(turn) {
  const { answer } = turn;
  if (turn.texts.some((text, n) => answer.sentences[n]?.text !== text)) {
    turn.said.replaceChildren();
    turn.texts = [];
  }
  grow(turn, answer.sentences.slice(turn.texts.length), answer.citations);
  if (answer.abstained) {
    const text = language === "en" || ["small_talk", "language"].includes(answer.intent) ? answer.answer : say("chat.abstained");
    turn.said.replaceChildren(make("p", { className: "abstained", dir: "auto", textContent: text }), ...why(answer), ...nearest(answer.nearest));
  }
  if (answer.abstained && contact && answer.intent !== "small_talk") {
    const tab = contact.startsWith("mailto:") ? {} : { target: "_blank", rel: "noopener" };
    turn.said.append(make("p", { className: "line" }, make("a", { href: contact, textContent: say("chat.contact"), ...tab })));
  }
  const low = answer.certainty === "low";
  const [lead] = low ? [unsure(answer.intent)] : /^\d+ articles, the newest first:/.exec(answer.notice) ?? [];
  if (lead) turn.said.prepend(make("p", { className: "unsure", textContent: lead }));
  const seconds = say("chat.seconds", { seconds: (answer.timings_ms.total / 1000).toFixed(1) });
  const quotes = answer.citations.length;
  const facts = answer.abstained ? [seconds] : [low ? count("chat.quotes", quotes) : count("chat.supported", quotes), seconds];
  if (answer.withheld) facts.push(count("chat.withheld", answer.withheld));
  facts.push(...[(answer.notice ?? "").replace(LEAD, "").replace(/Showing results for \u201c.*\u201d\.$/g, "")].filter(Boolean));
  if (answer.reason && !answer.abstained && language === "en") facts.push(answer.reason);
  if (blanks(answer.standalone_question) !== blanks(answer.question)) {
    const understood = say("chat.understood", { question: answer.standalone_question });
    const typed = action(say("chat.as_typed"), () => again(turn, true));
    turn.said.prepend(make("p", { className: "line understood", dir: "auto" }, make("bdi", { textContent: understood }), " ", typed));
  }
  turn.foot.replaceChildren(make("p", { className: "line", textContent: facts.join(" \u00b7 ") }), thumbs(turn));
  if (turn === turns.at(-1)) turn.foot.append(offers(say("chat.next"), answer.suggestions));
}

function thumbs(turn) {
  const status = make("span", { role: "status" });
  const made = ["up", "down"].map((rating) => {
    const thumb = action("", () => rate(turn, rating, made, status), `thumb ${rating}`);
    thumb.ariaLabel = thumb.title = say(`script.keep.${rating}`);
    thumb.ariaPressed = String(turn.rating === rating);
    return thumb;
  });
  return make("p", { className: "line thumbs" }, ...made, status);
}

async function rate(turn, rating, made, status) {
  const response = await post("/api/feedback", { answer_id: turn.answer.id, rating }).catch(() => ({ status: 0 }));
  status.textContent = say(response.ok ? "widget.noted" : response.status === 404 ? "script.keep.forgotten" : "script.keep.failed");
  if (!response.ok) return;
  turn.rating = rating;
  for (const each of made) each.ariaPressed = String(each.classList.contains(rating));
  save();
}

function offers(before, questions) {
  const made = make("div", { className: "next" });
  if (questions.length) made.append(make("span", { textContent: before }), ...questions.map((each) => action(each, () => ask(each))));
  return made;
}

function fail(turn) {
  const key = words[turn.failed] ? turn.failed : "chat.error.internal";
  turn.note.replaceChildren(say(key), " ", action(say("chat.retry"), () => again(turn, turn.typed)));
}

// Asks once more; as it was typed, it takes nothing over from what was said before, and nor does what follows.
function again(turn, typed) {
  turns = turns.filter((each) => each !== turn);
  turn.shown.remove();
  ask(turn.question, typed);
}

function post(path, body, more = {}) {
  const headers = { "Content-Type": "application/json", "Quoth-Session": SESSION, ...known, ...more.headers };
  return fetch(path, { method: "POST", body: JSON.stringify(body), signal: more.signal, headers });
}

async function ask(asked, typed = false) {
  const question = asked.trim();
  if (!question) return;
  stop();
  for (const each of talk.querySelectorAll(".foot .next")) each.remove();
  const control = (running = new AbortController());
  const topic = typed ? [] : turns.slice(Math.max(0, turns.findLastIndex((each) => each.typed)));
  const answered = topic.filter((each) => each.answer).slice(-HISTORY);
  const history = answered.map((each) => ({ question: each.question, answer: each.answer.answer }));
  const turn = { question, typed, answer: null, failed: "chat.stopped", rating: null };
  turns.push(turn);
  draw(turn);
  turn.note.textContent = say("chat.searching");
  following = true;
  busy(true);
  save();
  follow(turn);
  try {
    const headers = { Accept: "text/event-stream" };
    const response = await post("/api/ask", { question, history, suggest: true, as_typed: typed }, { headers, signal: control.signal });
    if (!response.ok) throw await response.json();
    for await (const [event, data] of events(response.body)) {
      if (event === "error") throw data;
      if (event === "status") turn.note.textContent = doing(data);
      else if (event === "sentence") grow(turn, [data.sentence], data.citations);
      else if (event === "answer") turn.answer = data;
      if (event === "status" && at("live").textContent !== turn.note.textContent) at("live").textContent = turn.note.textContent;
      follow(turn);
    }
    if (!turn.answer) throw new TypeError("the stream ended early");
    turn.failed = null;
    finish(turn);
    at("live").textContent = [...turn.said.querySelectorAll(":scope > :not(details)")].map((each) => each.textContent).join("\n");
    tell("answer", { abstained: turn.answer.abstained, quotes: turn.answer.citations.length });
  } catch (error) {
    turn.failed = control.signal.aborted ? "chat.stopped" : error.code ? `chat.error.${error.code}` : "widget.lost";
    fail(turn);
    at("live").textContent = turn.note.textContent;
  }
  if (running === control) busy(false);
  follow(turn);
  save();
}

function stop() {
  running?.abort();
}

function busy(is) {
  at("ask").hidden = is;
  at("stop").hidden = !is;
  talk.ariaBusy = String(is);
  if (!is) running = null;
}

function reset() {
  stop();
  turns = [];
  for (const each of talk.querySelectorAll(".turn")) each.remove();
  welcome.hidden = false;
  at("again").hidden = true;
  save();
}

// Over reloads, and in this tab alone. A browser may keep frames from storing anything; then it lasts as long as the frame.
function save() {
  const kept = turns.slice(-TURNS).map(({ question, typed, answer, failed, rating }) => ({ question, typed, answer, failed, rating }));
  try {
    sessionStorage.setItem(NAME, JSON.stringify(kept));
  } catch {
    return;
  }
}

function restore() {
  try {
    for (const turn of JSON.parse(sessionStorage.getItem(NAME)) ?? []) {
      turns.push(turn);
      draw(turn);
    }
  } catch {
    reset();
  }
}

function grown() {
  box.style.height = "auto";
  box.style.height = `${box.scrollHeight + 2}px`;
}

function send(event) {
  event.preventDefault();
  const question = box.value;
  box.value = "";
  grown();
  box.focus();
  ask(question);
}

// The colour of the page around, as far as it can be read on ours (WCAG 2: 4.5 to 1).
function dress(dark) {
  document.documentElement.classList.toggle("dark", dark);
  const colour = told.get("colour");
  if (!/^#([\da-f]{3}){1,2}$/i.test(colour)) return;
  const hex = colour.length === 4 ? colour.replace(/[\da-f]/gi, "$&$&") : colour;
  const light = (levels) => {
    const [r, g, b] = levels.map((each) => (each <= 0.04045 ? each / 12.92 : ((each + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  let levels = hex.match(/[\da-f]{2}/gi).map((each) => parseInt(each, 16) / 255);
  const style = document.documentElement.style;
  style.setProperty("--fill", hex);
  style.setProperty("--on-fill", light(levels) > 0.179 ? "#000" : "#fff");
  while (dark ? light(levels) < 0.26 : light(levels) > 0.14) levels = levels.map((each) => (dark ? 0.1 + each * 0.9 : each * 0.9));
  style.setProperty("--accent", `rgb(${levels.map((each) => Math.round(each * 255)).join(" ")})`);
}

window.addEventListener("message", (event) => {
  if (!host || event.source !== window.parent || event.origin !== host) return;
  const { quoth, question, dark } = event.data ?? {};
  if (quoth === "ask" && typeof question === "string") ask(question);
  else if (quoth === "reset") reset();
  else if (quoth === "focus") box.focus();
  else if (quoth === "theme") dress(Boolean(dark));
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !event.isComposing) tell("close");
});
for (const name of ["wheel", "touchmove", "keydown"]) talk.addEventListener(name, () => (following = false), { passive: true });
box.addEventListener("input", grown);
box.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) send(event);
});
at("box").addEventListener("submit", send);
at("stop").addEventListener("click", () => {
  stop();
  box.focus();
});
at("again").addEventListener("click", () => {
  reset();
  box.focus();
});
at("close").addEventListener("click", () => tell("close"));

dress(document.documentElement.classList.contains("dark"));
at("close").hidden = !host || told.has("inline");
at("title").textContent = document.title = told.get("title") || document.title;
welcome.append(offers(say("chat.try"), first));
restore();
talk.scrollTop = talk.scrollHeight;
tell("hello");
if (!turns.length) ask(told.get("question") ?? "");
