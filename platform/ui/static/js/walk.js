// From a list to its records and back: a list or board leaves word of what it shows, so that a record's page steps
// through it by j and k and leads back to it, and the list finds the place where one was.
(() => {
  "use strict";
  const KEY = "walk", LOADS = 20;
  const read = () => { try { return JSON.parse(sessionStorage.getItem(KEY)) ?? {}; } catch { return {}; } };
  const keep = (walk) => { try { sessionStorage.setItem(KEY, JSON.stringify(walk)); } catch { /* then there is no way back but the browser's */ } };
  const list = document.getElementById("list");
  const record = document.querySelector("[data-record]");
  const here = () => location.pathname + location.search;
  if (list) fromList();
  if (record) fromRecord(...record.dataset.record.split("/"));

  function fromList() {
    addEventListener("pagehide", () => {
      const ids = [...document.querySelectorAll('#rows input[name="id"], [data-card]')].map((each) => each.dataset.id ?? each.value);
      keep({ entity: location.pathname.split("/")[1], at: here(), ids });
    });
    const { at, last } = read();
    const back = performance.getEntriesByType("navigation")[0]?.type === "back_forward";
    if (last && at === here() && (back || document.referrer.includes(last))) find(last, LOADS);
  }

  // The row or card of a record; the list goes on loading until it is there.
  function find(id, loads, asked = null) {
    const link = document.querySelector(`#rows a[href$="/${CSS.escape(id)}"], [data-card][data-id="${CSS.escape(id)}"] [data-card-link]`);
    const more = document.querySelector("#rows > .more");
    if (link) {
      link.closest("tr, li").scrollIntoView({ block: "center" });
      link.focus({ preventScroll: true });
    } else if (more && loads) {
      if (more !== asked) more.scrollIntoView({ block: "end" }); // a swap settles many times
      document.addEventListener("htmx:afterSettle", () => find(id, more === asked ? loads : loads - 1, more), { once: true });
    }
  }

  function fromRecord(entity, id) {
    const walk = read();
    const place = walk.entity === entity ? walk.ids.indexOf(id) : -1;
    if (place < 0) return;
    keep({ ...walk, last: id });
    document.querySelector(".topline a.crumb").href = walk.at;
    const steps = document.querySelector("[data-steps]");
    for (const each of steps.querySelectorAll("a")) {
      const next = walk.ids[place + Number(each.dataset.step)];
      if (next) each.href = `/${entity}/${next}`;
      else each.setAttribute("aria-disabled", "true");
    }
    steps.hidden = false;
    document.addEventListener("keydown", (event) => { // where nothing is in hand that the arrows would move
      const step = new Map([["ArrowUp", -1], ["ArrowDown", 1]]).get(event.key);
      if (!step || event.target !== document.body || event.altKey || event.ctrlKey || event.metaKey || document.querySelector("dialog[open]")) return;
      event.preventDefault();
      steps.querySelector(`a[href][data-step="${step}"]`)?.click();
    });
    steps.addEventListener("click", (event) => {
      const step = event.target.closest("a[href]");
      if (!step || event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      location.replace(step.href); // one step back leads to the list, not through all that was leafed through
    });
  }
})();
