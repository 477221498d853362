// Single keys click the visible control that carries them in data-key; what they do is the control's own business.

const SWITCH = "preferee.keys";
const TEXT = "textarea, select, input:not([type=radio], [type=checkbox]), [contenteditable]";
const PRESSABLE = "button, a, summary";

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

function controlFor(name) {
  const found = layer().querySelectorAll(`[data-key~="${CSS.escape(name)}"]`);
  return [...found].find((control) => !control.disabled && control.checkVisibility());
}

function press(control) {
  if (control.matches("textarea")) return control.focus();
  control.click();
  if (control.matches("[type=radio]")) control.focus({ preventScroll: true });
}

function stepThroughPanes(backwards) {
  const panes = [...document.querySelectorAll(".pane")];
  if (!panes.length) return false;
  const here = panes.indexOf(document.activeElement.closest(".pane"));
  const next = here < 0 ? (backwards ? panes.length - 1 : 0) : here + (backwards ? -1 : 1);
  const pane = panes[(next + panes.length) % panes.length];
  pane.focus({ preventScroll: true });
  pane.scrollIntoView({ block: "start" });
  return true;
}

function inText(event) {
  if (event.key === "Escape") {
    const radios = [...document.querySelectorAll(".options [type=radio]")];
    (radios.find((radio) => radio.checked) ?? radios[0])?.focus();
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
  if (name === "q" && layer() === document) return stepThroughPanes(event.shiftKey);
  const control = controlFor(name);
  if (control) press(control);
  return Boolean(control);
}

document.addEventListener("keydown", (event) => {
  if (event.repeat || event.isComposing || event.defaultPrevented) return;
  if (event.target.matches(TEXT) ? inText(event) : single(event)) event.preventDefault();
});
