// The change editor made pleasant: rows without a round trip, a pasted block, marks on what differs.
// Everything works without it: the same buttons then go to the server.
"use strict";

(() => {
  const form = document.getElementById("step-form");
  if (!form) return;
  let saved = !document.querySelector("[data-asked]");
  // A row came or went by the server: go on where it did.
  document.querySelector("[data-asked]")?.scrollIntoView({ block: "start" });

  const touched = () => {
    saved = false;
    form.dispatchEvent(new CustomEvent("retell"));
  };
  form.addEventListener("input", touched);
  form.addEventListener("change", touched);
  form.addEventListener("submit", () => { saved = true; });
  window.addEventListener("beforeunload", (event) => {
    if (!saved) event.preventDefault();
  });

  // Faults beside their fields, as the server sees what is typed; only where somebody has been already.
  const visited = new WeakSet();
  form.addEventListener("focusout", (event) => {
    const place = event.target.closest("[data-pointer], .field");
    if (place) { visited.add(place); form.dispatchEvent(new CustomEvent("retell")); }
  });
  const placeOf = (pointer) => {
    for (let at = pointer; at; at = at.slice(0, at.lastIndexOf("/"))) {
      const found = form.querySelector(`[data-pointer="${CSS.escape(at)}"]`)
        || form.querySelector(`[name="${CSS.escape(at.slice(1))}"]`)?.closest(".field, [data-pointer]");
      if (found) return found;
    }
    return null;
  };
  const say = (place, text) => {
    let line = [...place.children].find((child) => child.classList.contains("field-error"));
    line ||= place.querySelector(":scope > .pair-new > .field-error");
    if (!line) {
      line = document.createElement("p");
      line.className = "field-error";
      place.append(line);
    }
    line.textContent = text;
    line.hidden = !text;
    place.classList.toggle("wrong", Boolean(text));
  };
  document.body.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target.id !== "outlook") return;
    const faults = new Map();
    for (const item of document.querySelectorAll("#faults [data-fault]")) {
      const place = placeOf(item.dataset.fault);
      if (place && !faults.has(place)) faults.set(place, item.textContent);
    }
    for (const place of form.querySelectorAll(".wrong")) if (!faults.has(place)) say(place, "");
    for (const [place, text] of faults) if (visited.has(place)) say(place, text);
    const marks = new Set([...document.querySelectorAll("#changed [data-changed]")].map((i) => i.dataset.changed));
    for (const place of form.querySelectorAll("[data-pointer]")) {
      if (place.matches(".pair, .cell")) place.classList.toggle("changed", marks.has(place.dataset.pointer));
    }
  });

  // Rows come and go here; the server numbers them anew when the step is saved.
  const nextPlace = (grid) => Math.max(-1, ...[...grid.querySelectorAll("[data-place]")].map((r) => +r.dataset.place)) + 1;
  const addRow = (grid) => {
    const body = grid.querySelector("tbody");
    const template = grid.querySelector(":scope > template");
    if (!body || !template) return null;
    const place = nextPlace(grid);
    const row = template.content.querySelector("tr").cloneNode(true);
    const from = `${grid.dataset.grid}/0`;
    row.dataset.place = place;
    for (const part of row.querySelectorAll("[name], [data-pointer], [id], [value]")) {
      for (const name of ["name", "data-pointer", "value"]) {
        const text = part.getAttribute(name);
        if (text && text.includes(from)) part.setAttribute(name, text.replace(from, `${grid.dataset.grid}/${place}`));
      }
      if (part.id) part.id += `-${place}`;
    }
    body.append(row);
    return row;
  };
  form.addEventListener("click", (event) => {
    const button = event.target.closest("button[name=go]");
    const [verb] = (button?.value || "").split(":");
    const grid = button?.closest("[data-grid]");
    if (!grid || grid.classList.contains("grid-cards")) return;
    if (verb === "add") {
      const row = addRow(grid);
      if (!row) return;
      event.preventDefault();
      row.querySelector("input:not([type=hidden]), select")?.focus();
    } else if (verb === "drop" && !button.closest("template")) {
      const row = button.closest("tr");
      // A live row that goes must be seen as gone, and come back: that is the server's to show.
      if (!row || !row.classList.contains("fresh")) { saved = true; return; }
      event.preventDefault();
      row.remove();
      touched();
    }
  });
  new MutationObserver((changes) => {
    for (const change of changes) for (const node of change.addedNodes) node.classList?.add("fresh");
  }).observe(form, { childList: true, subtree: true });

  // A block copied from a spreadsheet, pasted into a cell, fills the cells to its right and below.
  const fill = (cell, text) => {
    const field = cell.querySelector("select:not(.day-count), input:not([type=hidden])");
    if (!field) return;
    if (field.tagName === "SELECT") {
      const wanted = text.trim().toLowerCase();
      const option = [...field.options].find((o) => o.value.toLowerCase() === wanted || o.text.trim().toLowerCase() === wanted);
      if (option) field.value = option.value;
    } else {
      field.value = text.trim();
    }
    visited.add(cell);
  };
  form.addEventListener("paste", (event) => {
    const cell = event.target.closest("td.cell");
    const text = event.clipboardData?.getData("text/plain") || "";
    if (!cell || !/[\t\n]/.test(text.trimEnd())) return;
    event.preventDefault();
    const grid = cell.closest("[data-grid]");
    const first = [...cell.parentElement.children].indexOf(cell);
    let row = cell.parentElement;
    for (const line of text.replace(/\r/g, "").trimEnd().split("\n")) {
      row ||= addRow(grid);
      line.split("\t").forEach((part, n) => {
        const target = row.children[first + n];
        if (target?.classList.contains("cell")) fill(target, part);
      });
      row = row.nextElementSibling?.classList.contains("grid-row") ? row.nextElementSibling : null;
    }
    touched();
  });
})();
