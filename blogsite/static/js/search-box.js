// Suggestions below every search box, as a combobox: by keyboard, mouse, finger and screen
// reader. Below the empty box stands what was searched for in this browser, which alone keeps
// it. Without this a box is a plain form.

(() => {
  const KEY = "searched";
  const KEPT = 8;
  const PAUSE = 150; // milliseconds after the last key
  let boxes = 0;

  // Storage may be forbidden, full, or hold what another version wrote.
  function recent() {
    try {
      const list = JSON.parse(localStorage.getItem(KEY) || "[]");
      return Array.isArray(list) ? list.filter((each) => typeof each === "string").slice(0, KEPT) : [];
    } catch {
      return [];
    }
  }

  function keep(list) {
    try {
      if (list.length) {
        localStorage.setItem(KEY, JSON.stringify(list.slice(0, KEPT)));
      } else {
        localStorage.removeItem(KEY);
      }
    } catch {
      // Then nothing is kept.
    }
  }

  function remember(text) {
    const asked = text.trim();
    if (asked && asked.length <= 100) {
      keep([asked, ...recent().filter((each) => each !== asked)]);
    }
  }

  function made(name, className, text) {
    const element = document.createElement(name);
    element.className = className;
    if (text) {
      element.textContent = text;
    }
    return element;
  }

  function enhance(form) {
    const input = form.querySelector("[name=q]");
    if (!input || input.getAttribute("role") === "combobox") {
      return;
    }
    boxes += 1;
    const said = form.dataset;
    const panel = made("div", "suggestions");
    panel.hidden = true;
    const heading = made("p", "suggestions__title");
    const list = made("ul", "suggestions__list");
    list.id = `suggestions-${boxes}`;
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", said.saidSuggestions);
    const help = made("p", "suggestions__help", said.saidHelp);
    help.id = `suggestions-help-${boxes}`;
    const status = made("p", "visually-hidden");
    status.setAttribute("role", "status");
    panel.append(heading, list, help);
    form.append(panel, status);
    input.setAttribute("role", "combobox");
    input.setAttribute("aria-autocomplete", "list");
    input.setAttribute("aria-expanded", "false");
    input.setAttribute("aria-controls", list.id);

    let options = [];
    let active = -1;
    let timer = 0;
    let request = null;

    function choose(number) {
      options.forEach((option, place) => {
        option.element.setAttribute("aria-selected", place === number ? "true" : "false");
      });
      active = number;
      if (number < 0) {
        input.removeAttribute("aria-activedescendant");
      } else {
        input.setAttribute("aria-activedescendant", options[number].element.id);
        options[number].element.scrollIntoView({ block: "nearest" });
      }
    }

    function close() {
      window.clearTimeout(timer);
      request?.abort();
      panel.hidden = true;
      input.setAttribute("aria-expanded", "false");
      input.removeAttribute("aria-describedby");
      choose(-1);
    }

    function show(found, isRecent) {
      options = found;
      choose(-1);
      list.replaceChildren(...found.map((option) => option.element));
      found.forEach((option, place) => {
        option.element.id = `${list.id}-${place}`;
      });
      heading.textContent = isRecent ? said.saidRecent : "";
      heading.hidden = help.hidden = !isRecent;
      panel.hidden = !found.length;
      input.setAttribute("aria-expanded", found.length ? "true" : "false");
      if (isRecent && found.length) {
        input.setAttribute("aria-describedby", help.id);
      } else {
        input.removeAttribute("aria-describedby");
      }
    }

    function option(text, note, follow, remove) {
      const element = made("li", "suggestions__option");
      element.setAttribute("role", "option");
      element.setAttribute("aria-selected", "false");
      element.append(made("span", "suggestions__text", text));
      if (note) {
        element.append(made("span", "suggestions__note", note));
      }
      if (remove) {
        // For mouse and finger; the keyboard has the Delete key.
        const cross = made("span", "suggestions__remove", "×");
        cross.title = said.saidRemove;
        cross.setAttribute("aria-hidden", "true");
        cross.addEventListener("click", (event) => {
          event.stopPropagation();
          remove();
        });
        element.append(cross);
      }
      element.addEventListener("click", follow);
      return { element, follow, remove };
    }

    function search(text) {
      input.value = text;
      close();
      form.requestSubmit();
    }

    function showRecent() {
      const found = recent().map((text) =>
        option(text, "", () => search(text), () => {
          keep(recent().filter((each) => each !== text));
          showRecent();
        }),
      );
      if (found.length) {
        const clear = option(said.saidClear, "", () => {
          keep([]);
          close();
        });
        clear.element.classList.add("suggestions__option--clear");
        found.push(clear);
      }
      show(found, true);
    }

    async function ask() {
      const text = input.value.trim();
      request?.abort();
      if (!text) {
        showRecent();
        return;
      }
      request = new AbortController();
      try {
        const address = new URL(said.suggest, window.location.href);
        address.searchParams.set("q", text);
        const response = await fetch(address, { signal: request.signal });
        if (!response.ok) {
          throw new Error(String(response.status));
        }
        const [, texts, notes, links] = await response.json();
        if (input.value.trim() !== text || document.activeElement !== input) {
          return;
        }
        show(
          texts.map((each, place) =>
            option(each, notes[place], () => {
              close();
              window.location.assign(links[place]);
            }),
          ),
          false,
        );
        status.textContent = texts.length ? `${said.saidSuggestions} ${texts.length}` : said.saidNone;
      } catch (error) {
        if (error.name !== "AbortError") {
          close();
        }
      }
    }

    function later() {
      window.clearTimeout(timer);
      timer = window.setTimeout(ask, input.value.trim() ? PAUSE : 0);
    }

    input.addEventListener("input", (event) => {
      // Half-written pinyin is no word yet; the composition's end comes with an event of its own.
      if (!event.isComposing) {
        later();
      }
    });
    input.addEventListener("compositionend", later);
    for (const name of ["focus", "click"]) {
      input.addEventListener(name, () => {
        if (panel.hidden && !input.value.trim()) {
          showRecent();
        }
      });
    }
    input.addEventListener("keydown", (event) => {
      if (event.isComposing || event.keyCode === 229) {
        return;
      }
      const isOpen = !panel.hidden;
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        if (!isOpen) {
          ask();
        } else {
          const step = event.key === "ArrowDown" ? 1 : -1;
          // Beyond the ends lies the box itself.
          const places = options.length + 1;
          choose(((active + 1 + step + places) % places) - 1);
        }
      } else if (event.key === "Escape" && isOpen) {
        event.preventDefault();
        close();
      } else if (event.key === "Enter" && isOpen && active >= 0) {
        event.preventDefault();
        options[active].follow();
      } else if (event.key === "Delete" && isOpen && active >= 0 && options[active].remove) {
        event.preventDefault();
        const place = active;
        options[active].remove();
        if (!panel.hidden) {
          choose(Math.min(place, options.length - 1));
        }
      } else if (event.key === "Tab") {
        close();
      }
    });
    // The box keeps the focus while something is clicked, so that the panel stays.
    panel.addEventListener("mousedown", (event) => event.preventDefault());
    form.addEventListener("focusout", (event) => {
      if (!form.contains(event.relatedTarget) || event.relatedTarget !== input) {
        close();
      }
    });
    form.addEventListener("submit", () => {
      remember(input.value);
      close();
    });
    window.addEventListener("pagehide", close);
  }

  function enhanceAll() {
    document.querySelectorAll("form[data-suggest]").forEach(enhance);
  }
  enhanceAll();
  // Boxes that htmx put into the page.
  document.addEventListener("htmx:afterSettle", enhanceAll);
})();
