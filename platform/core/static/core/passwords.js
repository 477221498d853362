// A button that shows what is typed into a password field, and hides it again.

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-shows]");
  if (!button) return;
  const field = document.getElementById(button.dataset.shows);
  const shows = field.type === "password";
  field.type = shows ? "text" : "password";
  button.setAttribute("aria-pressed", String(shows));
  button.textContent = shows ? "Hide password" : "Show password";
});

// A password that is left visible would be kept by the browser as if it were a name.
document.addEventListener("submit", (event) => {
  for (const button of event.target.querySelectorAll('[data-shows][aria-pressed="true"]')) {
    document.getElementById(button.dataset.shows).type = "password";
  }
});
