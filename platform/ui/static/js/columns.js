// Columns of the list: an edge that is dragged or a slider of the head's menu sets the width, a head that is dragged the order.
// Both become part of the address, so that a view keeps them.
(() => {
  "use strict";
  const table = () => document.querySelector("#list .table");
  const heads = () => [...document.querySelectorAll("#list thead th[data-field]")];
  const headOf = (name) => document.querySelector(`#list thead th[data-field="${CSS.escape(name)}"]`);
  let back = ""; // the head whose button gets the focus when the list was drawn again

  // Each column keeps the width it has, then one of them changes.
  function fix() {
    if (table().hasAttribute("data-sized")) return;
    const widths = heads().map((head) => Math.round(head.getBoundingClientRect().width));
    heads().forEach((head, place) => head.setAttribute("width", widths[place]));
    table().setAttribute("data-sized", "");
    const rest = document.createElement("td");
    rest.className = "rest";
    heads().at(-1).after(rest);
  }
  function size(head, width) {
    fix();
    head.setAttribute("width", Math.round(Math.max(60, Math.min(800, width))));
  }
  const sizes = () => heads().map((head) => `${head.dataset.field}:${head.getAttribute("width")}`).join(",");

  async function go(changes) {
    const address = new URL(document.getElementById("list").dataset.here, location.href);
    for (const [name, value] of Object.entries(changes)) address.searchParams.set(name, value);
    const scroll = document.querySelector(".table-scroll"), at = { left: scroll.scrollLeft, top: scroll.scrollTop };
    await htmx.ajax("GET", address.pathname + address.search, { source: document.body, target: "#list", swap: "outerHTML" }).catch(() => {});
    document.querySelector(".table-scroll")?.scrollTo(at);
  }

  // Dragging an edge; a double click fits the column to what it shows.
  document.addEventListener("pointerdown", (event) => {
    const sizer = event.target.closest("[data-sizer]");
    if (!sizer || event.button) return;
    event.preventDefault();
    const head = sizer.closest("th"), from = event.clientX, was = head.getBoundingClientRect().width;
    let moved = false;
    sizer.setPointerCapture(event.pointerId);
    sizer.dataset.held = "yes";
    sizer.onpointermove = (move) => { moved = true; size(head, was + move.clientX - from); };
    sizer.onpointerup = sizer.onpointercancel = () => {
      sizer.onpointermove = sizer.onpointerup = sizer.onpointercancel = null;
      delete sizer.dataset.held;
      if (moved) go({ widths: sizes() });
    };
  });
  document.addEventListener("dblclick", (event) => {
    const head = event.target.closest("[data-sizer]")?.closest("th");
    if (!head) return;
    size(head, 60);
    const cells = [head, ...[...document.querySelectorAll("#rows > [data-row]")].map((row) => row.children[head.cellIndex])];
    size(head, Math.max(...cells.map((cell) => cell.scrollWidth)) + 2);
    go({ widths: sizes() });
  });

  // The slider of the menu shows the width at once; the address follows when the menu closes.
  let slid = false;
  document.addEventListener("htmx:afterSettle", (event) => {
    const slider = document.querySelector("#head-menu [data-width]");
    if (slider && event.target.id === "head-menu") {
      back = `col-${slider.dataset.width}`;
      slider.value = headOf(slider.dataset.width).getBoundingClientRect().width;
    } else if (back && event.target.id === "list") {
      document.getElementById(back)?.focus({ preventScroll: true });
      back = "";
    }
    orderable();
  });
  document.addEventListener("input", (event) => {
    if (!event.target.matches("#head-menu [data-width]")) return;
    slid = true;
    size(headOf(event.target.dataset.width), Number(event.target.value));
  });
  document.addEventListener("toggle", (event) => {
    if (event.target.id !== "head-menu") return;
    if (event.newState !== "closed") return;
    if (slid) go({ widths: sizes() });
    else back = "";
    slid = false;
  }, true);

  // Dragging a head
  function orderable() {
    const row = document.querySelector("#list thead tr");
    if (!row || row.dataset.ready || !window.Sortable) return;
    row.dataset.ready = "yes";
    window.Sortable.create(row, {
      draggable: "th[data-field]", filter: "[data-sizer], .head-more", preventOnFilter: false, animation: 120, delay: 120, delayOnTouchOnly: true,
      onEnd: (event) => { if (event.oldIndex !== event.newIndex) go({ columns: heads().map((head) => head.dataset.field).join(",") }); },
    });
  }
  orderable();
})();
