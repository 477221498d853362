// Single keys click the visible control that carries them in data-key; what they do is the control's own business.
// Where several controls carry the same key, the one in the current row is meant: each [data-row] is answered by itself.

const SWITCH = "preferee.keys";
const TEXT = "textarea, select, input:not([type=radio], [type=checkbox]), [contenteditable]";
const PRESSABLE = "button, a, summary";
const CHOICE = "[type=radio], [type=checkbox]";

const keysOn = document.getElementById("keys-on");
// The account turns them off everywhere, the switch in the list of keys on one device.
const allowed = document.documentElement.dataset.keys !== "off";
keysOn.checked = allowed && localStorage.getItem(SWITCH) !== "off";
keysOn.disabled = !allowed;
keysOn.addEventListener("change", () => localStorage.setItem(SWITCH, keysOn.checked ? "on" : "off"));

function nameOf(event) {
  const digit = event.code.match(/^(?:Digit|Numpad)(\d)$/)?.[1];
  if (digit) return event.shiftKey ? null : digit;
  if (event.key === "?" || event.key === "Enter") return event.key;
  return event.key.length === 1 ? event.key.toLowerCase() : null;
}

function layer() {
  return document.querySelector("dialog[open]") ?? document.querySelector("details[data-layer][open]") ?? document;
}

// Rows

function rows() {
  return [...document.querySelectorAll("[data-row]")].filter((row) => row.checkVisibility());
}

function isAnswered(row) {
  const rank = row.querySelector("select[data-rank]");
  return rank ? Boolean(rank.value) : Boolean(row.querySelector("input:checked"));
}

function current() {
  const all = rows();
  const kept = document.querySelector("[data-row][data-current]");
  return (
    all.find((row) => row.contains(document.activeElement)) ??
    (kept && all.includes(kept) && !isAnswered(kept) ? kept : null) ??
    all.find((row) => !isAnswered(row)) ?? kept ?? all[0]
  );
}

function mark(row) {
  for (const each of document.querySelectorAll("[data-row][data-current]")) {
    if (each !== row) each.removeAttribute("data-current");
  }
  row?.setAttribute("data-current", "");
}

function stand(row) {
  const place = row.matches("[tabindex]") ? row : row.querySelector("input:checked") ?? row.querySelector("input, select");
  place?.focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
  mark(row);
}

function goOnFrom(row) {
  const all = rows();
  const isCard = row.matches("[data-letter]");
  const next = isCard
    ? all.find((each) => each.matches("[data-letter]") && !isAnswered(each)) ?? all.find((each) => !each.matches("[data-letter]"))
    : all[all.indexOf(row) + 1];
  if (next && !(isCard && !next.matches("[data-letter]") && isAnswered(next))) stand(next);
  else if (isCard) stand(row);
}

// Controls

function usable(control) {
  return !control.disabled && !control.matches(":disabled") && control.checkVisibility();
}

function controlIn(part, name) {
  return [...part.querySelectorAll(`[data-key~="${CSS.escape(name)}"]`)].find(usable);
}

function press(control) {
  if (control.matches("textarea")) return control.focus();
  control.click();
  if (control.matches(CHOICE)) control.focus({ preventScroll: true });
}

function rankIn(row, name) {
  const rank = row?.querySelector("select[data-rank]");
  const offers = rank && usable(rank) && [...rank.options].some((option) => option.value === name);
  if (!offers) return false;
  rank.value = name;
  rank.dispatchEvent(new Event("change", { bubbles: true }));
  goOnFrom(row);
  return true;
}

function answer(name) {
  const row = current();
  if (!row) return false;
  if (rankIn(row, name)) return true;
  const control = controlIn(row, name);
  if (!control) return false;
  press(control);
  if (control.matches("[type=radio]")) goOnFrom(row);
  return true;
}

// Elsewhere the same digit means other things: only what belongs to no row is looked for.
function anywhere(part, name) {
  const found = [...part.querySelectorAll(`[data-key~="${CSS.escape(name)}"]`)].filter(usable);
  const control = found.find((each) => part !== document || !/\d/.test(name) || !each.closest("[data-row]")) ??
    (name === "0" ? found[0] : undefined);
  if (control) press(control);
  return Boolean(control);
}

function step(backwards) {
  const among = rows();
  const inRows = among.length > 1 && among.some((row) => row.contains(document.activeElement));
  const places = inRows ? among : [...document.querySelectorAll(".pane")];
  if (!places.length) return false;
  const here = places.findIndex((place) => place.contains(document.activeElement));
  const next = here < 0 ? (backwards ? places.length - 1 : 0) : here + (backwards ? -1 : 1);
  const place = places[(next + places.length) % places.length];
  if (place.matches("[data-row]")) stand(place);
  else {
    place.focus({ preventScroll: true });
    place.scrollIntoView({ block: "start" });
  }
  return true;
}

// Keys

function inText(event) {
  if (event.key === "Escape") {
    const row = document.querySelector("[data-row][data-current]") ?? rows()[0];
    if (row?.checkVisibility()) stand(row);
    else document.activeElement.blur();
    return true;
  }
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return false;
  document.querySelector('[data-key~="Enter"]')?.click();
  return true;
}

function single(event) {
  if (!keysOn.checked || event.ctrlKey || event.metaKey || event.altKey) return false;
  if (event.key === "Enter" && event.target.closest(PRESSABLE)) return false;
  const name = nameOf(event);
  if (!name || (event.shiftKey && !["?", "q"].includes(name))) return false;
  if (layer() !== document) return anywhere(layer(), name);
  if (name === "q") return step(event.shiftKey);
  return answer(name) || anywhere(document, name);
}

document.addEventListener("keydown", (event) => {
  if (event.repeat || event.isComposing || event.defaultPrevented) return;
  if (event.target.matches(TEXT) ? inText(event) : single(event)) event.preventDefault();
});

document.addEventListener("focusin", (event) => {
  const row = event.target.closest("[data-row]");
  if (row) mark(row);
});
document.addEventListener("change", (event) => {
  const row = event.target.closest("[data-row]");
  if (row) mark(row);
});
document.addEventListener("htmx:afterSwap", () => mark(current()));
mark(current());
