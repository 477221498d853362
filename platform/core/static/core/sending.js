// A file goes to the server in parts. What has arrived stays there, so that a lost connection or a reloaded page costs
// at most one part: the same file is chosen again, and the rest follows.

const form = document.getElementById("sending");
const input = form.querySelector("input[type=file]");
const error = document.getElementById("sending-error");
const bar = form.querySelector("progress");
const send = document.getElementById("send");
const stop = document.getElementById("stop");
const PART = Number(form.dataset.part);
const LONGEST_WAIT = 30_000;
const AWAY = "The server cannot be reached. Sending goes on by itself when it can be again.";
const LOGGED_OUT = "You were logged out. Log in again in a new tab, then go on here: what has arrived is kept.";
const OTHER = "This is another file: its size differs. Choose the one that was begun.";

let stopped = null;

class Refused extends Error {}

// Logging in elsewhere renews the token: the cookie knows the current one.
function token() {
  return document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1] ?? form.elements.csrfmiddlewaretoken.value;
}

async function ask(address, options) {
  const headers = { Accept: "application/json", "X-CSRFToken": token(), "HX-Request": "true", ...options.headers };
  const answer = await fetch(address, { ...options, headers, signal: stopped.signal, redirect: "error" });
  if (answer.status === 401) throw new Refused(LOGGED_OUT);
  if (answer.status >= 500) throw new TypeError("The server is busy.");
  const said = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Refused(said.sentence ?? "The server refused the file. Reload the page and choose it again.");
  return said;
}

// Again and again where the connection is the matter, less often each time; what the server refuses is told at once.
async function insist(address, options) {
  for (let wait = 1_000; ; wait = Math.min(2 * wait, LONGEST_WAIT)) {
    try {
      const said = await ask(address, options);
      tell("");
      return said;
    } catch (failure) {
      if (failure instanceof Refused || failure.name === "AbortError") throw failure;
      tell(AWAY);
      await pause(wait);
    }
  }
}

function pause(milliseconds) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, milliseconds);
    window.addEventListener("online", resolve, { once: true });
    stopped.signal.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(stopped.signal.reason);
    });
  });
}

function tell(sentence) {
  error.textContent = sentence;
}

function megabytes(bytes) {
  return (bytes / 1e6).toFixed(1);
}

function show(file, received) {
  form.querySelector(".sending-name").textContent = file.name;
  form.querySelector(".sending-far").textContent = `${megabytes(received)} of ${megabytes(file.size)} MB`;
  bar.value = file.size ? received / file.size : 0;
}

function isSending(yes) {
  form.querySelector(".sending").hidden = !yes;
  document.getElementById("sending-about").hidden = yes;
  stop.hidden = !yes;
  send.disabled = yes;
  input.disabled = yes;
}

function isOther(file) {
  const { size } = form.dataset;
  return size !== undefined && Number(size) !== file.size;
}

// The server knows a file that was begun by its name, its size and the time of its last change.
async function begin(file) {
  const about = new FormData();
  for (const [name, value] of Object.entries({ name: file.name, size: file.size, mark: file.lastModified })) {
    about.append(name, value);
  }
  return insist(form.action, { method: "POST", body: about });
}

async function sendAll(file) {
  let { address, received } = await begin(file);
  show(file, received);
  for (let idle = 0; received < file.size && idle < 5; ) {
    const part = await file.slice(received, received + PART).arrayBuffer();
    const headers = { "X-Offset": String(received), "Content-Type": "application/octet-stream" };
    const said = await insist(address, { method: "PUT", body: part, headers });
    idle = said.received > received ? 0 : idle + 1;
    received = said.received;
    show(file, received);
  }
  if (received < file.size) throw new Refused("The server does not take the file. Remove it from the list and send it again.");
  location.assign(address);
}

async function start(file) {
  if (!file) return tell("Choose a file first.");
  if (isOther(file)) return tell(OTHER);
  tell("");
  stopped = new AbortController();
  isSending(true);
  try {
    await sendAll(file);
  } catch (failure) {
    isSending(false);
    if (failure instanceof Refused) tell(failure.message);
    else if (failure.name === "AbortError") tell("Stopped. What has arrived is kept: send the same file to go on.");
    else tell("The file cannot be read here any more. Choose it again.");
  }
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  start(input.files[0]);
});

stop.addEventListener("click", () => stopped.abort());

for (const kind of ["dragenter", "dragover"]) {
  form.addEventListener(kind, (event) => {
    event.preventDefault();
    form.toggleAttribute("data-over", true);
  });
}
form.addEventListener("dragleave", (event) => {
  if (!form.contains(event.relatedTarget)) form.toggleAttribute("data-over", false);
});
form.addEventListener("drop", (event) => {
  event.preventDefault();
  form.toggleAttribute("data-over", false);
  if (input.disabled || !event.dataTransfer.files.length) return;
  input.files = event.dataTransfer.files;
  start(input.files[0]);
});
