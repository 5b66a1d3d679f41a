// The list: selection, the keys that walk its rows, the column chooser, the expression box, row height.
(() => {
  "use strict";
  const rows = () => [...document.querySelectorAll("#rows > [data-row]")];
  const link = (row) => row?.querySelector(".name a");
  const box = (row) => row?.querySelector('input[name="id"]');
  const current = () => document.activeElement?.closest?.("[data-row]");

  // Keys: j and k walk, x selects, e edits. Enter opens because the title is a link.
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    if (event.target.closest("input:not([type=checkbox]), textarea, select, .menu")) {
      if (event.key === "Escape" && event.target.id === "quick") event.target.blur();
      return;
    }
    const all = rows(), at = all.indexOf(current());
    if (event.key === "j" || event.key === "k") {
      event.preventDefault();
      const next = all[at < 0 ? 0 : Math.max(0, Math.min(all.length - 1, at + (event.key === "j" ? 1 : -1)))];
      link(next)?.focus();
    }
    if (event.key === "x" && box(all[at])) { event.preventDefault(); box(all[at]).click(); }
    if (event.key === "e" && at >= 0) { event.preventDefault(); location.assign(`${link(all[at]).getAttribute("href")}/edit`); }
    if (event.key === "Escape") pick(false);
  });

  // Selection
  let last = null;
  document.addEventListener("click", (event) => {
    if (event.target.matches('[data-row] input[name="id"]')) {
      if (event.shiftKey && last) range(last, event.target);
      last = event.target;
      tell();
    }
    if (event.target.matches("[data-picks-all]")) pick(event.target.checked);
    if (event.target.closest("[data-picks-none]")) pick(false);
    if (event.target.closest("[data-opens-expression]")) openExpression();
    const density = event.target.closest("[data-sets-density]");
    if (density) setDensity(density.dataset.setsDensity);
  });
  function range(from, to) {
    const all = rows().map(box), ends = [all.indexOf(from), all.indexOf(to)].sort((a, b) => a - b);
    all.slice(ends[0], ends[1] + 1).forEach((each) => { each.checked = to.checked; });
  }
  function pick(all) { rows().map(box).forEach((each) => { each.checked = all; }); tell(); }
  function tell() {
    const count = rows().filter((row) => box(row)?.checked).length;
    const bar = document.querySelector("[data-bulk]");
    const head = document.querySelector("[data-picks-all]");
    if (head) { head.checked = count > 0 && count === rows().length; head.indeterminate = count > 0 && !head.checked; }
    if (!bar) return;
    bar.hidden = count === 0;
    const words = bar.querySelector("[data-picked-count]");
    words.textContent = count === 1 ? words.dataset.one : words.dataset.many.replace("{count}", count);
  }
  document.addEventListener("htmx:afterSettle", tell);

  // The expression box
  function openExpression() {
    const form = document.getElementById("expression");
    form.hidden = !form.hidden;
    document.querySelectorAll("button[aria-controls=expression]").forEach((each) => each.setAttribute("aria-expanded", String(!form.hidden)));
    if (!form.hidden) form.querySelector("#where").focus();
  }

  // The column chooser keeps its order in one hidden text; what is checked below comes to the end.
  document.addEventListener("change", (event) => {
    const form = event.target.closest("form[data-columns]");
    if (form) collect(form);
    const operator = event.target.closest("#filter-operator");
    if (operator) suit(operator);
  });
  function collect(form) {
    form.elements.columns.value = [...form.querySelectorAll("li input:checked")].map((each) => each.value).join(",");
  }
  document.addEventListener("toggle", (event) => {
    if (event.target.id === "columns" && event.newState === "open") sortable(event.target.querySelector("[data-sortable]"));
  }, true);
  function sortable(list) {
    if (!list || list.dataset.ready || !window.Sortable) return;
    list.dataset.ready = "yes";
    window.Sortable.create(list, { handle: ".grip", animation: 120, onEnd: () => collect(list.closest("form")) });
  }

  // A long list of fields is narrowed by typing; Enter takes the first that is left.
  const fieldsOf = (input) => [...input.closest(".menu").querySelectorAll(".menu-item")];
  const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  document.addEventListener("input", (event) => {
    if (!event.target.matches("[data-finds]")) return;
    const words = plain(event.target.value.trim());
    for (const each of fieldsOf(event.target)) each.hidden = !plain(each.textContent).includes(words);
    event.target.closest(".menu").querySelector("[data-found-none]").hidden = fieldsOf(event.target).some((each) => !each.hidden);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !event.target.matches?.("[data-finds]")) return;
    event.preventDefault();
    fieldsOf(event.target).find((each) => !each.hidden)?.click();
  });

  // The condition's form shows as many values as its comparison needs.
  function suit(select) {
    const chosen = select.selectedOptions[0], form = select.closest("form");
    form.querySelector("[data-value]").hidden = chosen.hasAttribute("data-no-value");
    const second = form.querySelector("[data-second]");
    if (second) { second.hidden = !chosen.hasAttribute("data-two"); if (second.hidden) second.value = ""; }
  }
  document.addEventListener("htmx:afterSettle", (event) => {
    const select = document.getElementById("filter-operator");
    if (!select || !event.target.closest?.("#filter-menu")) return;
    suit(select);
    (document.querySelector("#filter-menu [autofocus]") ?? document.querySelector("#filter-menu [data-value] input:not([type=hidden])") ?? select).focus();
  });

  function setDensity(name) {
    document.documentElement.dataset.density = name;
    document.dispatchEvent(new CustomEvent("remember", { detail: { name: "density", value: name } }));
    document.getElementById("list-menu")?.hidePopover();
  }
})();
