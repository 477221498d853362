// Log in again without leaving the page, as the person whose page it is.

const AWAY = "The server cannot be reached. Check the connection, then log in again.";
const BROKEN = "The server did not answer as it should. Try again in a minute.";

let waiting = null;

export const person = () => document.body.dataset.person ?? "";
export const token = () => document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1] ?? "";

// What every request of this page says: whose page it is, and that it is ours.
export const headers = () => ({ "HX-Request": "true", "X-CSRFToken": token(), "X-Person": person() });

export function renewToken() {
  const body = document.body;
  body.setAttribute("hx-headers", JSON.stringify({ "X-CSRFToken": token(), "X-Person": person() }));
  for (const field of document.querySelectorAll("[name=csrfmiddlewaretoken]")) field.value = token();
}

async function ask(options = {}) {
  const form = document.querySelector("#login-again form");
  const sent = { headers: { Accept: "application/json", "X-CSRFToken": token() }, redirect: "error", ...options };
  const response = await fetch(form.action, sent);
  if (!response.headers.get("Content-Type")?.startsWith("application/json")) return { error: BROKEN };
  return response.json();
}

function another(name) {
  return `${name} is logged in here now, and this page is another person's. Log out there first, or reload this page.`;
}

// Whether the person of this page is logged in when it is over; the dialog opens only where they are not already.
export function logIn() {
  waiting ??= begin().finally(() => (waiting = null));
  return waiting;
}

async function begin() {
  const dialog = document.getElementById("login-again");
  const form = dialog.querySelector("form");
  const error = dialog.querySelector(".error");
  // It asks for the cookie that the form needs, too.
  const found = await ask().catch(() => ({ error: AWAY }));
  if (found.person === person()) return entered();
  error.textContent = found.person ? another(found.name) : (found.error ?? "");
  if (!dialog.open) dialog.showModal();
  form.elements.password.focus();
  return new Promise((resolve) => {
    const send = async (event) => {
      event.preventDefault();
      const body = new FormData(form);
      body.delete("csrfmiddlewaretoken"); // that of the session before; the header has that of now
      const answer = await ask({ method: "POST", body }).catch(() => ({ error: AWAY }));
      form.elements.password.value = "";
      if (answer.person === person()) return dialog.close("entered");
      error.textContent = answer.person ? another(answer.name) : answer.error;
      form.elements.password.focus();
    };
    form.addEventListener("submit", send);
    dialog.addEventListener("close", () => {
      form.removeEventListener("submit", send);
      resolve(dialog.returnValue === "entered" && entered());
      dialog.returnValue = "";
    }, { once: true });
  });
}

function entered() {
  renewToken();
  document.dispatchEvent(new CustomEvent("preferee:entered"));
  return true;
}
