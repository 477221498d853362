// The work page between two requests: the prompt that opens, the reason that shows, and where the focus goes.

const TOO_SOON = 600;
let shown = performance.now();

function fitPrompt() {
  const prompt = document.getElementById("prompt");
  if (!prompt) return;
  const text = prompt.querySelector(".prompt-text");
  prompt.toggleAttribute("data-fits", text.scrollHeight <= text.clientHeight + 1);
  const turns = text.querySelectorAll(".turn");
  if (turns.length > 1) text.scrollTop = turns[turns.length - 1].offsetTop - text.offsetTop;
}

function toggle(button, element, open) {
  element.toggleAttribute("data-open", open);
  button.setAttribute("aria-expanded", String(open));
}

document.addEventListener("click", (event) => {
  const expand = event.target.closest("[data-expand]");
  if (expand) {
    const prompt = document.getElementById(expand.dataset.expand);
    toggle(expand, prompt, !prompt.hasAttribute("data-open"));
  }
  const opener = event.target.closest("button[data-open]");
  if (opener) {
    const element = document.getElementById(opener.dataset.open);
    toggle(opener, element, !element.hasAttribute("data-open"));
    if (element.hasAttribute("data-open")) element.querySelector("textarea").focus();
  }
});

document.addEventListener("change", (event) => {
  const error = event.target.closest("[data-question]")?.querySelector(".error");
  if (error) error.textContent = "";
});

// Fields of cards stand outside the form and belong to it.
function isBegun(form) {
  const written = "textarea, select, [data-spans] > input";
  return [...form.elements].some((field) => field.matches(":checked") || (field.matches(written) && field.value));
}

// The second half of a double click or a double Enter lands on the next comparison, where nothing is chosen yet.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.id !== "answer-form" || performance.now() - shown > TOO_SOON) return;
  if (!isBegun(form)) {
    event.preventDefault();
    event.stopImmediatePropagation();
  }
}, { capture: true });

document.addEventListener("htmx:afterSwap", (event) => {
  const id = event.detail.target.id;
  if (id === "work") {
    shown = performance.now();
    fitPrompt();
    (document.getElementById("prompt") ?? document.getElementById("work"))?.focus({ preventScroll: true });
  } else if (id === "answer") {
    document.querySelector("#answer [data-question] :is(input, textarea)")?.focus({ preventScroll: true });
  }
});

addEventListener("resize", fitPrompt);
fitPrompt();
