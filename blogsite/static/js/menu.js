// The table of contents closes on Escape and on a click elsewhere. It opens without this.

(() => {
  const menu = document.querySelector(".menu__all");
  if (!menu) {
    return;
  }
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && menu.open) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });
  document.addEventListener("click", (event) => {
    if (!menu.contains(event.target)) {
      menu.open = false;
    }
  });
})();
