/* Suggestions while one types tags: a listbox below the field, for mouse and keyboard.
   Separators are those of content/tagging.py. */
"use strict";
(() => {
  const SEPARATOR = /[,，、;；]/;

  function suggest(input) {
    const config = JSON.parse(input.dataset.tags);
    const list = document.createElement("ul");
    list.id = `${input.id}_suggestions`;
    list.className = "tag-suggestions";
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", config.label);
    list.hidden = true;
    const said = document.createElement("span");
    said.className = "visually-hidden";
    said.setAttribute("role", "status");
    const box = document.createElement("span");
    box.className = "tag-box";
    input.replaceWith(box);
    box.append(input, list, said);
    Object.entries({
      role: "combobox",
      "aria-autocomplete": "list",
      "aria-expanded": "false",
      "aria-controls": list.id,
    }).forEach(([name, value]) => input.setAttribute(name, value));

    let active = -1;
    let timer = 0;
    let asked = 0;
    let composing = false;

    function word() {
      const end = input.selectionStart;
      let start = end;
      while (start > 0 && !SEPARATOR.test(input.value[start - 1])) start -= 1;
      let stop = end;
      while (stop < input.value.length && !SEPARATOR.test(input.value[stop])) stop += 1;
      return { start, stop, text: input.value.slice(start, end).trim() };
    }

    function close() {
      list.hidden = true;
      active = -1;
      input.setAttribute("aria-expanded", "false");
      input.removeAttribute("aria-activedescendant");
    }

    function mark(index) {
      const items = [...list.children];
      active = (index + items.length) % items.length;
      items.forEach((item, place) => item.setAttribute("aria-selected", String(place === active)));
      input.setAttribute("aria-activedescendant", items[active].id);
      items[active].scrollIntoView({ block: "nearest" });
    }

    function take(name) {
      const { start, stop } = word();
      const before = input.value.slice(0, start);
      const after = input.value.slice(stop);
      const rest = SEPARATOR.test(after[0] || "") ? after : `，${after}`;
      input.value = before + name + rest;
      const place = (before + name).length + 1;
      input.setSelectionRange(place, place);
      input.dispatchEvent(new Event("input", { bubbles: true }));
      close();
      input.focus();
    }

    function show(tags) {
      const present = new Set(input.value.split(SEPARATOR).map((name) => name.trim().toLowerCase()));
      const typed = word().text.toLowerCase();
      const fresh = tags.filter(
        ({ name }) => name.toLowerCase() === typed || !present.has(name.toLowerCase())
      );
      list.replaceChildren(
        ...fresh.map(({ name, count }, index) => {
          const item = document.createElement("li");
          item.id = `${list.id}_${index}`;
          item.setAttribute("role", "option");
          item.setAttribute("aria-selected", "false");
          item.dataset.name = name;
          const note = document.createElement("small");
          note.textContent = config.used.replace("%(count)s", count);
          item.append(`${name} `, note);
          // Before the field loses its focus.
          item.addEventListener("mousedown", (event) => {
            event.preventDefault();
            take(name);
          });
          return item;
        })
      );
      list.hidden = !fresh.length;
      active = -1;
      input.setAttribute("aria-expanded", String(Boolean(fresh.length)));
      said.textContent = fresh.length ? config.found.replace("%(count)s", fresh.length) : "";
    }

    async function ask() {
      const { text } = word();
      asked += 1;
      const number = asked;
      if (!text) {
        close();
        return;
      }
      try {
        const response = await fetch(`${config.url}?q=${encodeURIComponent(text)}`, { credentials: "same-origin" });
        const answer = await response.json();
        if (number === asked && document.activeElement === input) show(answer.tags);
      } catch {
        close(); // suggestions are a help, not a need
      }
    }

    const later = () => {
      clearTimeout(timer);
      if (!composing) timer = setTimeout(ask, 150);
    };
    input.addEventListener("compositionstart", () => { composing = true; });
    input.addEventListener("compositionend", () => { composing = false; later(); });
    input.addEventListener("input", later);
    input.addEventListener("blur", close);
    input.addEventListener("keydown", (event) => {
      if (composing || list.hidden) return;
      if (event.key === "ArrowDown") mark(active + 1);
      else if (event.key === "ArrowUp") mark(active < 0 ? -1 : active - 1);
      else if (event.key === "Enter" && active >= 0) take(list.children[active].dataset.name);
      else if (event.key === "Escape") close();
      else return;
      event.preventDefault();
    });
  }

  document.addEventListener("DOMContentLoaded", () => {
    document.querySelectorAll("input[data-tags]").forEach(suggest);
  });
})();
