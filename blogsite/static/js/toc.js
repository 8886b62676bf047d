// Where the table of contents has its own room beside the text, it stands open.

(() => {
  const contents = document.querySelector(".toc");
  if (contents && window.matchMedia("(min-width: 60rem)").matches) {
    contents.open = true;
  }
})();
