// What is on the screen: one comparison, replaced by the next one or by the one before, with all that was typed in it.

const screens = new Map();
const MOST_KEPT = 20;

export const work = () => document.getElementById("work");
export const shown = () => work()?.dataset.client ?? "";
export const form = () => document.getElementById("answer-form");

export function parsed(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  return template.content;
}

// A screen that was left may come back, where its answer is refused or taken back before it was sent.
export function keep(node) {
  if (!node.dataset.client) return;
  screens.set(node.dataset.client, node);
  if (screens.size > MOST_KEPT) screens.delete(screens.keys().next().value);
}

export const kept = (client) => screens.get(client);
export const drop = (client) => screens.delete(client);

export function show(node) {
  const before = work();
  if (before === node) return;
  keep(before);
  screens.delete(node.dataset.client);
  before.replaceWith(node);
  settle(node);
  scrollTo(0, 0);
}

export function replaceAnswer(node) {
  document.getElementById("answer").replaceWith(node);
  settle(node);
}

// How far the person is, and what became of the last answer; the comparison stays as it is.
export function renew(content) {
  for (const id of ["progress", "saved"]) {
    const [old, fresh] = [document.getElementById(id), content.getElementById(id)];
    if (old && fresh) old.replaceWith(document.importNode(fresh, true));
  }
}

// Other scripts of the page listen for what htmx says when it has put something in.
function settle(node) {
  htmx.process(node);
  htmx.trigger(node, "htmx:afterSwap", { target: node, elt: node });
}

export function say(sentence) {
  const saved = document.getElementById("saved");
  if (saved) saved.textContent = sentence;
}

// What needs to be known wherever the person looks; without a sentence, nothing.
export function notice(sentence, action) {
  const element = document.getElementById("notice");
  element.textContent = sentence;
  if (sentence && action) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button";
    button.textContent = action.label;
    button.addEventListener("click", action.do, { once: true });
    element.append(" ", button);
  }
  element.hidden = !sentence;
}
