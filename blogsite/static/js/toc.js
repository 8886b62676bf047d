// The table of contents stands open where it has its own room beside the text, and tells which
// section is being read.

(() => {
  const contents = document.querySelector(".toc");
  if (!contents) {
    return;
  }
  const besideText = window.matchMedia("(min-width: 60rem)");
  const sections = [];
  for (const link of contents.querySelectorAll("a[href^='#']")) {
    const heading = document.getElementById(decodeURIComponent(link.hash.slice(1)));
    if (heading) {
      sections.push({ heading, link });
    }
  }

  function open() {
    contents.open = besideText.matches;
  }
  open();
  besideText.addEventListener("change", open);

  // On a phone it stands above the text and has done its work. Before the browser follows the
  // link: what closes later would move the section away again.
  contents.addEventListener("click", (event) => {
    if (!besideText.matches && event.target.closest("a")) {
      contents.open = false;
    }
  });

  // A section is being read once its heading has passed the upper quarter of the window.
  const line = 0.25;
  let current = null;

  function keepInSight(link) {
    const box = contents.getBoundingClientRect();
    const entry = link.getBoundingClientRect();
    // Its own scrolling only: scrollIntoView() would move the page too.
    if (entry.top < box.top) {
      contents.scrollTop -= box.top - entry.top + box.height / 3;
    } else if (entry.bottom > box.bottom) {
      contents.scrollTop += entry.bottom - box.bottom + box.height / 3;
    }
  }

  function follow() {
    const limit = window.innerHeight * line + 1;
    let reached = null;
    for (const section of sections) {
      if (section.heading.getBoundingClientRect().top <= limit) {
        reached = section;
      }
    }
    if (reached === current) {
      return;
    }
    current?.link.removeAttribute("aria-current");
    current = reached;
    if (current) {
      current.link.setAttribute("aria-current", "location");
      keepInSight(current.link);
    }
  }

  // Told whenever a heading passes that line, either way: what is anywhere above it is within,
  // so that a jump over a whole section is noticed too.
  const observer = new IntersectionObserver(follow, {
    rootMargin: `1000000px 0px -${(1 - line) * 100}% 0px`,
  });
  for (const section of sections) {
    observer.observe(section.heading);
  }
})();
