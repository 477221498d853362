// The work page: what happens to an answer from the click to the word of the server.

import { headers, logIn } from "../core/login.js";
import * as ahead from "./ahead.js";
import * as drafts from "./drafts.js";
import * as outbox from "./outbox.js";
import * as screens from "./screens.js";

const AWAY = "You are offline. Your answers are kept on this device and sent as soon as the server can be reached.";
const FAILING = "The server has trouble. Your answer is kept on this device and sent again by itself.";
const LOGGED_OUT = "You are logged out. Your answer is kept on this device until you log in again.";
const KEPT = "kept on this device";
// Undo stays: an answer that waits for the network can be taken back.
const WAITING = "#answer-form, [data-outbox=skip] button, [form=answer-form]";
const UNSENT = "Taken back before it was sent";
const UNKNOWN = "The server refused this answer. It is still here: reload the page if it happens again.";

function sentenceIn(text) {
  return screens.parsed(text).querySelector("[data-sentence]")?.textContent.trim() ?? "";
}

// Complete as far as the page can tell: then the next one is shown at once, else the server says what is missing.
function isComplete(form) {
  const asked = [...form.querySelectorAll("[data-question]:is([data-required], [data-missing])")].filter((each) => !each.disabled);
  const given = new FormData(form);
  const has = (id) => [...given].some(([name, value]) => (name === id || name.startsWith(`${id}.`)) && value);
  return asked.every((each) => has(each.dataset.question)) && has("main");
}

function wait(isWaiting) {
  const answer = document.getElementById("answer");
  if (!answer) return;
  answer.toggleAttribute("data-waiting", isWaiting);
  answer.setAttribute("aria-busy", String(isWaiting));
  for (const part of answer.querySelectorAll(WAITING)) {
    if (part.matches("form")) part.inert = isWaiting;
    else part.disabled = isWaiting;
  }
}

function submit(event) {
  const form = event.target;
  const kind = form.dataset?.outbox;
  if (!kind || event.defaultPrevented) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  form.closest("details")?.removeAttribute("open");
  if (kind === "undo") return undo(form);
  if (kind !== "flag" && document.getElementById("answer").hasAttribute("data-waiting")) return;
  const entry = outbox.entryOf(form, event.submitter, kind);
  if (kind === "flag") screens.say("Flagged");
  else leave(entry, form);
  outbox.put(entry);
}

function leave(entry, form) {
  drafts.forget(entry.client);
  const next = (entry.kind === "skip" || isComplete(form)) && ahead.take();
  screens.notice("");
  if (next) screens.show(next);
  else wait(true);
}

async function undo(form) {
  const last = outbox.takeBack();
  if (last) return last.kind === "flag" ? screens.say("Not flagged") : bringBack(last, UNSENT) || location.reload();
  await (outbox.isSending() ? outbox.drain() : null);
  const response = await fetch(form.action, { method: "POST", headers: headers() }).catch(() => null);
  if (!response) return screens.notice(AWAY);
  if (response.status === 401) return (await logIn()) && undo(form);
  const text = await response.text();
  if (!response.ok) return screens.notice(sentenceIn(text) || UNKNOWN);
  screens.notice("");
  ahead.clear();
  screens.show(nodeIn(text));
}

function nodeIn(text) {
  return document.importNode(screens.parsed(text).getElementById("work"), true);
}

function bringBack(entry, sentence) {
  const node = screens.kept(entry.client);
  if (node) {
    if (screens.work().dataset.client) ahead.putBack(screens.work());
    screens.show(node);
  }
  const isBack = screens.shown() === entry.client;
  wait(false);
  if (isBack) drafts.changedNow();
  else drafts.keepAnswer(entry);
  if (sentence) screens.say(sentence);
  return isBack;
}

outbox.listen({
  // The last one asks what comes next, and says what is shown already; those before it only report.
  shownFor(entry) {
    if (entry.kind === "flag" || outbox.waiting().at(-1)?.key !== entry.key) return "-";
    const hasScreen = entry.client === screens.shown() || screens.kept(entry.client);
    return !hasScreen ? "*" : screens.shown() === entry.client ? "" : screens.shown();
  },

  arrived(entry, { text }) {
    screens.notice("");
    if (entry.kind === "flag") return screens.say("Flagged");
    screens.drop(entry.client);
    const content = screens.parsed(text);
    const node = content.getElementById("work");
    if (!node) return screens.renew(content);
    const isLeft = screens.shown() !== entry.client;
    // Whoever has begun another one goes on with it: a late answer is kept, never refused.
    if (isLeft && screens.shown() && drafts.isBegun() && !outbox.waiting().length) return screens.renew(content);
    if (isLeft && outbox.waiting().length) return screens.renew(content);
    ahead.clear();
    return screens.show(document.importNode(node, true));
  },

  refused(entry, { response, text }) {
    if (entry.kind === "flag") return screens.notice(flagSentence(text));
    const content = screens.parsed(text);
    const [whole, answer] = [content.getElementById("work"), content.getElementById("answer")];
    const isBack = bringBack(entry, "");
    if (response.status === 422 && isBack && answer) screens.replaceAnswer(document.importNode(answer, true));
    else if (response.status === 422 && whole) drafts.forget(entry.client), screens.show(document.importNode(whole, true));
    else screens.notice(sentenceIn(text) || UNKNOWN, { label: "Go on", do: goOn });
    return undefined;
  },

  delayed(entry, { failed, loggedOut }) {
    screens.notice(loggedOut ? LOGGED_OUT : failed ? FAILING : AWAY, { label: loggedOut ? "Log in" : "Send now", do: retry });
    screens.say(KEPT);
  },
});

function flagSentence(text) {
  try {
    return JSON.parse(text).error;
  } catch {
    return sentenceIn(text) || UNKNOWN;
  }
}

const retry = () => document.dispatchEvent(new CustomEvent("preferee:retry"));
const goOn = () => location.reload();

document.addEventListener("submit", submit, { capture: true });
addEventListener("offline", () => screens.notice(AWAY));
addEventListener("online", () => !outbox.waiting().length && screens.notice(""));
outbox.drain();
