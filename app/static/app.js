// Small conveniences; every page works without them.
"use strict";

// One open menu at a time, closed by a click elsewhere or Escape.
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

// <form data-confirm="text">: ask first. A form is sent once.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.confirm && !window.confirm(form.dataset.confirm)) {
    event.preventDefault();
  } else if (form.method === "post" && !form.hasAttribute("hx-post")) {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "1";
  }
});
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

// <button data-fill-NAME="value">: fill the fields of these names.
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-fill-username]");
  if (!button) return;
  for (const [key, value] of Object.entries(button.dataset)) {
    if (!key.startsWith("fill")) continue;
    const field = document.querySelector(`[name="${key.slice(4).toLowerCase()}"]`);
    if (field && value) field.value = value;
  }
  for (const other of document.querySelectorAll(".picked")) other.classList.remove("picked");
  button.classList.add("picked");
  const submit = document.querySelector(".sign-in-form [type=submit]");
  submit.focus();
  submit.scrollIntoView({ block: "nearest" });
});
