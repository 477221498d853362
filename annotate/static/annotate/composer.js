// The composer of questions between two requests: which cards are open, and that nothing typed goes unnoticed.

let changed = false;

// A closed card comes back closed, an open one open: the form says which is which.
document.addEventListener("toggle", (event) => {
  const cell = event.target.dataset?.openCell && document.getElementById(event.target.dataset.openCell);
  if (cell) cell.value = event.target.open ? "1" : "";
}, { capture: true });

document.addEventListener("input", (event) => {
  if (event.target.closest("#composer")) changed = true;
});

document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target.id === "composer") changed = true;
});

// Somebody else was quicker: what is typed comes back with what they changed, like any other mistake.
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.xhr.status !== 409 || event.detail.target.id !== "composer") return;
  event.detail.shouldSwap = true;
  event.detail.isError = false;
});

document.addEventListener("htmx:beforeOnLoad", (event) => {
  if (event.detail.xhr.getResponseHeader("HX-Redirect")) changed = false;
});

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-discard]")) changed = false;
});

addEventListener("beforeunload", (event) => {
  if (changed) event.preventDefault();
});
