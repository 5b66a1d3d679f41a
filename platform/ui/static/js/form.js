// A form that is alive: redraws what depends on what was typed, warns before unsaved words are lost,
// and opens the calendar of date controls. Without it the form works by plain posts.
(() => {
  "use strict";
  const PAUSE = 350;
  const pending = new WeakMap();

  function redraw(form) {
    const before = pending.get(form) || {};
    clearTimeout(before.timer);
    if (before.request) before.request.abort();
    const state = { timer: setTimeout(() => send(form, state), PAUSE) };
    pending.set(form, state);
  }

  async function send(form, state) {
    state.request = new AbortController();
    let answer;
    try {
      answer = await fetch(form.dataset.redraw, {
        method: "POST",
        body: texts(form),
        headers: { "HX-Request": "true" },
        signal: state.request.signal,
      });
    } catch {
      return; // a newer keystroke took over, or the line is down: the form still saves by itself
    }
    if (!answer.ok || pending.get(form) !== state) return;
    const html = await answer.text();
    if (pending.get(form) !== state) return;
    const body = form.querySelector("[data-form-body]");
    window.Idiomorph.morph(body, html, {
      morphStyle: "innerHTML",
      ignoreActiveValue: true,
      callbacks: { beforeNodeMorphed: (node) => !busy(node) },
    });
    window.htmx?.process(body);
  }

  // A picker in which somebody searches stays as it is; so does what was chosen or drawn to be sent.
  const busy = (node) => node.matches?.("[data-drawing], [data-secret], input[type=file]")
    || (node.matches?.("[data-picker]") && node.contains(document.activeElement));

  // What is typed, without the files, drawings and secrets that only saving sends.
  const texts = (form) => new URLSearchParams([...new FormData(form)]
    .filter(([name, item]) => typeof item === "string" && !name.endsWith(".drawn") && !form.elements[name]?.matches?.("[data-secret]")));

  function dirty(form) {
    form.dataset.dirty = "true";
  }

  document.addEventListener("input", (event) => {
    const form = event.target.closest("form[data-form]");
    if (!form) return;
    dirty(form);
    if (event.target.getAttribute("role") === "combobox") return; // what is searched for is not chosen yet
    if (form.dataset.redraw && event.target.closest("[data-watched]")) redraw(form);
  });

  document.addEventListener("change", (event) => {
    const form = event.target.closest("form[data-form]");
    if (!form) return;
    dirty(form);
    if (form.dataset.redraw && event.target.closest("[data-watched]")) redraw(form);
  });

  document.addEventListener("submit", (event) => {
    const form = event.target.closest("form[data-form]");
    if (!form) return;
    delete form.dataset.dirty;
    if (form.dataset.restore) keep(form);
  });

  // What was sent and not taken, because nobody was signed in any more or the line broke off, stands in the form again:
  // after signing in, and after going back.
  const KEPT = "typed";
  function keep(form) {
    const typed = texts(form).toString();
    try { sessionStorage.setItem(KEPT, JSON.stringify({ at: location.pathname, typed })); } catch { /* then it is typed again */ }
  }
  async function restore() {
    const kept = JSON.parse(sessionStorage.getItem(KEPT) ?? "null");
    sessionStorage.removeItem(KEPT);
    const form = document.querySelector("form[data-restore]");
    const back = performance.getEntriesByType("navigation")[0]?.type === "back_forward";
    const in_ = new URL(document.referrer || location.href).pathname === "/sign-in";
    if (!form || kept?.at !== location.pathname || !(back || in_)) return;
    const typed = new URLSearchParams(kept.typed), body = form.querySelector("[data-form-body]");
    if (typed.has("_revision")) form.elements._revision.value = typed.get("_revision");
    typed.set("_csrf", form.elements._csrf.value);
    const answer = await fetch(form.dataset.restore, { method: "POST", body: typed, headers: { "HX-Request": "true" } }).catch(() => null);
    if (!answer?.ok) return;
    body.innerHTML = await answer.text();
    window.htmx?.process(body);
    dirty(form);
  }
  restore();

  const unsaved = () => document.querySelector("form[data-form][data-dirty]");

  window.addEventListener("beforeunload", (event) => {
    if (unsaved()) event.preventDefault();
  });

  document.addEventListener("keydown", (event) => {
    const form = event.target.closest?.("form[data-form]");
    if (form && event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
  });

  // The calendar: a native date input behind the text input, which also takes "tomorrow" and "+3d".
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-calendar]");
    if (!button) return;
    const native = button.parentElement.querySelector("[data-native]");
    native.showPicker?.();
  });

  document.addEventListener("change", (event) => {
    if (!event.target.matches("[data-native]")) return;
    const text = event.target.parentElement.querySelector("input[type=text]");
    text.value = written(event.target);
    text.dispatchEvent(new Event("change", { bubbles: true }));
  });

  // A colour that was picked stands in the text beside it, and one that was typed in the picker.
  document.addEventListener("input", (event) => {
    const picker = event.target.closest("[data-colour-of]");
    if (picker) document.getElementById(picker.dataset.colourOf).value = picker.value;
    const beside = event.target.parentElement?.querySelector(":scope > [data-colour-of]");
    if (beside && !picker && /^#[0-9a-f]{6}$/i.test(event.target.value)) beside.value = event.target.value;
  });

  // What was picked, in the form in which the page's language writes it; ISO for years that it writes short.
  function written(native) {
    const time = native.type === "datetime-local", moment = new Date(time ? native.value : `${native.value}T00:00`);
    if (!native.value || moment.getFullYear() < 1000) return native.value.replace("T", " ");
    const form = time ? { dateStyle: "medium", timeStyle: "short" } : { dateStyle: "medium" };
    return new Intl.DateTimeFormat(document.documentElement.lang, form).format(moment);
  }

  // The list of errors gets the focus, so that it is read out first.
  const summary = document.querySelector("[data-problems]");
  if (summary) summary.focus();
})();
