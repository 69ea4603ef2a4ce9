// The pages work without it: it shows what belongs to an answer only when that answer is chosen, leads to what is wrong,
// and stops a second click. The radios of the design system are not set up: they put aria-expanded on a radio, which
// ARIA does not allow there.
import { Button, ErrorSummary, SkipLink, createAll } from "./nhsuk-frontend-10.6.1/nhsuk-frontend.min.js";

for (const component of [Button, ErrorSummary, SkipLink]) {
  createAll(component);
}

function show() {
  for (const input of document.querySelectorAll("input[data-aria-controls]")) {
    const part = document.getElementById(input.dataset.ariaControls);
    part.classList.toggle("nhsuk-radios__conditional--hidden", !input.checked);
  }
}

document.addEventListener("change", show);
window.addEventListener("pageshow", show); // what was chosen before one went back
show();
