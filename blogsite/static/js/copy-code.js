// A button on every block of code that copies it; what happened is said aloud as well.

(() => {
  const { copy, copied, failed } = document.currentScript.dataset;
  const status = document.createElement("p");
  status.className = "visually-hidden";
  status.setAttribute("role", "status");

  // Sites without HTTPS have no clipboard interface; a selection can still be copied there.
  function copySelected(element) {
    const selection = window.getSelection();
    selection.selectAllChildren(element);
    const done = document.execCommand("copy");
    selection.removeAllRanges();
    return done;
  }

  async function write(element) {
    if (navigator.clipboard) {
      try {
        await navigator.clipboard.writeText(element.textContent);
        return true;
      } catch {
        // refused by the browser: try the other way
      }
    }
    return copySelected(element);
  }

  for (const block of document.querySelectorAll(".code")) {
    const code = block.querySelector("code");
    const button = document.createElement("button");
    button.type = "button";
    button.className = "code__copy";
    button.textContent = copy;
    button.addEventListener("click", async () => {
      const text = (await write(code)) ? copied : failed;
      button.textContent = text;
      status.textContent = text;
      setTimeout(() => {
        button.textContent = copy;
        status.textContent = "";
      }, 2000);
    });
    block.append(button);
  }
  document.body.append(status);
})();
