// The questions between two requests: which of them are asked, what a point means, and what is still missing.

const WORDS = "input[data-says]:checked, option[data-says]:checked";

function wordsOf(question) {
  const words = new Set((question.dataset.words ?? "").split(",").filter(Boolean));
  for (const control of question.querySelectorAll(WORDS)) words.add(control.dataset.says);
  for (const field of question.querySelectorAll("textarea[data-says]")) {
    if (field.value.trim()) words.add(field.dataset.says);
  }
  return words;
}

function questionOf(id) {
  return document.getElementById(`question-${id}`);
}

// In the order in which they stand: one may depend on another that depends on a third.
export function askWhatIsDue() {
  for (const question of document.querySelectorAll("[data-question][data-when]")) {
    const [id, words] = question.dataset.when.split(/:(.*)/s);
    const other = questionOf(id);
    const said = other && !other.disabled ? wordsOf(other) : new Set();
    const isDue = words.split(",").some((word) => said.has(word));
    question.hidden = question.disabled = !isDue;
  }
}

function isAnswered(question) {
  return wordsOf(question).size > 0 || Boolean(question.querySelector("input:checked"));
}

function tell(question, sentence) {
  const error = question.querySelector(".error");
  if (error) error.textContent = sentence;
}

function stand(question) {
  question.querySelector(".reason")?.toggleAttribute("data-open", true);
  const row = [...question.querySelectorAll("[data-row]")].find((each) => !each.querySelector("input:checked")) ?? question;
  const card = document.querySelector(`[data-ranking="${question.dataset.question}"] [data-letter]`);
  const place = card ?? question.querySelector(".reason textarea") ?? row.querySelector("input:not([type=hidden]), textarea, button");
  place?.focus({ preventScroll: true });
  (card ?? question).scrollIntoView({ block: "nearest" });
}

function missing(form) {
  const asked = [...form.querySelectorAll("[data-question][data-missing]")];
  return asked.find((question) => !question.disabled && !isAnswered(question));
}

// What a point of a scale means stands in a line of its own as soon as somebody is at it.
function explain(row, option) {
  const line = row.querySelector("[data-anchors]");
  if (line) line.textContent = (option ?? row.querySelector(":checked"))?.dataset.anchor ?? "";
}

function explainAll() {
  for (const line of document.querySelectorAll("[data-anchors]")) explain(line.closest("[data-row]"));
}

for (const name of ["focusin", "pointerover", "change"]) {
  document.addEventListener(name, (event) => {
    const row = event.target.closest?.("[data-row]");
    if (row) explain(row, event.target.closest(".option")?.querySelector("[data-anchor]"));
  });
}
for (const name of ["focusout", "pointerout"]) {
  document.addEventListener(name, (event) => {
    const row = event.target.closest?.("[data-row]");
    if (row) explain(row);
  });
}

for (const name of ["input", "change"]) {
  document.addEventListener(name, (event) => {
    const question = event.target.closest("[data-question]");
    if (!question && !event.target.closest("[data-ranking]")) return;
    if (question) tell(question, "");
    askWhatIsDue();
  });
}

document.addEventListener("submit", (event) => {
  if (event.target.id !== "answer-form" || event.defaultPrevented) return;
  const question = missing(event.target);
  if (!question) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  tell(question, question.dataset.missing);
  stand(question);
}, { capture: true });

document.addEventListener("htmx:afterSwap", (event) => {
  askWhatIsDue();
  explainAll();
  measure();
  if (event.detail.target.id !== "answer") return;
  const wrong = [...document.querySelectorAll("#answer [data-question]")].find((each) => each.querySelector(".error")?.textContent);
  if (wrong) stand(wrong);
});

// On a phone the questions are a sheet that opens; nothing to open where all of them are seen.
function measure() {
  const form = document.getElementById("answer-form");
  const answer = form?.closest(".answer");
  if (!answer) return;
  const isOpen = answer.hasAttribute("data-open");
  answer.toggleAttribute("data-more", isOpen || form.scrollHeight > form.clientHeight + 1);
}

// On a phone, what is not answering has a row of its own that opens.
document.addEventListener("click", (event) => {
  const other = event.target.closest("[data-other-ways]");
  if (other) other.setAttribute("aria-expanded", String(other.closest(".answer").toggleAttribute("data-ways")));
});

document.addEventListener("click", (event) => {
  const more = event.target.closest("[data-more-questions]");
  if (!more) return;
  const answer = more.closest(".answer");
  more.setAttribute("aria-expanded", String(answer.toggleAttribute("data-open")));
});

for (const name of ["change", "input"]) document.addEventListener(name, measure);
addEventListener("resize", measure);
askWhatIsDue();
explainAll();
measure();
