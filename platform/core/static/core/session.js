// What happens to a request of htmx that does not come back well: the page and the answer in it stay as they are.

const OFFLINE = "The server cannot be reached. Your answer is still here: check the connection and submit it again.";
const SLOW = "The server did not answer in time. Your answer is still here: submit it again.";
const UNKNOWN = "The server refused this. Your answer is still here: reload the page if it happens again.";

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

document.addEventListener("htmx:beforeRequest", () => tell(""));
document.addEventListener("htmx:sendError", () => tell(OFFLINE));
document.addEventListener("htmx:timeout", () => tell(SLOW));
document.addEventListener("htmx:responseError", ({ detail: { xhr } }) => {
  if (xhr.status === 401) document.getElementById("login-again").showModal();
  else tell(sentenceIn(xhr.responseText) || UNKNOWN);
});
