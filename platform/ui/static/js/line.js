// The line to the server: what is told when it is down, breaks off, or no longer knows who asks. What was typed stays.
(() => {
  "use strict";
  const area = () => document.getElementById("toasts");
  const tell = (name, more = {}) => window.customary.toast({ text: area().dataset[name], kind: "error", ...more });
  const silent = (event) => event.detail.elt?.closest?.("[data-silent]");
  let typed = false, away = null, offline = null;

  document.addEventListener("input", (event) => { if (!event.target.matches("[type=search], #palette-input")) typed = true; });

  for (const name of ["htmx:sendError", "htmx:timeout"]) {
    document.addEventListener(name, (event) => { if (!silent(event) && !offline) tell("lost"); });
  }
  // Our own pages say what went wrong; what stands before them, as a proxy, may not.
  document.addEventListener("htmx:responseError", (event) => {
    if (!silent(event) && !event.detail.xhr.getResponseHeader("HX-Trigger")) tell("broken");
    if (event.detail.xhr.status === 403) renew();
  });

  // Signed out: a page with nothing typed on it goes to the sign-in; any other stays, and works on after signing in elsewhere.
  document.addEventListener("signedout", (event) => {
    if (!typed) { location.assign(event.detail.to); return; }
    if (away?.isConnected) return;
    away = tell("signedout", { stays: true });
    const link = document.createElement("a");
    link.className = "button";
    link.dataset.size = "small";
    link.target = "_blank";
    link.href = "/sign-in";
    link.textContent = area().dataset.signin;
    away.append(link);
  });
  addEventListener("focus", () => { if (away) renew(); });
  // The forms of this page take the token of the session that there is now.
  async function renew() {
    const meta = document.querySelector('meta[name="csrf"]');
    const answer = await fetch("/sign-in/token").catch(() => null);
    const token = answer?.ok ? await answer.text() : "";
    if (!token || (token === meta.content && !away)) return;
    meta.content = token;
    for (const each of document.querySelectorAll('input[name="_csrf"]')) each.value = token;
    away?.remove();
    away = null;
    tell("signedin", { kind: "info" });
  }

  const watch = () => {
    if (navigator.onLine) { offline?.remove(); offline = null; }
    else offline ??= tell("offline", { stays: true });
  };
  addEventListener("offline", watch);
  addEventListener("online", watch);
})();
