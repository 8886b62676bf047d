// After results were swapped in place: the focus goes where the reader was, or to the number
// of results, which is read aloud; another page begins at its top. And which queries lead
// nowhere is counted: that a result of this one was followed, not which nor by whom.

(() => {
  let followed = "";
  document.addEventListener("htmx:beforeRequest", (event) => {
    const link = event.detail.elt;
    followed = link.closest(".pagination, .search-days") ? "" : link.id;
    document.querySelector("#search")?.setAttribute("aria-busy", "true");
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.detail.target && event.detail.target.id !== "search") {
      return;
    }
    const total = document.querySelector("#search-total");
    const link = followed && document.getElementById(followed);
    if (link) {
      link.focus({ preventScroll: true });
    } else if (total) {
      total.focus();
      document.querySelector("#search").scrollIntoView({ block: "start" });
    }
  });
  // What was asked for in vain is asked for again in the ordinary way, which says why.
  const leave = (event) => {
    const path = event.detail.pathInfo?.finalRequestPath || event.detail.pathInfo?.requestPath;
    if (path) {
      window.location.assign(path);
    }
  };
  document.addEventListener("htmx:responseError", leave);
  document.addEventListener("htmx:sendError", leave);

  for (const name of ["click", "auxclick"]) {
    document.addEventListener(name, (event) => {
      const page = event.target.closest("#search");
      if (page?.dataset.query && event.target.closest("a[data-position]") && event.button < 2) {
        const said = new FormData();
        said.set("q", page.dataset.query);
        navigator.sendBeacon(page.dataset.click, said);
      }
    });
  }
})();
