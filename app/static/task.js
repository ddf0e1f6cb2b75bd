// The task page: tells when a draft could not be kept, and leads to what was refused.
"use strict";

document.body.addEventListener("htmx:beforeSwap", (event) => {
  // The answer to a draft is shown whatever its status: a refusal must not go unseen.
  if (event.detail.target.matches(".draft-note") && event.detail.xhr.getResponseHeader("Content-Type")?.startsWith("text/html")) {
    event.detail.shouldSwap = true;
    event.detail.isError = false;
  }
});

// One of the further actions at a time.
document.addEventListener("toggle", (event) => {
  if (!event.target.open || !event.target.closest(".other-actions")) return;
  for (const other of document.querySelectorAll(".other-actions details[open]")) {
    if (other !== event.target) other.open = false;
  }
}, true);

window.addEventListener("load", () => {
  const wrong = document.querySelector(".wrong :is(input, textarea, select)");
  const refusal = document.getElementById("refusal");
  if (wrong) wrong.focus();
  (wrong?.closest(".wrong") ?? refusal)?.scrollIntoView({ block: "center" });
});

// On a phone the way to the answer is shown while the answer is out of sight.
const shortcut = document.querySelector(".to-decision");
if (shortcut) {
  new IntersectionObserver(([answer]) => {
    shortcut.hidden = answer.isIntersecting;
  }).observe(document.getElementById("decision"));
}
