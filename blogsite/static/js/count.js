// Tells the site that this page is being looked at, for a page from a cache is not asked for.
// Whoever was counted when the page was made is not counted again.

(() => {
  const address = document.currentScript.dataset.count;

  function tellOnceSeen() {
    if (document.prerendering) {
      document.addEventListener("prerenderingchange", tellOnceSeen, { once: true });
    } else if (document.visibilityState !== "visible") {
      document.addEventListener("visibilitychange", tellOnceSeen, { once: true });
    } else {
      navigator.sendBeacon(address);
    }
  }

  // Back and forward: the same page again, as it was left.
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) tellOnceSeen();
  });
  tellOnceSeen();
})();
