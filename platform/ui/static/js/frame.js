// The frame: form token on every HTMX request, toasts, menus under their buttons, dialogs, the rail, and the keys of all pages.
(() => {
  "use strict";
  const $ = (selector, within = document) => within.querySelector(selector);
  const body = () => document.body;

  // A change carries the form token of this session.
  document.addEventListener("htmx:configRequest", (event) => {
    event.detail.headers["X-CSRF-Token"] = $('meta[name="csrf"]')?.content ?? "";
  });

  // Focus returns to where it was after a swap that replaced it.
  let focused = "";
  document.addEventListener("htmx:beforeSwap", () => { focused = document.activeElement?.id ?? ""; });
  document.addEventListener("htmx:afterSettle", () => {
    if (focused && document.activeElement === body()) document.getElementById(focused)?.focus({ preventScroll: true });
  });

  // A thin line on top while something is under way for longer than a blink.
  const progress = (busy) => $("#progress")?.classList.toggle("busy", busy);
  let underway = 0;
  document.addEventListener("htmx:beforeRequest", (event) => { if (!event.detail.elt.closest("[data-silent]")) { underway += 1; progress(true); } });
  document.addEventListener("htmx:afterRequest", (event) => { if (!event.detail.elt.closest("[data-silent]")) { underway = Math.max(0, underway - 1); progress(underway > 0); } });

  // A plain form that may take long says so beside the button that sent it, and is not sent twice.
  document.addEventListener("submit", (event) => {
    const form = event.target, button = event.submitter;
    if (event.defaultPrevented || !form.dataset.waits || !button) return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "yes";
    progress(true);
    const said = document.createElement("p");
    said.className = "quiet";
    said.setAttribute("role", "status");
    said.textContent = form.dataset.waits;
    button.after(said);
  });
  addEventListener("pageshow", (event) => { if (event.persisted && $("form[data-sent]")) location.reload(); });

  // Toasts
  const ICONS = new Map([["done", "circle-check"], ["error", "circle-alert"], ["info", "info"]]);
  function toast({ text, kind = "done", undo = "", stays = false }) {
    const area = $("#toasts");
    if (!area || !text) return null;
    const made = document.createElement("div");
    made.className = "toast";
    made.dataset.kind = kind;
    const sprite = $("use")?.getAttribute("href")?.split("#")[0] ?? "/icons.svg";
    made.innerHTML = `<svg class="icon" width="16" height="16" aria-hidden="true"><use href="${sprite}#i-${ICONS.get(kind) ?? "info"}"/></svg><span></span>`;
    made.querySelector("span").textContent = text;
    if (undo) made.append(undoButton(undo, area.dataset.undo, made));
    area.append(made);
    if (!stays) setTimeout(() => made.remove(), kind === "error" ? 9000 : undo ? 8000 : 4000);
    return made;
  }
  function undoButton(path, label, made) {
    const button = document.createElement("button");
    button.className = "button";
    button.dataset.look = "quiet";
    button.dataset.size = "small";
    button.dataset.undoes = "";
    button.textContent = label;
    button.addEventListener("click", () => { made.remove(); htmx.ajax("POST", path, { source: body(), swap: "none" }); });
    return button;
  }
  window.customary = { toast };
  document.addEventListener("toast", (event) => toast(event.detail));
  addEventListener("DOMContentLoaded", () => { for (const each of document.querySelectorAll("#toasts > .toast")) setTimeout(() => each.remove(), each.querySelector("form") ? 8000 : 5000); });

  // Menus open under (or over) the button that was pressed, and stay there when their content comes later.
  let pressed = null;
  document.addEventListener("click", (event) => { pressed = event.target.closest("[popovertarget]") ?? pressed; }, true);
  const buttonOf = (menu) => (pressed?.checkVisibility() && pressed.getAttribute("popovertarget") === menu.id ? pressed : [...document.querySelectorAll(`[popovertarget="${menu.id}"]`)].findLast((each) => each.checkVisibility()));
  document.addEventListener("toggle", (event) => {
    const menu = event.target;
    if (!(menu instanceof HTMLElement) || !menu.matches(".menu[popover]")) return;
    const button = buttonOf(menu);
    button?.setAttribute("aria-expanded", String(event.newState === "open"));
    if (event.newState !== "open" || !button) return;
    place(menu, button.getBoundingClientRect());
    (menu.querySelector("[autofocus]") ?? menu.querySelector("a, button, input, select"))?.focus({ preventScroll: true });
  }, true);
  document.addEventListener("htmx:afterSettle", (event) => {
    const menu = event.target.closest?.(".menu:popover-open");
    const button = menu && buttonOf(menu);
    if (!button) return;
    place(menu, button.getBoundingClientRect());
    if (!menu.contains(document.activeElement)) (menu.querySelector("[autofocus]") ?? menu.querySelector("a, button, input, select"))?.focus({ preventScroll: true });
  });
  function place(menu, at) {
    const box = menu.getBoundingClientRect(), gap = 4, edge = 8;
    const up = menu.dataset.place === "up" || at.bottom + gap + box.height > innerHeight - edge;
    const left = menu.dataset.place === "end" ? at.right - box.width : at.left;
    menu.style.left = `${Math.max(edge, Math.min(left, innerWidth - box.width - edge))}px`;
    menu.style.top = `${Math.max(edge, up ? at.top - gap - box.height : at.bottom + gap)}px`;
  }
  document.addEventListener("keydown", (event) => {
    const menu = event.target.closest?.(".menu:popover-open");
    if (!menu || !["ArrowDown", "ArrowUp"].includes(event.key) || event.target.matches("select, textarea")) return;
    const items = [...menu.querySelectorAll("a, button, input")].filter((each) => each.offsetParent !== null);
    const next = items[items.indexOf(document.activeElement) + (event.key === "ArrowDown" ? 1 : -1)];
    if (next) { next.focus(); event.preventDefault(); }
  });

  // Dialogs, rail, phone menu
  document.addEventListener("click", (event) => {
    const hit = (selector) => event.target.closest(selector);
    const opens = hit("[data-opens]");
    if (opens) { opens.closest("[popover]")?.hidePopover(); $(opens.dataset.opens)?.showModal(); return; }
    const closes = hit("[data-closes]");
    if (closes) { closes.closest("dialog")?.close(); return; }
    if (event.target instanceof HTMLDialogElement && event.target.open) event.target.close();
    if (hit("[data-toggles-rail]")) toggleRail();
    if (hit("[data-opens-menu]")) { event.preventDefault(); body().dataset.menu = body().dataset.menu === "open" ? "" : "open"; }
    if (hit("[data-closes-menu]")) { event.preventDefault(); body().dataset.menu = ""; }
  });
  $(".rail-scroll [aria-current]")?.scrollIntoView({ block: "nearest" });
  function toggleRail() {
    const narrow = body().dataset.rail !== "narrow";
    body().dataset.rail = narrow ? "narrow" : "";
    remember("rail", narrow ? "narrow" : "");
  }

  // A choice of how this browser shows pages, which the server reads. By TLS it is this host's alone.
  function remember(name, value) {
    const [prefix, secure] = location.protocol === "https:" ? ["__Host-", "; secure"] : ["", ""];
    document.cookie = `${prefix}${name}=${value}; path=/; max-age=31536000; samesite=lax${secure}`;
  }
  document.addEventListener("remember", (event) => remember(event.detail.name, event.detail.value));

  // Forms that send themselves when a control changes
  document.addEventListener("change", (event) => { event.target.closest("form[data-submits]")?.requestSubmit(); });

  // Keys of every page. A page names what they reach: data-key="c" on a link or button is clicked, on an input focused.
  let leader = "";
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.altKey) return;
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") { event.preventDefault(); document.dispatchEvent(new Event("palette")); return; }
    const undo = (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z" && !typing(event.target) && [...document.querySelectorAll("#toasts [data-undoes]")].at(-1);
    if (undo) { event.preventDefault(); undo.click(); return; }
    if (event.ctrlKey || event.metaKey || typing(event.target) || $("dialog[open]")) return;
    const place = leader === "g" && new Map([["h", "/"], ["i", "/inbox"]]).get(event.key);
    if (place) { location.assign(place); return; }
    leader = event.key;
    if (event.key === "?") { $("#keys")?.showModal(); return; }
    const reached = [...document.querySelectorAll(`[data-key="${CSS.escape(event.key)}"]`)].find((each) => each.offsetParent !== null);
    if (!reached) { if (event.key === "/") { event.preventDefault(); document.dispatchEvent(new Event("palette")); } return; }
    event.preventDefault();
    if (reached.matches("input, textarea, select")) { reached.focus(); reached.select?.(); } else reached.click();
  });
  function typing(target) {
    return target.closest?.("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable], .menu:popover-open") !== null && target !== body();
  }
})();
