// A new project begins in the time zone of the browser, as far as the list knows it.

const field = document.querySelector("[data-own-zone]");
const own = Intl.DateTimeFormat().resolvedOptions().timeZone;

if (field && [...field.list.options].some((option) => option.value === own)) field.value = own;
