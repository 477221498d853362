// Answers on their way: each is kept by this browser until the server has said what became of it, and sent in order.

import { headers, logIn, person, renewToken } from "../core/login.js";
import { change, read } from "./store.js";

const BOX = "outbox";
const LONGEST_WAIT = 30_000;
const TIMEOUT = 30_000;
const ORPHANED = 20_000;
const LATER = new Set([408, 425, 429]);
const tab = (sessionStorage["preferee.tab"] ??= crypto.randomUUID?.() ?? String(Math.random()));

let running = null;
let wake = () => {};
let listener = {};

// `listener` has: shownFor(entry) → what the request says the page shows, arrived, refused, delayed.
export const listen = (how) => (listener = how);

// Those of this tab, and what a tab that was closed has left behind.
export function waiting() {
  const all = read(BOX) ?? [];
  return all.filter((entry) => entry.tab === tab || Date.now() - entry.at > ORPHANED);
}

export function put(entry) {
  change(BOX, (all) => [...all, { ...entry, tab, at: Date.now(), tries: 0 }], []);
  return drain();
}

// The last one that is not on its way yet, out of the box again.
export function takeBack() {
  const last = waiting().at(-1);
  if (!last || last.key === running?.key) return null;
  remove(last);
  return last;
}

export const isSending = () => Boolean(running);

function remove(entry) {
  change(BOX, (all) => all.filter((each) => each.key !== entry.key), []);
}

let draining = null;

export function drain() {
  draining ??= sendAll().finally(() => (draining = null));
  return draining;
}

async function sendAll() {
  let tries = 0;
  for (let entry = waiting()[0]; entry; entry = waiting()[0]) {
    running = entry;
    const outcome = await send(entry).catch(() => ({ again: true }));
    running = null;
    if (!outcome.again) {
      tries = 0;
      remove(entry);
      await (outcome.ok ? listener.arrived : listener.refused)(entry, outcome);
    } else {
      listener.delayed(entry, outcome);
      tries += 1;
      await pause(outcome.after ?? Math.min(LONGEST_WAIT, 1000 * 2 ** (tries - 1)) * (0.75 + Math.random() / 2));
    }
  }
}

function pause(milliseconds) {
  return new Promise((resolve) => {
    wake = resolve;
    setTimeout(resolve, milliseconds);
  });
}

async function send(entry, renewed = false) {
  const body = new FormData();
  for (const [name, value] of entry.fields) body.append(name, value);
  body.set("late_ms", String(Math.max(0, Date.now() - entry.at)));
  body.set("shown", listener.shownFor(entry));
  const response = await fetch(entry.url, {
    method: "POST", body, headers: { ...headers(), "X-Person": entry.person }, signal: AbortSignal.timeout(TIMEOUT),
  });
  const text = await response.text();
  if (response.ok) return { ok: true, response, text };
  if (response.status === 401) return logInAndGoOn(entry);
  if (response.headers.get("X-Refused") === "token" && !renewed) return logInAndGoOn(entry, true);
  if (response.status >= 500 || LATER.has(response.status)) return delayedBy(response);
  return { ok: false, response, text };
}

async function logInAndGoOn(entry, isToken = false) {
  if (!(await logIn())) return { again: true, loggedOut: true, after: LONGEST_WAIT };
  renewToken();
  return send(entry, isToken);
}

function delayedBy(response) {
  const seconds = Number(response.headers.get("Retry-After"));
  return { again: true, failed: true, after: seconds > 0 ? Math.min(seconds, 600) * 1000 : undefined };
}

export function entryOf(form, submitter, kind) {
  const data = new FormData(form, submitter);
  data.delete("csrfmiddlewaretoken");
  const client = data.get("client_id");
  const [url, fields] = [new URL(form.action).pathname, [...data.entries()]];
  return { key: `${kind}.${client}.${Date.now()}`, client, kind, url, fields, person: person() };
}

for (const name of ["online", "preferee:entered", "preferee:retry"]) {
  (name === "online" ? window : document).addEventListener(name, () => wake());
}
