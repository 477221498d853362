// Times of day in the reader's own zone; the server writes UTC.

function localise(root) {
  for (const time of root.querySelectorAll('time[data-local="time"]')) {
    const at = new Date(time.dateTime);
    time.textContent = at.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  }
}

localise(document);
document.addEventListener("htmx:afterSettle", () => localise(document));
