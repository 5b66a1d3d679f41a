// The record page: fields open on double click, Escape closes them, tabs work by arrows, refusals can be dismissed.
(() => {
  "use strict";

  document.addEventListener("dblclick", (event) => {
    const cell = event.target.closest("[data-edit]");
    if (!cell || event.target.closest("a.link")) return;
    window.getSelection()?.removeAllRanges();
    cell.querySelector(".fact-edit")?.click();
  });

  document.addEventListener("keydown", (event) => {
    const open = event.target.closest?.("[data-inline]");
    if (!open || event.key !== "Escape" || event.defaultPrevented) return;
    event.preventDefault();
    open.querySelector("[data-cancel]").click();
  });

  // A control that opened in place gets the focus; after it closes, the pencil it came from does.
  let edited = "";
  document.addEventListener("htmx:afterSettle", (event) => {
    const open = document.querySelector("[data-inline]");
    if (open && (event.detail.elt === open || open.contains(event.detail.elt) || event.detail.elt.contains(open))) {
      edited = open.id;
      if (open.contains(document.activeElement)) return;
      const input = open.querySelector("input:not([type=hidden]):not([data-native]), select, textarea");
      input?.focus();
      if (input?.type === "text") input.select();
    } else if (edited && !open) {
      document.querySelector(`#${CSS.escape(edited)} .fact-edit`)?.focus();
      edited = "";
    }
    const refused = document.querySelector("[data-refused]");
    if (refused && event.detail.elt.contains(refused) && !refused.contains(document.activeElement)) {
      (refused.querySelector("input:not([type=hidden]):not([data-native]), select, textarea") || refused).focus();
    }
  });

  document.addEventListener("click", (event) => {
    const dismiss = event.target.closest("[data-dismiss]");
    if (dismiss) dismiss.closest("[data-refused]").remove();
    const tab = event.target.closest("[role=tab]");
    if (tab) choose(tab);
  });

  document.addEventListener("keydown", (event) => {
    const tab = event.target.closest?.("[role=tab]");
    if (!tab || (event.key !== "ArrowLeft" && event.key !== "ArrowRight")) return;
    const all = [...tab.parentElement.querySelectorAll("[role=tab]")];
    const next = all[(all.indexOf(tab) + (event.key === "ArrowRight" ? 1 : all.length - 1)) % all.length];
    event.preventDefault();
    choose(next);
    next.focus();
  });

  function choose(tab) {
    for (const each of tab.parentElement.querySelectorAll("[role=tab]")) {
      const chosen = each === tab;
      each.setAttribute("aria-selected", String(chosen));
      each.tabIndex = chosen ? 0 : -1;
      const panel = document.getElementById(each.getAttribute("aria-controls"));
      if (!panel) continue;
      if (panel.hasAttribute("data-panel")) panel.toggleAttribute("data-away", !chosen);
      else panel.hidden = !chosen;
    }
    if (tab.closest("[data-composer]")) {
      document.getElementById(tab.getAttribute("aria-controls"))?.querySelector("input[type=text], textarea")?.focus();
    }
  }

  // On a narrow page only the first part is there until another tab is chosen.
  const first = document.querySelector(".record-tabs [aria-selected=true]");
  if (first) choose(first);
})();
