// What the sidebar shows by chance is drawn anew at every visit, from a pool that the page
// carries; the colours of the tags as well. Without this it stays as the page was made.

(() => {
  function shuffled(list) {
    const left = [...list];
    for (let last = left.length - 1; last > 0; last -= 1) {
      const other = Math.floor(Math.random() * (last + 1));
      [left[last], left[other]] = [left[other], left[last]];
    }
    return left;
  }

  // A place for chance: so many are shown, the others lie in its <template>.
  for (const place of document.querySelectorAll("[data-draw]")) {
    const pool = place.querySelector(":scope > template");
    if (!pool) {
      continue;
    }
    const shown = [...place.children].filter((child) => child !== pool);
    const others = [...pool.content.children].map((child) => document.importNode(child, true));
    const drawn = shuffled([...shown, ...others]).slice(0, Number(place.dataset.draw));
    place.replaceChildren(...drawn, pool);
  }

  // Neighbours keep different colours, whatever each begins with.
  for (const cloud of document.querySelectorAll("[data-hues]")) {
    const hues = Number(cloud.dataset.hues);
    let last = 0;
    for (const tag of cloud.querySelectorAll(".tag-cloud__tag")) {
      const choices = Array.from({ length: hues }, (_unused, index) => index + 1);
      const hue = shuffled(choices).find((choice) => choice !== last);
      tag.className = tag.className.replace(/--hue-\d+/, `--hue-${hue}`);
      last = hue;
    }
  }
})();
