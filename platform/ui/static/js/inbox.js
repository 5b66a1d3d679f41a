// The inbox: j and k walk its lines, x marks one as read or unread. Enter opens because the text is a link.
(() => {
  "use strict";
  const lines = () => [...document.querySelectorAll(".told")];
  const reach = (line) => line?.querySelector(".told-link, .told-mark");

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    if (event.target.closest("input, textarea, select, .menu:popover-open")) return;
    const all = lines(), at = all.indexOf(document.activeElement?.closest(".told"));
    if (event.key === "j" || event.key === "k") {
      event.preventDefault();
      reach(all[at < 0 ? 0 : Math.max(0, Math.min(all.length - 1, at + (event.key === "j" ? 1 : -1)))])?.focus();
    }
    if (event.key === "x" && at >= 0) { event.preventDefault(); all[at].querySelector(".told-mark").click(); }
  });
})();
