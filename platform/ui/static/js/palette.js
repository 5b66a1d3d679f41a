// The palette: Ctrl K, type, arrows, Enter.
(() => {
  "use strict";
  const dialog = () => document.getElementById("palette");
  const input = () => document.getElementById("palette-input");
  const list = () => document.getElementById("palette-list");
  const items = () => [...list().querySelectorAll('[role="option"]')];

  function open() {
    if (dialog().open) return;
    dialog().showModal();
    input().value = "";
    hurried = false;
    htmx.trigger(input(), "open");
  }
  function choose(index) {
    const all = items();
    if (!all.length) return;
    const at = (index + all.length) % all.length;
    all.forEach((each, position) => each.setAttribute("aria-selected", String(position === at)));
    input().setAttribute("aria-activedescendant", all[at].id);
    all[at].scrollIntoView({ block: "nearest" });
  }
  const chosen = () => items().findIndex((each) => each.getAttribute("aria-selected") === "true");

  document.addEventListener("palette", open);
  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-opens-palette]") || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    document.body.dataset.menu = "";
    open();
  });
  // Who types faster than the answer comes gets what they typed, not what stood there before.
  let asked = "", shown = null, hurried = false;
  document.addEventListener("htmx:beforeRequest", (event) => { if (event.detail.elt === input()) asked = input().value; });
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target !== list()) return;
    shown = asked;
    choose(0);
    if (hurried && shown === input().value) { hurried = false; items()[0]?.click(); }
  });
  document.addEventListener("keydown", (event) => {
    if (event.target !== input() || event.isComposing) return;
    if (event.key === "ArrowDown") { event.preventDefault(); choose(chosen() + 1); }
    if (event.key === "ArrowUp") { event.preventDefault(); choose(chosen() - 1); }
    if (event.key !== "Enter") return;
    event.preventDefault();
    hurried = shown !== input().value;
    if (!hurried) items()[chosen()]?.click();
  });
})();
