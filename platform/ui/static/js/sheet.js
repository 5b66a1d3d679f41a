// Line items as a sheet: Enter goes down and adds a row, rows are removed and restored, and what was copied
// from a spreadsheet is pasted over cells. Without it, buttons of the form add and remove rows.
(() => {
  "use strict";

  const cells = (row) => [...row.querySelectorAll("[data-cell]")];
  const rows = (sheet) => [...sheet.querySelectorAll("[data-rows] > tr")];
  const field = (cell) => cell.querySelector("input:not([type=hidden]):not([data-native]), select, textarea");

  let added = 0;
  function add(sheet) {
    added += 1;
    const html = sheet.querySelector("template").innerHTML.replaceAll("__row__", `n${Date.now().toString(36)}${added}`);
    const body = sheet.querySelector("[data-rows]");
    body.insertAdjacentHTML("beforeend", html);
    window.htmx?.process(body.lastElementChild);
    return body.lastElementChild;
  }

  function changed(element) {
    element.dispatchEvent(new Event("change", { bubbles: true }));
  }

  function remove(button) {
    const sheet = button.closest("[data-sheet]");
    const row = button.closest("tr");
    const next = row.nextElementSibling || row.previousElementSibling;
    row.remove();
    (next ? field(cells(next)[0]) : sheet.querySelector("[data-add]")).focus();
    changed(sheet.querySelector("[data-marker]"));
  }

  function down(cell) {
    const sheet = cell.closest("[data-sheet]");
    const row = cell.closest("tr");
    const place = cells(row).indexOf(cell);
    const next = row.nextElementSibling || add(sheet);
    field(cells(next)[place])?.focus();
  }

  function paste(event, cell) {
    const text = event.clipboardData.getData("text/plain").replace(/\r?\n$/, "");
    if (!/[\t\n]/.test(text)) return;
    event.preventDefault();
    const sheet = cell.closest("[data-sheet]");
    const start = cells(cell.closest("tr")).indexOf(cell);
    let row = cell.closest("tr");
    for (const line of text.split(/\r?\n/)) {
      row = row || add(sheet);
      line.split("\t").forEach((value, offset) => {
        const target = cells(row)[start + offset];
        if (target) write(target, value.trim());
      });
      row = row.nextElementSibling;
    }
    changed(sheet.querySelector("[data-marker]"));
  }

  function write(cell, value) {
    const input = field(cell);
    if (!input) return;
    if (input.type === "checkbox") input.checked = /^(true|yes|x|1)$/i.test(value);
    else if (input.tagName === "SELECT") choose(input, value);
    else input.value = value;
    input.dispatchEvent(new Event("input", { bubbles: true }));
  }

  function choose(select, text) {
    const wanted = text.toLowerCase();
    const option = [...select.options].find((o) => o.value.toLowerCase() === wanted || o.text.toLowerCase() === wanted);
    if (option) select.value = option.value;
  }

  document.addEventListener("click", (event) => {
    const adder = event.target.closest("[data-sheet] [data-add]");
    if (adder) {
      event.preventDefault();
      field(cells(add(adder.closest("[data-sheet]")))[0])?.focus();
    }
    const remover = event.target.closest("[data-sheet] [data-remove]");
    if (remover) {
      event.preventDefault();
      remove(remover);
    }
  });

  document.addEventListener("keydown", (event) => {
    const cell = event.target.closest?.("[data-sheet] [data-cell]");
    if (!cell || event.key !== "Enter" || event.defaultPrevented || event.ctrlKey || event.metaKey) return;
    if (event.target.matches("button, textarea")) return;
    event.preventDefault();
    down(cell);
  });

  document.addEventListener("paste", (event) => {
    const cell = event.target.closest?.("[data-sheet] [data-cell]");
    if (cell) paste(event, cell);
  });
})();
