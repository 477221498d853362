// What scrolls by itself can be reached by Tab, as long as it scrolls; not every browser sees to that.

const SCROLLS = "pre, .content table, .prompt-text, .prompt-message, .held, .checks, .preview";
const REACHABLE = "a[href], button, input, select, textarea, summary, [tabindex]";

function isWider(element) {
  return element.scrollWidth > element.clientWidth || element.scrollHeight > element.clientHeight;
}

function makeReachable() {
  for (const element of document.querySelectorAll(SCROLLS)) {
    if (element.hasAttribute("tabindex") && !("reached" in element.dataset)) continue;
    const needed = isWider(element) && !element.querySelector(REACHABLE);
    element.toggleAttribute("data-reached", needed);
    if (needed) element.tabIndex = 0;
    else element.removeAttribute("tabindex");
  }
}

let waiting = 0;
function soon() {
  cancelAnimationFrame(waiting);
  waiting = requestAnimationFrame(makeReachable);
}

for (const happened of ["resize", "toggle", "click", "htmx:afterSettle"]) addEventListener(happened, soon, { capture: true });
makeReachable();
