// Marks inside responses: words are chosen with the pointer or, after M, by arrows; a category says what they are.
// What the form sends are offsets into the stored text; what is drawn follows from them.

import { PaneText } from "./offsets.js";

const LONGEST_QUOTE = 60;
const LEVELS = 4;
const texts = new Map();
let chosen = null; // {text, from, to} in units of the page
let mode = null; // {button, text, words, anchor, head} while marking by key

const questions = () => [...document.querySelectorAll("[data-spans]")].filter((each) => each.checkVisibility());
const fieldOf = (question) => question.querySelector("input[type=hidden]");
const letterOf = (pane) => pane.id.replace("pane-", "");

function textOf(pane) {
  if (!pane?.dataset.runs || !pane.querySelector(".content")) return null;
  if (texts.get(pane.id)?.pane !== pane) texts.set(pane.id, new PaneText(pane));
  return texts.get(pane.id);
}

function textAt(place) {
  return textOf(document.querySelector(`.pane[data-place="${place}"]`));
}

function marksOf(question) {
  try {
    return JSON.parse(fieldOf(question).value || "[]");
  } catch {
    return [];
  }
}

function keep(question, marks) {
  const field = fieldOf(question);
  field.value = marks.length ? JSON.stringify(marks) : "";
  note(question, marks);
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.dispatchEvent(new Event("change", { bubbles: true }));
}

// For the questions that depend on the marks
function note(question, marks) {
  const words = [...new Set([marks.length ? "marked" : "", ...marks.map((mark) => mark.label)])];
  question.closest("[data-question]").dataset.words = words.filter(Boolean).join(",");
}

function tell(question, sentence) {
  question.querySelector("[data-told]").textContent = sentence;
  question.querySelector("[data-advice]").textContent = sentence;
}

// Draw

function draw() {
  const drawn = new Set();
  for (const pane of document.querySelectorAll(".pane[data-runs]")) textOf(pane)?.unwrap(".span-mark");
  for (const question of questions()) {
    const marks = marksOf(question);
    note(question, marks);
    list(question, marks);
    for (const mark of marks) drawn.add({ question, mark });
  }
  const byPlace = Map.groupBy([...drawn], ({ mark }) => mark.place);
  for (const [place, those] of byPlace) drawIn(textAt(place), those);
}

function drawIn(text, those) {
  if (!text) return;
  const levels = [];
  those.sort((one, other) => one.mark.start - other.mark.start || other.mark.end - one.mark.end);
  for (const { question, mark } of those) {
    const range = text.shown(mark.start, mark.end);
    const category = categoryOf(question, mark.label);
    if (!range || !category) continue;
    let level = levels.findIndex((end) => end <= mark.start);
    if (level < 0) level = levels.length;
    levels[level] = mark.end;
    const pieces = text.wrap(...range, () => element("mark", { class: "span-mark", "data-style": category.dataset.style, "data-level": level % LEVELS }));
    pieces.at(-1)?.setAttribute("data-name", nameOf(category));
  }
}

function categoryOf(question, label) {
  return [...question.querySelectorAll("[data-category]")].find((each) => each.dataset.category === label);
}

function nameOf(category) {
  return category.querySelector(".spans-name").textContent;
}

function element(tag, attributes, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

function quoteOf(mark) {
  const text = textAt(mark.place);
  const range = text?.shown(mark.start, mark.end);
  const words = range ? text.text.slice(...range).replace(/\s+/g, " ").trim() : "";
  return words.length > LONGEST_QUOTE ? `${words.slice(0, LONGEST_QUOTE - 1)}…` : words;
}

function list(question, marks) {
  const items = marks.map((mark, at) => {
    const category = categoryOf(question, mark.label);
    const letter = letterOf(textAt(mark.place)?.pane ?? { id: "" });
    const name = category ? nameOf(category) : mark.label;
    const quote = quoteOf(mark);
    return element(
      "li", { "data-at": at },
      element("strong", {}, letter),
      element("span", { class: "spans-quote", dir: "auto" }, `“${quote}”`),
      element("span", { class: "span-label", "data-style": category?.dataset.style ?? "solid" }, name),
      withValue(element("input", { class: "field", type: "text", maxlength: "1000", dir: "auto", "data-note": "", placeholder: "Note", "aria-label": `Note on “${quote}” in ${letter}` }), mark.note ?? ""),
      element("button", { class: "quiet", type: "button", "data-remove": "", "aria-label": `Remove the mark on “${quote}” in ${letter}` }, "Remove"),
    );
  });
  question.querySelector("[data-list]").replaceChildren(...items);
}

function withValue(input, value) {
  input.value = value;
  return input;
}

// Mark and remove

function label(category) {
  const question = category.closest("[data-spans]");
  const written = chosen && chosen.text.written(chosen.from, chosen.to);
  if (!written) return tell(question, "Choose words in a response first.");
  const mark = { place: Number(chosen.text.pane.dataset.place), ...written, label: category.dataset.category };
  const marks = marksOf(question);
  const isThere = marks.some((each) => each.place === mark.place && each.start === mark.start && each.end === mark.end && each.label === mark.label);
  if (!isThere) keep(question, [...marks, mark].sort((one, other) => one.place - other.place || one.start - other.start));
  draw();
  const quote = quoteOf(mark);
  tell(question, `Marked “${quote}” in ${letterOf(chosen.text.pane)} as ${nameOf(category)}`);
  if (mode) show();
  else getSelection().removeAllRanges();
}

function remove(question, at) {
  const marks = marksOf(question);
  const [gone] = marks.splice(at, 1);
  const quote = quoteOf(gone);
  keep(question, marks);
  draw();
  tell(question, `Removed the mark on “${quote}”`);
}

// The shortest one that covers the chosen words
function removeHere() {
  const written = chosen?.text.written(chosen.from, chosen.to);
  const place = Number(chosen?.text.pane.dataset.place);
  const found = questions()
    .flatMap((question) => marksOf(question).map((mark, at) => ({ question, mark, at })))
    .filter(({ mark }) => written && mark.place === place && mark.start < written.end && mark.end > written.start)
    .sort((one, other) => one.mark.end - one.mark.start - (other.mark.end - other.mark.start));
  if (found.length) remove(found[0].question, found[0].at);
  show();
}

// Choose words with the pointer

document.addEventListener("selectionchange", () => {
  if (mode?.isShowing) return;
  const selection = getSelection();
  const pane = selection.anchorNode?.parentElement?.closest(".pane[data-runs]");
  const text = textOf(pane);
  if (!text || selection.isCollapsed || !text.root.contains(selection.anchorNode) || !text.root.contains(selection.focusNode)) {
    if (pane && selection.isCollapsed && !mode) chosen = null;
    return;
  }
  const range = selection.getRangeAt(0);
  chosen = {
    text,
    from: text.unitsAt(range.startContainer, range.startOffset),
    to: text.unitsAt(range.endContainer, range.endOffset),
  };
});

// Choose words by key

function begin(button) {
  const pane = document.activeElement?.closest(".pane[data-runs]") ?? document.querySelector(".pane[data-runs]");
  if (!pane) return tell(button.closest("[data-spans]"), "These responses are conversations and cannot be marked.");
  mode = { button };
  button.setAttribute("aria-pressed", "true");
  document.body.dataset.marking = "";
  enter(pane);
}

function enter(pane) {
  const text = textOf(pane);
  if (!mode || !text) return;
  const words = text.words();
  const at = chosen?.text === text ? Math.max(0, words.findIndex(([, to]) => to > chosen.from)) : 0;
  Object.assign(mode, { text, words, anchor: at, head: at });
  if (document.activeElement !== pane) pane.focus({ preventScroll: true });
  show();
  tell(mode.button.closest("[data-spans]"), "Arrows choose words, Shift extends, a digit marks, Delete removes, Esc leaves.");
}

function leave() {
  mode?.button.setAttribute("aria-pressed", "false");
  mode?.button.focus({ preventScroll: true });
  mode = null;
  chosen = null;
  delete document.body.dataset.marking;
  getSelection().removeAllRanges();
}

function show() {
  if (!mode?.words.length) return;
  const [first, last] = [Math.min(mode.anchor, mode.head), Math.max(mode.anchor, mode.head)];
  const [from, to] = [mode.words[first][0], mode.words[last][1]];
  chosen = { text: mode.text, from, to };
  const range = mode.text.rangeOf(from, to);
  mode.isShowing = true;
  getSelection().removeAllRanges();
  getSelection().addRange(range);
  setTimeout(() => mode && (mode.isShowing = false));
  reveal(mode.text.rangeOf(...mode.words[mode.head]));
}

function reveal(range) {
  const box = range.getBoundingClientRect();
  const top = document.querySelector(".panes").getBoundingClientRect().top;
  const bottom = document.querySelector(".answer").getBoundingClientRect().top;
  if (box.top < Math.max(top, 0) + 48 || box.bottom > bottom) range.startContainer.parentElement.scrollIntoView({ block: "center" });
}

// The nearest word on the next line up or down
function besides(by) {
  const boxOf = (at) => mode.text.rangeOf(...mode.words[at]).getBoundingClientRect();
  const here = boxOf(mode.head);
  let best = mode.head;
  let line = null;
  for (let at = mode.head + by; at >= 0 && at < mode.words.length; at += by) {
    const box = boxOf(at);
    if (by > 0 ? box.top < here.bottom - 4 : box.bottom > here.top + 4) continue;
    line ??= box.top;
    if (Math.abs(box.top - line) > 8) break;
    const isNearer = best === mode.head || Math.abs(box.left - here.left) < Math.abs(boxOf(best).left - here.left);
    if (isNearer) best = at;
  }
  return best;
}

function move(event) {
  const isRightToLeft = getComputedStyle(mode.text.rangeOf(...mode.words[mode.head]).startContainer.parentElement).direction === "rtl";
  const by = { ArrowRight: isRightToLeft ? -1 : 1, ArrowLeft: isRightToLeft ? 1 : -1 }[event.key];
  const to = by ? mode.head + by : besides(event.key === "ArrowDown" ? 1 : -1);
  mode.head = Math.min(Math.max(to, 0), mode.words.length - 1);
  if (!event.shiftKey) mode.anchor = mode.head;
  show();
}

function digitOf(event) {
  return event.shiftKey ? null : event.code.match(/^(?:Digit|Numpad)([1-9])$/)?.[1];
}

function whileMarking(event) {
  if (event.key === "Escape") leave();
  else if (event.key.startsWith("Arrow") && mode.words.length) move(event);
  else if (event.key === "Delete") removeHere();
  else if (digitOf(event)) {
    const category = mode.button.closest("[data-spans]").querySelector(`[data-number="${digitOf(event)}"]`);
    if (category) label(category);
  } else return false;
  return true;
}

document.addEventListener("keydown", (event) => {
  if (!mode || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
  if (!event.target.closest(".pane") && event.target !== document.body) return;
  if (whileMarking(event)) event.preventDefault();
}, { capture: true });

document.addEventListener("focusin", (event) => {
  const pane = event.target.closest(".pane[data-runs]");
  if (mode && pane && pane !== mode.text?.pane) enter(pane);
});

// Controls

document.addEventListener("pointerdown", (event) => {
  if (event.target.closest?.("[data-category], [data-mark]")) event.preventDefault(); // the selection stays
});

document.addEventListener("click", (event) => {
  const question = event.target.closest("[data-spans]");
  if (!question) return;
  const category = event.target.closest("[data-category]");
  const button = event.target.closest("[data-mark]");
  const item = event.target.closest("[data-remove]")?.closest("[data-at]");
  if (category) label(category);
  if (button) mode ? leave() : begin(button);
  if (item) {
    const at = Number(item.dataset.at);
    remove(question, at);
    const left = question.querySelectorAll("[data-remove]");
    (left[Math.min(at, left.length - 1)] ?? question.querySelector("[data-mark]")).focus();
  }
});

document.addEventListener("input", (event) => {
  const item = event.target.matches("[data-note]") && event.target.closest("[data-at]");
  if (!item) return;
  const question = item.closest("[data-spans]");
  const marks = marksOf(question);
  const words = event.target.value.trim();
  if (words) marks[item.dataset.at].note = words;
  else delete marks[item.dataset.at].note;
  keep(question, marks);
});

function begun() {
  mode = chosen = null;
  delete document.body.dataset.marking;
  draw();
}

document.addEventListener("htmx:afterSwap", begun);
if (document.querySelector("[data-spans]")) begun();
