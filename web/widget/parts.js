// What an answer is shown with. Whatever the server sends is text and is set as text.

const given = JSON.parse(document.getElementById("given").textContent);
const language = document.documentElement.lang;
const talk = document.getElementById("talk");
export const { words, first, token, contact } = given;
// Which collection this frame is of; the server has signed it.
export const headers = token ? { "Quoth-Collection": token } : {};

export function say(key, values = {}) {
  return words[key].replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

// What the notice of an answer begins with, which is said above it; of an uncertain one in the language of the page.
export const LEAD = /^(?:\d+ articles, the newest first|The articles may answer this|This may be what is meant|These articles have the words, but may be about something else|Going by the words in the articles): ?/;

export function unsure(form) {
  const key = `chat.unsure.${form}`;
  return say(key in words ? key : "chat.unsure");
}

// Why the articles do not say, in the words of the server, which are English.
export function why({ reason, nearest }) {
  return reason && nearest.length && language === "en" ? [make("p", { className: "line reason", dir: "auto", textContent: reason })] : [];
}

// A text with its blanks and line breaks made one blank each.
export function blanks(text) {
  return text.trim().split(/\s+/).join(" ");
}

export function count(key, number) {
  return say(number === 1 ? `${key}_1` : `${key}_n`, { count: number });
}

// What the server is doing, in the words of this page.
export function doing({ stage, number, model, text }) {
  const key = `chat.stage.${stage}`;
  if (words[`${key}_n`]) return count(key, number);
  return words[key] ? say(key, { number, model }) : text;
}

export function make(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

export function action(textContent, onclick, className = "word") {
  return make("button", { type: "button", textContent, onclick, className, dir: "auto" });
}

// The permalink of a quote, as web/permalink.py makes it.
function address({ article_id, start, end, quote, answer_spans = [], seal }) {
  let sum = 0n, power = 1n;
  for (const character of quote) {
    sum += BigInt(character.codePointAt(0)) * power;
    power = BigInt.asUintN(64, power * 0x9e3779b97f4a7c15n);
  }
  const digest = BigInt.asUintN(64, sum).toString(16).padStart(16, "0");
  const bold = answer_spans.map((span) => span.join("-")).join(",");
  const query = `q=${start}-${end}&w=${digest}${bold && `&b=${bold}`}`;
  return `/articles/${encodeURIComponent(article_id)}${seal ? `?${query}&s=${seal}` : `#${query}`}`;
}

function link(place, textContent) {
  return make("a", { href: address(place), target: "_blank", rel: "noopener", textContent, dir: "auto" });
}

function day(date) {
  if (!/^\d{4}-\d\d-\d\d$/.test(date) || isNaN(new Date(date))) return date;
  const form = { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" };
  return new Intl.DateTimeFormat(language === "en" ? "en-GB" : language, form).format(new Date(date));
}

// Only the talk moves, never the page around the frame.
export function bring(element, edge = 0) {
  const [inner, outer] = [element.getBoundingClientRect(), talk.getBoundingClientRect()];
  if (inner.bottom > outer.bottom) talk.scrollTop += Math.min(inner.bottom - outer.bottom + edge, inner.top - outer.top - edge);
  else if (inner.top < outer.top) talk.scrollTop += inner.top - outer.top - edge;
}

// A citation, folded to one line. Opening it asks once whether the article still has the quote at its place.
export function card(cited) {
  const by = [cited.author, cited.date && day(cited.date), cited.page && say("chat.page", { page: cited.page })];
  const columns = cited.columns ? [make("p", { className: "columns", dir: "auto", textContent: cited.columns })] : [];
  const context = make("p", { className: "context", dir: "auto" });
  const note = make("p", { className: "line" });
  const name = make("span", { className: "name" }, make("bdi", { textContent: cited.title }));
  const summary = make("summary", {}, make("span", { className: "n", textContent: cited.n }), name);
  const byline = make("p", { className: "line", dir: "auto", textContent: by.filter(Boolean).join(" \u00b7 ") });
  const read = make("p", { className: "line" }, link(cited, say("chat.read")));
  const made = make("details", { className: "card" }, summary, byline, ...columns, context, note, read);
  made.dataset.n = cited.n;
  excerpt(context, cited);
  made.addEventListener("toggle", async () => {
    const place = await look(cited);
    if (place) excerpt(context, place);
    note.textContent = place === null ? say("widget.changed") : "";
    bring(made, 8);
  }, { once: true });
  return made;
}

// The passage, null if the article reads differently by now, undefined where it cannot be told.
async function look({ article_id, start, end, quote, seal }) {
  try {
    const response = await fetch(`/api/articles/${encodeURIComponent(article_id)}?start=${start}&end=${end}${seal ? `&seal=${seal}` : ""}`, { headers });
    // A seal opens nothing any more when the words at its place are others.
    if ([403, 404, 422].includes(response.status)) return null;
    if (!response.ok) return undefined;
    const place = await response.json();
    return place.quote === quote ? place : null;
  } catch {
    return undefined;
  }
}

// The quote among its neighbours in the same paragraph; what is cut is cut at a word.
function excerpt(shown, { start, before, quote, after }) {
  const isWhole = [...before].length === start;
  const first = before.includes("\n\n") ? before.split("\n\n").at(-1) : isWhole ? before : before.replace(/^\S{0,20}\s/, "\u2026");
  const last = after.split("\n\n")[0];
  const isEnd = after.includes("\n\n") || /[.!?\u3002\uff01\uff1f\u201d"]\s*$/.test(last);
  shown.replaceChildren(first, make("mark", { textContent: quote }), isEnd ? last.trimEnd() : last.replace(/\s\S{0,20}$/, "\u2026"));
}

export function nearest(passages) {
  if (!passages.length) return [];
  const items = passages.map((each) => {
    const text = make("p", { className: "passage", dir: "auto", textContent: each.text.replace(/\n\s*\n/g, "\n") });
    return make("li", {}, link({ ...each, quote: each.text }, each.title), text);
  });
  const summary = make("summary", { textContent: say("chat.nearest") });
  return [make("details", { className: "nearest" }, summary, make("ul", {}, ...items))];
}

// Server-sent events: each is two lines and an empty one, in ASCII (docs/http.md).
export async function* events(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const parts = (text + value).split("\n\n");
    text = parts.pop();
    for (const part of parts) {
      const found = /^event: (\w+)\ndata: (.*)$/.exec(part);
      if (found) yield [found[1], JSON.parse(found[2])];
    }
  }
}
