// What happens to a request of htmx that does not come back well: the page and the answer in it stay as they are.

import { logIn } from "./login.js";

const OFFLINE = "The server cannot be reached. Your answer is still here: check the connection and submit it again.";
const SLOW = "The server did not answer in time. Your answer is still here: submit it again.";
const UNKNOWN = "The server refused this. Your answer is still here: reload the page if it happens again.";

// A part of a page that looks again by itself has nothing that could be lost.
const AWAY = "The server cannot be reached. The page goes on by itself when it can be again.";
const ENTERED = "You are logged in again. Send it once more.";
const LOGGED_OUT = "You were logged out. Log in again and reload the page to go on watching.";

function tell(sentence) {
  const notice = document.getElementById("notice");
  notice.textContent = sentence;
  notice.hidden = !sentence;
}

function sentenceIn(html) {
  const page = new DOMParser().parseFromString(html, "text/html");
  return page.querySelector("[data-sentence]")?.textContent.trim();
}

// Logging in elsewhere renews the token: the cookie knows the current one, this page the old one.
document.addEventListener("htmx:configRequest", (event) => {
  const token = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1];
  if (!token) return;
  event.detail.headers["X-CSRFToken"] = token;
  if (event.detail.formData.has("csrfmiddlewaretoken")) event.detail.formData.set("csrfmiddlewaretoken", token);
});

const onlyReads = (event) => event.detail.requestConfig?.verb === "get";

document.addEventListener("htmx:beforeRequest", (event) => {
  // What somebody has opened in a part that looks again by itself stays open, and as it is.
  if (event.detail.elt.matches("[data-still]:has(details[open])")) event.preventDefault();
  else if (!onlyReads(event)) tell("");
});
document.addEventListener("htmx:afterOnLoad", (event) => onlyReads(event) && event.detail.successful && tell(""));
document.addEventListener("htmx:sendError", (event) => tell(onlyReads(event) ? AWAY : OFFLINE));
document.addEventListener("htmx:timeout", (event) => tell(onlyReads(event) ? AWAY : SLOW));
document.addEventListener("htmx:responseError", (event) => {
  const { xhr } = event.detail;
  if (xhr.status === 401 && onlyReads(event)) tell(LOGGED_OUT);
  else if (xhr.status === 401) logIn().then((entered) => entered && tell(ENTERED));
  else tell(sentenceIn(xhr.responseText) || (onlyReads(event) ? AWAY : UNKNOWN));
});
