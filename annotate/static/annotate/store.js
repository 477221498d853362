// What this browser keeps for a person until the server has it: answers not sent yet, and drafts. Other people who use
// the same browser have their own.

import { person } from "../core/login.js";

const memory = new Map();

const keyOf = (name) => `preferee.${name}.${person()}`;

// Private windows and full disks keep nothing: then it lasts as long as the page.
export function read(name) {
  const key = keyOf(name);
  if (memory.has(key)) return memory.get(key);
  try {
    return JSON.parse(localStorage.getItem(key) ?? "null");
  } catch {
    return null;
  }
}

export function write(name, value) {
  const key = keyOf(name);
  try {
    if (value === null) localStorage.removeItem(key);
    else localStorage.setItem(key, JSON.stringify(value));
    memory.delete(key);
  } catch {
    memory.set(key, value);
  }
}

export function change(name, how, otherwise) {
  write(name, how(read(name) ?? otherwise));
}
