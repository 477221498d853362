// Reading two answers: where they differ, and scrolling them together.

const TOGETHER = "preferee.together";
const panes = () => [...document.querySelectorAll(".pane")];

function showDifferences(link, wanted) {
  const work = document.getElementById("work");
  work.toggleAttribute("data-differs", wanted);
  link.setAttribute("aria-pressed", String(wanted));
  const isThere = document.querySelector(".differ-text")?.textContent;
  if (wanted && !isThere) htmx.trigger(link, "differ");
}

function showTogether(wanted) {
  const button = document.getElementById("together");
  button?.setAttribute("aria-pressed", String(wanted));
}

const areTogether = () => document.getElementById("together")?.getAttribute("aria-pressed") === "true";

document.addEventListener("click", (event) => {
  const link = event.target.closest("#differ");
  if (link) {
    event.preventDefault();
    showDifferences(link, link.getAttribute("aria-pressed") !== "true");
  }
  if (event.target.closest("#together")) {
    showTogether(!areTogether());
    localStorage.setItem(TOGETHER, areTogether() ? "on" : "off");
  }
});

// A link that acts as a button answers to the space bar, as buttons do.
document.addEventListener("keydown", (event) => {
  if (event.key !== " " || event.target.id !== "differ") return;
  event.preventDefault();
  event.target.click();
});

// The pane that somebody scrolls leads; what follows says so by an event too, which leads nobody.
const led = new WeakSet();

document.addEventListener("scroll", (event) => {
  const leader = event.target;
  if (!(leader instanceof Element) || !leader.matches(".pane") || led.delete(leader) || !areTogether()) return;
  const far = leader.scrollTop / Math.max(1, leader.scrollHeight - leader.clientHeight);
  for (const pane of panes()) {
    if (pane === leader) continue;
    const top = Math.round(far * (pane.scrollHeight - pane.clientHeight));
    if (Math.abs(pane.scrollTop - top) < 1) continue;
    led.add(pane);
    pane.scrollTop = top;
  }
}, { capture: true, passive: true });

// Differences that did not come show the answers again; the page says what was in the way.
for (const name of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(name, (event) => {
    if (event.detail.elt?.id === "differ") showDifferences(event.detail.elt, false);
  });
}

function remember() {
  showTogether(localStorage.getItem(TOGETHER) === "on");
}

document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target.id === "work") remember();
});
remember();
