// On a phone, a table that is wider than its place is shown row by row, each cell under the name of its column.
// Without this the table scrolls sideways.
"use strict";

{
  const phone = window.matchMedia("(max-width: 760px)");
  const NOTHING = new Set(["", "–", "—"]);
  const LONG = 28;
  const FEW = 3;
  const ROLES = { THEAD: "rowgroup", TBODY: "rowgroup", TFOOT: "rowgroup", TR: "row", TD: "cell" };

  // The columns' names; null where cells span rows or columns of the head: such a table compares, and stays one.
  const columns = (table) => {
    const head = table.tHead ? [...table.tHead.rows] : [];
    const plain = head.length === 1 && ![...table.querySelectorAll("th, td")].some((cell) => cell.rowSpan > 1);
    if (!plain || [...head[0].cells].some((cell) => cell.colSpan > 1)) return null;
    return [...head[0].cells].map((cell) => cell.textContent.trim());
  };

  // What no longer looks like a table is still told as one to a screen reader.
  const nameRoles = (table) => {
    table.setAttribute("role", "table");
    for (const part of table.querySelectorAll("thead, tbody, tfoot, tr, td")) part.setAttribute("role", ROLES[part.tagName]);
    for (const cell of table.querySelectorAll("th")) {
      cell.setAttribute("role", cell.closest("thead") ? "columnheader" : "rowheader");
    }
  };

  const describe = (table, names) => {
    nameRoles(table);
    for (const row of table.querySelectorAll("tbody tr, tfoot tr")) {
      let column = 0;
      for (const cell of row.cells) {
        const told = cell.textContent.trim();
        cell.dataset.label = names[column] || "";
        cell.classList.toggle("blank", NOTHING.has(told) && !cell.querySelector("input, button, select, img, svg"));
        cell.classList.toggle("wide", told.length > LONG || cell.querySelector("form, input, select") !== null);
        column += cell.colSpan;
      }
    }
  };

  const arrange = () => {
    for (const place of document.querySelectorAll(".table-scroll")) {
      const table = place.querySelector(":scope > table.table:not(.difference, .grid-table)");
      if (!table) continue;
      table.classList.remove("stacked", "wrapped");
      const names = phone.matches && place.scrollWidth > place.clientWidth ? columns(table) : null;
      if (!names) continue;
      table.classList.toggle("wrapped", names.length <= FEW);
      if (place.scrollWidth <= place.clientWidth) continue;
      describe(table, names);
      table.classList.add("stacked");
    }
  };

  arrange();
  phone.addEventListener("change", arrange);
  document.addEventListener("htmx:afterSettle", arrange);
  document.addEventListener("toggle", arrange, true);
}
