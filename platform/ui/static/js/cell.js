// Cells of the list: the arrows walk them; Enter, F2 or a double click opens one, leaving it saves, Escape gives it back.
// The server draws the control, and the row anew after saving; what it refuses is said in the cell.
(() => {
  "use strict";
  const cellOf = (target) => target?.closest?.("#rows > [data-row] > :is(td, th):not(.pick)");
  const cellsOf = (row) => [...row.children].slice(1);
  const headOf = (cell) => document.querySelector(`#list thead tr`)?.children[cell.cellIndex];
  const idOf = (row) => row.querySelector('input[name="id"]').value;
  const rowOf = (id) => document.querySelector(`#rows input[name="id"][value="${CSS.escape(id)}"]`)?.closest("tr");
  const open = () => document.getElementById("cell-open");
  let was = null; // the open cell as it was, what is typed in it so far, and what was typed ahead of it

  function path(row, rest) {
    const here = new URL(document.getElementById("list").dataset.here, location.href);
    return `${here.pathname}/${idOf(row)}/${rest}${here.search}`;
  }

  function focus(cell) {
    if (!cell) return;
    const link = cell.matches(".name") && cell.querySelector("a");
    if (!link) cell.tabIndex = -1;
    (link || cell).focus();
    cell.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  // The body asks, so that the form around the table does not come along. A line that is down is told by the frame.
  const ask = (verb, address, how) => htmx.ajax(verb, address, { source: document.body, ...how }).catch(() => {});

  // Opening
  async function edit(cell) {
    const head = headOf(cell), row = cell.parentElement;
    if (!head?.hasAttribute("data-editable") || open()) return;
    was = { html: cell.innerHTML, typed: "", ahead: "" };
    cell.id = "cell-open";
    await ask("GET", path(row, `cell/${head.dataset.field}`), { target: cell, swap: "innerHTML" });
    if (!cell.querySelector("[data-cell]")) return close(cell);
    was.typed = typed(cell).toString();
    enter(cell, was.ahead);
    if (was.then === "Enter") save(cell, cell);
    if (was.then === "Escape") close(cell, true);
  }
  function enter(cell, ahead = "") {
    const inputs = "input:not([type=hidden]):not([data-native]), select, textarea";
    const input = cell.querySelector(`.field :is(${inputs})`) ?? cell.querySelector(inputs);
    input?.focus();
    if (!input?.matches("input:not([type=checkbox]), textarea")) return;
    input.select();
    if (!ahead) return;
    input.value = ahead;
    input.dispatchEvent(new Event("input", { bubbles: true }));
  }
  // Who types on before the control is there loses no letter, and presses no key of the page.
  document.addEventListener("keydown", (event) => {
    if (!open() || open().querySelector("[data-cell]") || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (event.key.length === 1) was.ahead += event.key;
    else if (["Enter", "Escape"].includes(event.key)) was.then = event.key;
  }, true);
  function typed(cell) {
    const form = new FormData();
    for (const each of cell.querySelectorAll("input, select, textarea")) {
      if (each.name && (each.checked || !["checkbox", "radio"].includes(each.type))) form.append(each.name, each.value);
    }
    return new URLSearchParams(form);
  }

  // Leaving
  function close(cell, back = false) {
    if (cell.querySelector("[data-cell]")) cell.innerHTML = was.html;
    cell.removeAttribute("id");
    was = null;
    if (back) focus(cell);
  }
  async function save(cell, next = null) {
    if (was.busy) return;
    const now = typed(cell).toString();
    if (now === was.typed) return close(cell, next === cell);
    was.busy = true;
    const row = cell.parentElement, id = idOf(row), place = cell.cellIndex;
    const go = next && { id: idOf(next.parentElement), place: next.cellIndex };
    const address = path(row, `cell/${headOf(cell).dataset.field}`);
    const values = new FormData();
    for (const [name, value] of typed(cell)) values.append(name, value);
    await ask("PUT", address, { target: row, swap: "outerHTML", values });
    if (cell.isConnected && was) { // refused, or the line is down: what was typed stays
      was.busy = false;
      if (cell.querySelector("[aria-invalid], .problem, [role=alert]")) was.typed = typed(cell).toString();
      return enter(cell);
    }
    was = null;
    if (go) focus(rowOf(go.id)?.children[go.place]);
    else if (document.activeElement === document.body) focus(rowOf(id)?.children[place]);
  }
  document.addEventListener("focusout", (event) => {
    const cell = open();
    if (!cell?.contains(event.target) || cell.contains(event.relatedTarget)) return;
    setTimeout(() => { if (open() === cell && !cell.contains(document.activeElement) && document.hasFocus()) save(cell); });
  });

  // Mouse and keys
  document.addEventListener("dblclick", (event) => {
    const cell = cellOf(event.target);
    if (!cell || event.target.closest("a, [data-cell]")) return;
    window.getSelection()?.removeAllRanges();
    edit(cell);
  });
  document.addEventListener("keydown", (event) => {
    const cell = cellOf(event.target);
    if (!cell || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (cell === open()) return inside(event, cell);
    const cells = cellsOf(cell.parentElement), at = cells.indexOf(cell);
    const row = new Map([["ArrowDown", "nextElementSibling"], ["ArrowUp", "previousElementSibling"]]).get(event.key);
    const next = new Map([["ArrowRight", cells[at + 1]], ["ArrowLeft", cells[at - 1]]]).get(event.key) ?? (row && cell.parentElement[row]?.children[cell.cellIndex]);
    const opens = event.key === "F2" || (event.key === "Enter" && event.target === cell);
    if (!next && !opens) return;
    event.preventDefault();
    if (opens) edit(cell);
    else focus(next);
  });
  function inside(event, cell) {
    if (event.key === "Escape") { event.preventDefault(); event.stopPropagation(); close(cell, true); }
    if (event.key === "Enter" && !event.shiftKey) { event.preventDefault(); save(cell, cell); }
    if (event.key === "Tab" && !event.target.closest(".checks")) {
      const cells = cellsOf(cell.parentElement), next = cells[cells.indexOf(cell) + (event.shiftKey ? -1 : 1)];
      if (next) { event.preventDefault(); save(cell, next); }
    }
  }

  // A row that changed elsewhere, as by undo, is drawn again.
  document.addEventListener("rowchanged", (event) => {
    const row = rowOf(event.detail.id);
    if (row) ask("GET", path(row, "row"), { target: row, swap: "outerHTML" });
  });
})();
