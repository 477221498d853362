// A button that copies what a field holds; without this, the field is selected and copied by hand.

const SHOWN_FOR = 2000;

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copies]");
  if (!button) return;
  const field = document.getElementById(button.dataset.copies);
  field.select();
  const words = button.textContent;
  try {
    await navigator.clipboard.writeText(field.value);
    button.textContent = "Copied";
  } catch {
    button.textContent = "Press Ctrl+C"; // no clipboard without HTTPS: what is to be copied is selected
  }
  setTimeout(() => { button.textContent = words; }, SHOWN_FOR);
});
