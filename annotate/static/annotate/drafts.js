// The form as it stands: kept by this browser at every change, by the server a second later and when the page goes.

import { headers } from "../core/login.js";
import * as screens from "./screens.js";
import { read, write } from "./store.js";

const AFTER = 1000;
const LARGEST_LAST_WORD = 60_000;
// By the clock of the server, so that of two devices the later change is the one that stays.
const shift = screens.work() ? Number(screens.work().dataset.now) - Date.now() : 0;
const serverNow = () => Math.round(Date.now() + shift);

let due = null;
let sending = Promise.resolve();

const nameOf = (client) => `draft.${client}`;

function current() {
  const form = screens.form();
  if (!form || !screens.shown()) return null;
  const data = new FormData(form);
  for (const name of ["csrfmiddlewaretoken", "active_ms", "wall_ms"]) data.delete(name);
  return { client: screens.shown(), url: form.dataset.draft, fields: [...data.entries()], changed: serverNow() };
}

export const isBegun = (client = screens.shown()) => Boolean(read(nameOf(client))) || screens.work()?.dataset.begun === "";

// What the server has, or what is answered, needs no keeping here.
export function forget(client) {
  write(nameOf(client), null);
  if (client === screens.shown()) clearTimeout(due);
}

function changed(event) {
  if (event.target.form?.id === "answer-form") changedNow(); // the ranks of cards too, which stand elsewhere
}

export function changedNow() {
  const draft = current();
  if (!draft) return;
  screens.work().dataset.begun = "";
  write(nameOf(draft.client), draft);
  clearTimeout(due);
  due = setTimeout(save, AFTER);
}

// An answer that comes out of the box while its comparison is not on the screen: it is there when that is opened again.
export function keepAnswer({ client, kind, url, fields }) {
  if (kind === "answer") write(nameOf(client), { client, url: `${url}/draft`, fields, changed: serverNow() });
}

// One at a time: the last one wins.
function save() {
  clearTimeout(due);
  const draft = read(nameOf(screens.shown()));
  if (!draft) return sending;
  sending = sending.then(() => post(draft)).catch(() => {});
  return sending;
}

function bodyOf(draft) {
  const body = new FormData();
  for (const [name, value] of draft.fields) body.append(name, value);
  body.set("changed", String(draft.changed));
  return body;
}

async function post(draft, more = {}) {
  const response = await fetch(draft.url, { method: "POST", body: bodyOf(draft), headers: headers(), ...more });
  if (response.ok) {
    const { saved } = await response.json();
    if (read(nameOf(draft.client))?.changed === draft.changed) write(nameOf(draft.client), null);
    if (draft.client === screens.shown()) tell(saved);
  } else if ([409, 422].includes(response.status) && draft.client === screens.shown()) {
    screens.say((await response.json()).error);
  }
}

function tell(saved) {
  const time = document.createElement("time");
  time.dateTime = saved;
  time.textContent = new Date(saved).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  screens.say("saved ");
  document.getElementById("saved")?.append(time);
}

// The page goes, perhaps for good: what is not saved yet is sent without waiting for an answer.
function lastWord() {
  const draft = read(nameOf(screens.shown()));
  if (!draft) return;
  clearTimeout(due);
  const isSmall = JSON.stringify(draft.fields).length < LARGEST_LAST_WORD;
  post(draft, { keepalive: isSmall }).catch(() => {});
}

// Of cards, which are no part of what is replaced.
function placeRanks(fields) {
  const values = new Map(fields);
  for (const rank of document.querySelectorAll(".cards [data-rank]")) rank.value = values.get(rank.name) ?? "";
}

// What this browser kept while the server could not be reached is newer than what the page came with.
async function restore() {
  const draft = read(nameOf(screens.shown()));
  if (!draft) return;
  const saved = Number(screens.work().dataset.draftSaved || 0);
  if (draft.changed <= saved) return forget(draft.client);
  const body = bodyOf(draft);
  body.set("shown", "*");
  const response = await fetch(draft.url, { method: "POST", body, headers: headers() });
  if (!response.ok || draft.client !== screens.shown()) return;
  const answer = screens.parsed(await response.text()).getElementById("answer");
  if (!answer) return;
  placeRanks(draft.fields);
  screens.replaceAnswer(document.importNode(answer, true));
  screens.work().dataset.begun = "";
  forget(draft.client);
}

for (const name of ["input", "change"]) document.addEventListener(name, changed);
document.addEventListener("visibilitychange", () => document.hidden && lastWord());
addEventListener("pagehide", lastWord);
addEventListener("online", save);
document.addEventListener("preferee:entered", save);
if (screens.work()) restore().catch(() => {});
