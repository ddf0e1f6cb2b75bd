// Shows and hides the parts of a form while one types. The server decides the same again.
"use strict";

(() => {
  const tests = {
    equal: (a, b) => (a ?? null) === (b ?? null),
    unequal: (a, b) => (a ?? null) !== (b ?? null),
    matches: (a, b) => (Array.isArray(b) && !Array.isArray(a) ? b.includes(a) : a === b),
    holds: (a) => a === true,
    not: (a) => a !== true,
    negated: (a) => a !== true,
    "list contains": (list, item) => Array.isArray(list) && list.includes(item),
  };

  // The value of a condition's tree; undefined where only the server can tell.
  function valueOf(tree, values) {
    const [kind, first, second, third] = tree;
    if (kind === "literal") return first;
    if (kind === "name") return values.has(first) ? values.get(first) : undefined;
    if (kind === "list") return first.map((part) => valueOf(part, values));
    if (kind === "if") return valueOf(valueOf(first, values) === true ? second : third, values);
    if (kind === "and" || kind === "or") {
      const parts = tree.slice(1).map((part) => valueOf(part, values));
      if (parts.includes(kind === "or")) return kind === "or";
      return parts.includes(undefined) ? undefined : kind === "and";
    }
    if (kind !== "call" || !(first in tests)) return undefined;
    const given = second.map((part) => valueOf(part, values));
    return given.includes(undefined) ? undefined : tests[first](...given);
  }

  function typed(form) {
    const values = new Map();
    for (const field of form.querySelectorAll("[name]")) {
      const many = field.type === "checkbox" && field.value !== "true";
      if (many && !values.has(field.name)) values.set(field.name, []);
      if (field.type === "radio" || field.type === "checkbox") {
        if (!values.has(field.name)) values.set(field.name, field.type === "checkbox" ? false : null);
        if (!field.checked) continue;
        if (many) values.get(field.name).push(field.value);
        else values.set(field.name, field.type === "checkbox" ? true : field.value);
      } else {
        values.set(field.name, field.value === "" ? null : field.value);
      }
    }
    return values;
  }

  function refresh(form) {
    const values = typed(form);
    for (const part of form.querySelectorAll("[data-hide-when]")) {
      const hide = valueOf(JSON.parse(part.dataset.hideWhen), values);
      // What depends on facts of the case only the server knows; it has said so.
      part.hidden = hide === undefined ? "hidden" in part.dataset : hide === true;
    }
    for (const part of form.querySelectorAll("[data-required-when]")) {
      const required = valueOf(JSON.parse(part.dataset.requiredWhen), values);
      const label = part.querySelector(".form-label");
      if (label && required !== undefined) label.classList.toggle("required", required === true);
    }
  }

  function start(root) {
    for (const form of root.querySelectorAll("[data-form]")) refresh(form);
  }

  document.addEventListener("input", (event) => {
    const form = event.target.closest("[data-form]");
    if (form) refresh(form);
  });
  document.addEventListener("htmx:load", (event) => start(event.target.parentNode ?? document));
  start(document);
})();
