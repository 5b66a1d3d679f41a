// A picker that searches as one types (the combobox pattern of ARIA). It sets the hidden id beside the text;
// without it the server finds the record whose title was typed.
(() => {
  "use strict";
  const PAUSE = 150;
  let serial = 0;

  const parts = (picker) => ({
    text: picker.querySelector("[role=combobox]"),
    list: picker.querySelector("[role=listbox]"),
    id: picker.querySelector("[data-id]"),
    title: picker.querySelector("[data-title]"),
    chips: picker.querySelector("[data-chips]"),
  });
  const options = (list) => [...list.querySelectorAll("[role=option]")];

  function close(picker) {
    const { text, list } = parts(picker);
    list.hidden = true;
    text.setAttribute("aria-expanded", "false");
    text.removeAttribute("aria-activedescendant");
  }

  function point(picker, option) {
    const { text, list } = parts(picker);
    options(list).forEach((each) => each.setAttribute("aria-selected", String(each === option)));
    if (option) {
      text.setAttribute("aria-activedescendant", option.id);
      option.scrollIntoView({ block: "nearest" });
    }
  }

  async function search(picker, words) {
    const { text, list } = parts(picker);
    const mine = String(++serial);
    picker.dataset.serial = mine;
    const address = new URL(picker.dataset.source, location.href);
    address.searchParams.set("text", words);
    let html;
    try {
      const answer = await fetch(address, { headers: { "HX-Request": "true" } });
      if (!answer.ok) return;
      html = await answer.text();
    } catch {
      return;
    }
    if (picker.dataset.serial !== mine || document.activeElement !== text) return;
    list.innerHTML = html;
    options(list).forEach((option, place) => {
      option.id = `${list.id}-${place}`;
    });
    list.hidden = false;
    text.setAttribute("aria-expanded", "true");
    point(picker, words ? options(list).find((option) => option.dataset.value) : null);
  }

  function pick(picker, option) {
    if (option.getAttribute("aria-disabled") === "true") return;
    if (option.dataset.create !== undefined) {
      create(picker, option.dataset.create);
      return;
    }
    const { text, id, title, chips } = parts(picker);
    if (chips) {
      addChip(picker, chips, option);
      text.value = "";
    } else {
      id.value = option.dataset.value;
      text.value = option.dataset.title;
      title.value = option.dataset.title;
    }
    close(picker);
    text.dispatchEvent(new Event("change", { bubbles: true }));
  }

  // A record of which only the title is known yet, made where it is needed.
  async function create(picker, words) {
    const { list } = parts(picker);
    const token = document.querySelector('meta[name="csrf"]')?.content ?? "";
    const answer = await fetch(picker.dataset.source, {
      method: "POST",
      body: new URLSearchParams({ text: words }),
      headers: { "HX-Request": "true", "X-CSRF-Token": token },
    });
    if (answer.ok) {
      list.innerHTML = await answer.text();
      pick(picker, options(list)[0]);
    } else {
      const told = JSON.parse(answer.headers.get("HX-Trigger") || "{}").toast;
      if (told) window.customary?.toast(told);
    }
  }

  function addChip(picker, chips, option) {
    const value = option.dataset.value;
    if ([...chips.querySelectorAll("input")].some((input) => input.value === value)) return;
    const chip = picker.querySelector("template").content.firstElementChild.cloneNode(true);
    chip.querySelector("input").value = value;
    chip.querySelector("[data-text]").textContent = option.dataset.title;
    chips.append(chip);
  }

  document.addEventListener("input", (event) => {
    const picker = event.target.closest("[data-picker]");
    if (!picker || event.target.getAttribute("role") !== "combobox") return;
    const { id, title, text } = parts(picker);
    if (id && text.value !== title.value) id.value = "";
    clearTimeout(Number(picker.dataset.timer));
    picker.dataset.timer = String(setTimeout(() => search(picker, text.value.trim()), PAUSE));
  });

  document.addEventListener("focusin", (event) => {
    const picker = event.target.closest("[data-picker]");
    if (picker && event.target.getAttribute("role") === "combobox") event.target.select();
  });

  document.addEventListener("focusout", (event) => {
    const picker = event.target.closest("[data-picker]");
    if (picker && !picker.contains(event.relatedTarget)) close(picker);
  });

  document.addEventListener("mousedown", (event) => {
    const option = event.target.closest("[data-picker] [role=option]");
    if (!option) return;
    event.preventDefault(); // the focus stays in the text
    pick(option.closest("[data-picker]"), option);
  });

  document.addEventListener("click", (event) => {
    const text = event.target.closest("[data-picker] [role=combobox]");
    if (text && text.getAttribute("aria-expanded") === "false") search(text.closest("[data-picker]"), "");
  });

  document.addEventListener("keydown", (event) => {
    const picker = event.target.closest?.("[data-picker]");
    if (!picker || event.target.getAttribute("role") !== "combobox") return;
    const { list, text } = parts(picker);
    const all = options(list);
    const at = all.findIndex((each) => each.getAttribute("aria-selected") === "true");
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (list.hidden) search(picker, "");
      else point(picker, all[(at + (event.key === "ArrowDown" ? 1 : all.length - 1) + (at < 0 && event.key === "ArrowUp" ? 1 : 0)) % all.length]);
    } else if (event.key === "Enter" && !list.hidden) {
      event.preventDefault();
      if (at >= 0) pick(picker, all[at]);
    } else if (event.key === "Tab" && !list.hidden && all[at]?.dataset.value && text.value) {
      pick(picker, all[at]);
    } else if (event.key === "Escape" && !list.hidden) {
      event.preventDefault();
      event.stopPropagation();
      close(picker);
    }
  });
})();
