// How long the annotator was at it: the tab visible, and something moved in the last minute.

const IDLE_AFTER = 60_000;
const SIGNS = ["pointermove", "pointerdown", "keydown", "wheel", "scroll", "touchstart"];

let active = 0;
let since = performance.now();
let lastSign = since;

function count() {
  const now = performance.now();
  if (!document.hidden) active += Math.max(0, Math.min(now, lastSign + IDLE_AFTER) - since);
  since = now;
}

function sign() {
  count();
  lastSign = since;
}

function restart() {
  active = 0;
  since = lastSign = performance.now();
}

for (const name of SIGNS) document.addEventListener(name, sign, { capture: true, passive: true });
// When the tab is hidden, the time until now was visible; when it is shown again, it was not.
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) since = lastSign = performance.now();
  else if (since < lastSign + IDLE_AFTER) active += Math.max(0, Math.min(performance.now(), lastSign + IDLE_AFTER) - since);
});
document.addEventListener("submit", (event) => {
  count();
  const field = event.target.elements.active_ms;
  if (field) field.value = Math.round(active);
}, { capture: true });
document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target.id === "work") restart();
});
