// Says the piece under the pointer, or the one that the arrow keys have reached, with its number.
const text = document.querySelector("[data-ratio]");
const now = document.getElementById("ratio-now");
const pieces = text ? [...text.querySelectorAll("[data-nats]")] : [];
const marks = { "\n": "↵", "\t": "⇥", " ": "␣" };
let current = -1;

function show(at) {
  pieces[current]?.classList.remove("is-current");
  current = at;
  const piece = pieces[at];
  piece.classList.add("is-current");
  const words = piece.textContent.replace(/[\n\t ]/g, (mark) => marks[mark]);
  now.textContent = `${piece.dataset.nats} nats: ${words}`;
}

function step(event) {
  const last = pieces.length - 1;
  const forward = getComputedStyle(text).direction === "rtl" ? "ArrowLeft" : "ArrowRight";
  const back = forward === "ArrowRight" ? "ArrowLeft" : "ArrowRight";
  const to = { [forward]: Math.min(current + 1, last), [back]: Math.max(current - 1, 0), Home: 0, End: last }[event.key];
  if (to === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  show(to);
  pieces[to].scrollIntoView({ block: "nearest" });
}

if (pieces.length) {
  text.addEventListener("keydown", step);
  text.addEventListener("pointerover", (event) => {
    const at = pieces.indexOf(event.target.closest("[data-nats]"));
    if (at >= 0) show(at);
  });
}
