// Tells the site that a result of the present query was followed, so that admins see which
// queries lead nowhere. The query is that of the address, which filters without a reload change.

(() => {
  const address = document.currentScript.dataset.click;

  function tell(event) {
    // The left button or Enter, and the middle one, which opens a new tab.
    if (event.button > 1 || !(event.target instanceof Element)) return;
    if (!event.target.closest(".search-results .result__title a")) return;
    const query = new URLSearchParams(location.search).get("q");
    if (query) navigator.sendBeacon(address, new URLSearchParams({ q: query }));
  }

  document.addEventListener("click", tell);
  document.addEventListener("auxclick", tell);
})();
