// A better one, written from one of the responses: the field begins with its text, and keeps what was typed.

const placesOf = (part) => [...part.querySelectorAll("[data-source]")];
const fieldOf = (part) => part.querySelector("textarea");
// A field shows every end of a line as one character.
const textOf = (place) => place.dataset.source.replace(/\r\n?/g, "\n");

function isUntouched(part) {
  const { value } = fieldOf(part);
  return !value.trim() || placesOf(part).some((place) => textOf(place) === value);
}

function changed(element) {
  for (const name of ["input", "change"]) element.dispatchEvent(new Event(name, { bubbles: true }));
}

function fill(part) {
  const place = placesOf(part).find((each) => each.checked);
  if (!place || !isUntouched(part)) return;
  fieldOf(part).value = textOf(place);
  changed(fieldOf(part));
}

// The response that was called the better one, else the first
function likely(part) {
  const side = document.querySelector("[name=main]:checked")?.value?.[0];
  const best = document.querySelector('[data-ranking="main"] [data-ranked] [data-place]')?.dataset.place;
  const wanted = best ?? { a: "0", b: "1" }[side];
  return placesOf(part).find((place) => place.value === wanted) ?? placesOf(part)[0];
}

function toggle(part, isOpen) {
  part.toggleAttribute("data-open", isOpen);
  part.querySelector("[data-write]").hidden = isOpen;
  part.querySelector("[data-unwrite]").hidden = !isOpen;
}

function open(part) {
  toggle(part, true);
  if (!placesOf(part).some((place) => place.checked)) likely(part)?.click();
  fill(part);
  const field = fieldOf(part);
  field.focus();
  field.setSelectionRange(0, 0);
  part.closest("[data-question]").scrollIntoView({ block: "start" });
}

function close(part) {
  fieldOf(part).value = "";
  for (const place of placesOf(part)) place.checked = false;
  changed(fieldOf(part));
  toggle(part, false);
}

document.addEventListener("click", (event) => {
  const part = event.target.closest("[data-rewrite]");
  if (part && event.target.closest("[data-write]")) open(part);
  if (part && event.target.closest("[data-unwrite]")) {
    close(part);
    part.querySelector("[data-write]").focus();
  }
});

document.addEventListener("change", (event) => {
  const part = event.target.matches("[data-source]") && event.target.closest("[data-rewrite]");
  if (!part) return;
  toggle(part, true);
  fill(part);
});

// What was left as it stood is no better one.
document.addEventListener("submit", (event) => {
  if (event.target.id !== "answer-form") return;
  for (const part of event.target.querySelectorAll("[data-rewrite]")) {
    if (fieldOf(part).value && isUntouched(part) && !part.closest("[data-missing]")) close(part);
  }
}, { capture: true });

function begin() {
  for (const part of document.querySelectorAll("[data-rewrite]")) toggle(part, Boolean(fieldOf(part).value));
}

document.addEventListener("htmx:afterSwap", begin);
begin();
