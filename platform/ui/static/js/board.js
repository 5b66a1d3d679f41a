// The board: cards are dragged, moved by [ and ], or by their menu. The server's answer is the card as it stands;
// a card that stands elsewhere than its stage says slides there, which is also how a refused one slides back.
(() => {
  "use strict";
  const board = () => document.getElementById("board");
  const columns = () => [...board().querySelectorAll("[data-cards]")];
  const columnOf = (stage) => columns().find((each) => each.dataset.stage === stage);
  const movesFrom = (stage) => (document.getElementById(`head-of-${stage}`)?.dataset.moves || "").split(" ").filter(Boolean);
  const places = new Map(); // where a dragged card came from, by its id
  let menuCard = null;

  function prepare() {
    if (!board() || board().dataset.ready) return;
    board().dataset.ready = "true";
    for (const column of columns()) {
      window.Sortable.create(column, {
        group: "board",
        draggable: "[data-card]",
        filter: ".refused, .refused *",
        preventOnFilter: false,
        animation: matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 120,
        delay: 180,
        delayOnTouchOnly: true,
        sort: false,
        onStart: (event) => {
          places.set(event.item.id, event.item.nextElementSibling);
          const allowed = movesFrom(event.item.dataset.stage);
          for (const each of board().querySelectorAll(".column")) {
            if (each.dataset.stage === event.item.dataset.stage) continue;
            each.classList.add(allowed.includes(each.dataset.stage) ? "allowed" : "barred");
          }
        },
        onEnd: (event) => {
          for (const each of board().querySelectorAll(".column")) each.classList.remove("allowed", "barred");
          const stage = event.to.dataset.stage;
          if (stage !== event.item.dataset.stage) move(event.item, stage);
        },
      });
    }
  }

  function move(card, stage) {
    card.dataset.busy = "true";
    const { entity, view, where, q } = board().dataset;
    window.htmx.ajax("PUT", `/${entity}/${card.dataset.id}/stage`, {
      source: card,
      target: card,
      swap: "outerHTML",
      values: { stage, _on: "board", _view: view, _where: where, _q: q },
    });
  }

  // After an answer every card goes where its stage is.
  function settle(card) {
    const column = columnOf(card.dataset.stage);
    const back = places.get(card.id);
    places.delete(card.id);
    if (column && column !== card.parentElement) {
      slide(card, () => column.insertBefore(card, back?.parentElement === column ? back : column.firstChild));
    }
    const first = card.querySelector("[data-refused] :is(input:not([type=hidden]), select, textarea)");
    (first || card.querySelector("[data-card-link]")).focus({ preventScroll: true });
    card.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  function slide(card, place) {
    const before = card.getBoundingClientRect();
    place();
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) return;
    const after = card.getBoundingClientRect();
    card.animate(
      [{ transform: `translate(${before.left - after.left}px, ${before.top - after.top}px)` }, { transform: "none" }],
      { duration: 150, easing: "ease-out" },
    );
  }

  document.addEventListener("htmx:afterSettle", (event) => {
    prepare();
    const card = event.detail.elt;
    if (card.matches?.("[data-card]") && card.isConnected) settle(card);
  });
  // A failure that has no card as its answer: the old card slides back.
  document.addEventListener("htmx:responseError", (event) => giveBack(event.detail.target));
  document.addEventListener("htmx:sendError", (event) => giveBack(event.detail.target));
  function giveBack(card) {
    if (!card?.matches?.("[data-card]")) return;
    delete card.dataset.busy;
    settle(card);
  }

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || !board()) return;
    const card = event.target.closest?.("[data-card]");
    if (!card || event.target.matches("input, select, textarea")) return;
    const stages = columns().map((each) => each.dataset.stage);
    const at = stages.indexOf(card.dataset.stage);
    if (event.key === "[" || event.key === "]") {
      const next = stages[at + (event.key === "]" ? 1 : -1)];
      if (next) move(card, next);
    } else if (event.key === "j" || event.key === "ArrowDown") focusCard(card.nextElementSibling, event);
    else if (event.key === "k" || event.key === "ArrowUp") focusCard(card.previousElementSibling, event);
    else if (event.key === "ArrowRight" || event.key === "ArrowLeft") {
      const step = event.key === "ArrowRight" ? 1 : -1;
      for (let place = at + step; place >= 0 && place < stages.length; place += step) {
        const first = columns()[place].querySelector("[data-card]");
        if (first) return focusCard(first, event);
      }
    }
  });
  function focusCard(card, event) {
    const link = card?.querySelector?.("[data-card-link]");
    if (!link) return;
    event.preventDefault();
    link.focus();
  }

  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-move-menu]");
    if (opener) return openMenu(opener);
    const item = event.target.closest("#move-menu [data-move]");
    if (item && menuCard) {
      document.getElementById("move-menu").hidePopover();
      move(menuCard, item.dataset.move);
    }
    const dismiss = event.target.closest("[data-dismiss]");
    if (dismiss) dismiss.closest("[data-refused]").remove();
  });
  function openMenu(opener) {
    menuCard = opener.closest("[data-card]");
    const menu = document.getElementById("move-menu");
    const allowed = movesFrom(menuCard.dataset.stage);
    for (const item of menu.querySelectorAll("[data-move]")) {
      item.setAttribute("aria-disabled", String(!allowed.includes(item.dataset.move)));
    }
    menu.showPopover();
    const at = opener.getBoundingClientRect();
    const box = menu.getBoundingClientRect();
    menu.style.left = `${Math.max(8, Math.min(at.left, innerWidth - box.width - 8))}px`;
    menu.style.top = `${at.bottom + box.height + 8 > innerHeight ? at.top - box.height - 4 : at.bottom + 4}px`;
    menu.querySelector('[aria-disabled="false"]')?.focus();
  }

  prepare();
})();
