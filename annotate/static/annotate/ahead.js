// The next comparison, fetched while this one is answered and kept inert: no image of it loads, nothing in it runs.

import { headers } from "../core/login.js";
import * as screens from "./screens.js";

const IDLE = 60_000;
const SIGNS = ["pointerdown", "keydown", "input"];

let next = null;
let fetching = null;
let lastSign = 0;
let emptyUntil = 0;

const isFresh = () => next && Date.now() < next.until;

function sign() {
  lastSign = Date.now();
  fetchNext();
}

function fetchNext() {
  const address = screens.work()?.dataset.ahead;
  if (!address || isFresh() || next?.isLeft || fetching || !navigator.onLine || Date.now() < emptyUntil) return;
  fetching = load(address).catch(() => (emptyUntil = Date.now() + 5_000)).finally(() => (fetching = null));
}

async function load(address) {
  const response = await fetch(address, { headers: headers() });
  if (response.status !== 200) return (emptyUntil = Date.now() + 15_000);
  const [content, seconds] = [screens.parsed(await response.text()), Number(response.headers.get("X-Reserved-Seconds"))];
  const node = content.getElementById("work");
  if (!node?.dataset.client || node.dataset.client === screens.shown()) return;
  hold(node, seconds);
}

function hold(node, seconds, isLeft = false) {
  clearTimeout(next?.timer);
  const lapse = () => {
    if (next?.node === node) next = null;
    if (!document.hidden && Date.now() - lastSign < IDLE) fetchNext();
  };
  next = { node, isLeft, until: Date.now() + seconds * 1000 - 1000, timer: setTimeout(lapse, Math.max(seconds * 1000 - 1000, 0)) };
}

// One that was shown and left again, with what was begun in it: it comes next.
export const putBack = (node) => hold(node, 1800, true);

export const isReady = () => Boolean(isFresh());

export function take() {
  if (!isFresh()) return null;
  clearTimeout(next.timer);
  const node = next.isLeft ? next.node : document.importNode(next.node, true);
  next = null;
  emptyUntil = 0;
  return node;
}

export function clear() {
  clearTimeout(next?.timer);
  next = null;
  emptyUntil = 0;
}

for (const name of SIGNS) document.addEventListener(name, sign, { capture: true, passive: true });
