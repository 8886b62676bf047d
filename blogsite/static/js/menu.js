// The table of contents opens without this. Here it closes again: on Escape, on a click
// elsewhere, when the keyboard leaves it, and before the page is left, so that it is not
// in the way of whoever comes back.

(() => {
  const menu = document.querySelector(".menu__all");
  if (!menu) {
    return;
  }
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && menu.open) {
      const within = menu.contains(document.activeElement);
      menu.open = false;
      if (within) {
        menu.querySelector("summary").focus();
      }
    }
  });
  document.addEventListener("click", (event) => {
    if (!menu.contains(event.target)) {
      menu.open = false;
    }
  });
  menu.addEventListener("focusout", (event) => {
    // Without a target the focus went nowhere, as by a click on the ground of the menu itself.
    if (event.relatedTarget && !menu.contains(event.relatedTarget)) {
      menu.open = false;
    }
  });
  window.addEventListener("pagehide", () => {
    menu.open = false;
  });
})();
