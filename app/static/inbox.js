// The inbox by keyboard: J and K walk the list, Enter opens, C claims. Everything works without it.
"use strict";

(() => {
  const list = document.getElementById("list");
  const preview = document.getElementById("preview");
  let chosen = null;

  const rows = () => [...list.querySelectorAll(".task-row")];
  const wide = () => preview && getComputedStyle(preview).display !== "none";

  function choose(row, follow = true) {
    if (!row) return;
    for (const other of rows()) other.classList.toggle("chosen", other === row);
    chosen = row.dataset.task;
    if (follow) {
      row.querySelector(".task-link").focus({ preventScroll: true });
      row.scrollIntoView({ block: "nearest" });
    }
    if (wide()) htmx.trigger(row, "preview");
  }

  const current = () => rows().find((row) => row.dataset.task === chosen);

  function walk(step) {
    const all = rows();
    const at = all.indexOf(current());
    choose(all[Math.min(Math.max(at + step, 0), all.length - 1)]);
  }

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input:not([type=checkbox]), select, textarea, [contenteditable]")) return;
    const key = event.key.toLowerCase();
    if (key === "j") walk(1);
    else if (key === "k") walk(-1);
    else if (key === "c") current()?.querySelector(".btn-claim")?.click();
    else if (key === "enter" && event.target === document.body) current()?.querySelector(".task-link").click();
    else return;
    event.preventDefault();
  });

  // A press anywhere on a row shows it beside the list; its link opens it.
  list.addEventListener("click", (event) => {
    const row = event.target.closest(".task-row");
    if (row && !event.target.closest("a, button, input, label")) choose(row, false);
  });
  list.addEventListener("focusin", (event) => {
    const row = event.target.closest(".task-row");
    if (row && row.dataset.task !== chosen) choose(row, false);
  });
  list.addEventListener("change", (event) => {
    if (!event.target.matches("[data-mark-all]")) return;
    for (const box of list.querySelectorAll("input[name=task]")) box.checked = event.target.checked;
  });

  // After a claim the list is new: stay where one was.
  document.body.addEventListener("htmx:afterSwap", (event) => {
    if (event.target === list) choose(current() ?? rows()[0], false);
  });
  document.body.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.target === preview && event.detail.xhr.status === 404) preview.textContent = "";
  });

  for (const field of document.querySelectorAll("[data-submit]")) {
    field.addEventListener("change", () => field.form.requestSubmit());
  }
  // Browsers that cannot show a closed <details> by style: open it where there is room.
  if (!CSS.supports("selector(::details-content)") && matchMedia("(min-width: 900px)").matches) {
    document.querySelector(".filters").open = true;
  }
  window.addEventListener("load", () => choose(rows()[0], false));
})();
