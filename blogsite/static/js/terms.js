// Terms of the glossary. In a text: a tap shows the explanation instead of leading to the
// glossary, Escape puts away what is shown, and the explanation stands below its term. In the
// glossary: a field that finds terms. Without this, hover and focus show it and the link leads on.

(() => {
  const OPEN = "term--open";
  const DISMISSED = "term--dismissed";

  // Below the term, within the column of the text; by style sheet alone it begins at its edge.
  function place(term) {
    const note = term.querySelector(".term__note");
    note.style.setProperty("--term-shift", "0px");
    if (getComputedStyle(note).display === "none") {
      return;
    }
    const start = term.getClientRects()[term.getClientRects().length - 1].left;
    const box = note.getBoundingClientRect();
    const room = term.closest(".prose").getBoundingClientRect().right - box.right;
    const shift = Math.max(0, Math.min(start - box.left, room));
    note.style.setProperty("--term-shift", `${shift}px`);
  }

  function closeAll(except) {
    for (const term of document.querySelectorAll(`.${OPEN}`)) {
      if (term !== except) {
        term.classList.remove(OPEN);
      }
    }
  }

  for (const term of document.querySelectorAll(".term")) {
    const name = term.querySelector(".term__name");
    let pointer = "";
    name.addEventListener("pointerdown", (event) => {
      pointer = event.pointerType;
    });
    name.addEventListener("click", (event) => {
      // A mouse has hovered, and a keyboard has focused: for them it is a link.
      if (pointer === "touch" || pointer === "pen") {
        event.preventDefault();
        closeAll(term);
        if (term.classList.toggle(OPEN)) {
          place(term);
          term.querySelector(".term__note").scrollIntoView({ block: "nearest" });
        }
      }
      pointer = "";
    });
    // What Escape put away is shown again to whoever comes back.
    function arrive() {
      term.classList.remove(DISMISSED);
      place(term);
    }
    term.addEventListener("pointerenter", arrive);
    name.addEventListener("focus", arrive);
  }

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      closeAll();
      for (const term of document.querySelectorAll(".term:hover, .term:focus-within")) {
        term.classList.add(DISMISSED);
      }
    }
  });
  document.addEventListener("pointerdown", (event) => {
    closeAll(event.target.closest(".term"));
  });
})();

(() => {
  const filter = document.querySelector(".glossary-filter");
  if (!filter) {
    return;
  }
  const input = filter.querySelector("input");
  const none = filter.querySelector("output");
  const groups = [...document.querySelectorAll(".glossary-group")].map((element) => ({
    element,
    entries: [...element.querySelectorAll(".term-entry")].map((entry) => ({
      entry,
      names: entry.querySelector("dt").textContent.toLowerCase(),
    })),
  }));

  function show() {
    const wanted = input.value.trim().toLowerCase();
    let found = 0;
    for (const group of groups) {
      let inGroup = 0;
      for (const { entry, names } of group.entries) {
        entry.hidden = !names.includes(wanted);
        inGroup += entry.hidden ? 0 : 1;
      }
      group.element.hidden = inGroup === 0;
      found += inGroup;
    }
    none.hidden = found > 0;
  }
  filter.hidden = false;
  input.addEventListener("input", show);
  // The browser keeps what stood in the field when one comes back.
  show();
})();
