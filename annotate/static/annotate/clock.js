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

// By comparison: one that is left and comes back goes on counting. How long the one that the page came with was shown
// before, only the server knows; of one that was put in here, we do.
const times = new Map();
let current = document.getElementById("work")?.dataset.client;
let shown = null;

function restart(client) {
  count();
  times.set(current, { active, shown });
  current = client;
  since = lastSign = performance.now();
  ({ active, shown } = times.get(client) ?? { active: 0, shown: since });
}

for (const name of SIGNS) document.addEventListener(name, sign, { capture: true, passive: true });
// When the tab is hidden, the time until now was visible; when it is shown again, it was not.
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) since = lastSign = performance.now();
  else if (since < lastSign + IDLE_AFTER) active += Math.max(0, Math.min(performance.now(), lastSign + IDLE_AFTER) - since);
});
document.addEventListener("submit", (event) => {
  count();
  const { active_ms: field, wall_ms: wall } = event.target.elements;
  if (field) field.value = Math.round(active);
  if (wall && shown !== null) wall.value = Math.round(performance.now() - shown);
}, { capture: true });
document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target.id === "work") restart(document.getElementById("work").dataset.client);
});
