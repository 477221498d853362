// The guidelines beside the work: whoever opens them has read what is new.

import { headers } from "../core/login.js";

const drawer = document.getElementById("guidelines");

function read() {
  for (const mark of document.querySelectorAll(".changed-mark")) mark.remove();
  const body = new URLSearchParams({ version: drawer.dataset.version });
  fetch(drawer.dataset.read, { method: "POST", body, headers: headers() }).catch(() => {});
}

if (drawer.dataset.read) new MutationObserver(() => drawer.open && read()).observe(drawer, { attributeFilter: ["open"] });
