/* The Markdown field: EasyMDE with our icons, our texts, our renderer and our uploads.
   Also shows what concerns the chosen kind only, and previews the form in a new tab. */
"use strict";
(() => {
  const TOOLS = [
    ["bold", "toggleBold"],
    ["italic", "toggleItalic"],
    ["strikethrough", "toggleStrikethrough"],
    ["heading", "toggleHeadingSmaller"],
    null,
    ["quote", "toggleBlockquote"],
    ["code", "toggleCodeBlock"],
    ["unordered-list", "toggleUnorderedList"],
    ["ordered-list", "toggleOrderedList"],
    ["check-list", "toggleCheckList"],
    null,
    ["link", "drawLink"],
    ["upload-image", "drawUploadedImage"],
    ["table", "drawTable"],
    ["horizontal-rule", "drawHorizontalRule"],
    null,
    ["preview", "togglePreview", true],
    ["side-by-side", "toggleSideBySide", true],
    ["fullscreen", "toggleFullScreen", true],
    null,
    ["undo", "undo"],
    ["redo", "redo"],
  ];

  const descriptions = import("./descriptions.js");

  const bytes = (text) => new TextEncoder().encode(text).length;

  async function post(url, data, form) {
    const response = await fetch(url, {
      method: "POST",
      body: data,
      headers: { "X-CSRFToken": form.elements.csrfmiddlewaretoken.value },
      credentials: "same-origin",
    });
    const kind = response.headers.get("Content-Type") || "";
    // Without a session the answer is the login page.
    if (response.redirected || !kind.includes("application/json")) {
      throw Object.assign(new Error("no answer"), { loggedOut: response.redirected || response.status === 403 });
    }
    return response.json();
  }

  function edit(textarea) {
    const config = JSON.parse(textarea.dataset.markdown);
    const { texts } = config;
    const form = textarea.form;

    const toolbar = TOOLS.map((tool) => {
      if (!tool) return "|";
      const [name, action, always] = tool;
      return {
        name,
        action: EasyMDE[action],
        className: `tool tool-${name}`,
        title: texts[name],
        noDisable: Boolean(always),
      };
    });

    const editor = new EasyMDE({
      element: textarea,
      autoDownloadFontAwesome: false,
      spellChecker: false,
      forceSync: true,
      indentWithTabs: false,
      tabSize: 4,
      minHeight: "24rem",
      sideBySideFullscreen: false,
      promptURLs: false,
      toolbar,
      status: [
        {
          className: "kept",
          defaultValue: (element) => {
            form.addEventListener("draft-kept", (event) => {
              element.textContent = event.detail;
            });
          },
        },
        "upload-image",
        {
          className: "undescribed",
          defaultValue: (element) => remind(element),
        },
        {
          className: "size-note",
          defaultValue: (element) => count(element, textarea.value),
          onUpdate: (element) => count(element, editor.value()),
        },
      ],
      uploadImage: true,
      imageAccept: "image/png, image/jpeg, image/gif, image/webp",
      imageMaxSize: config.picture_max_bytes,
      imageTexts: {
        sbInit: texts.drop,
        sbOnDragEnter: texts.dropping,
        sbOnDrop: texts.uploading.replace("%(name)s", "#images_names#"),
        sbProgress: texts.uploading.replace("%(name)s", "#file_name#"),
        sbOnUploaded: texts.uploaded,
        sizeUnits: " B, KB, MB",
      },
      imageUploadFunction: upload,
      errorCallback: say,
      previewRender: preview,
    });

    // For the tests and for whoever opens the console.
    textarea.editor = editor;
    editor.codemirror.getInputField().setAttribute("aria-labelledby", label(textarea));
    editor.codemirror.on("change", () => {
      form.dispatchEvent(new CustomEvent("text-changed"));
    });
    textarea.addEventListener("text-restored", () => editor.value(textarea.value));
    editor.gui.toolbar.querySelectorAll("button").forEach((button) => {
      button.setAttribute("aria-label", button.title);
    });
    const status = editor.gui.statusbar.querySelector(".upload-image");
    status.setAttribute("role", "status");

    function count(element, text) {
      const size = bytes(text);
      const tooLarge = size > config.max_bytes;
      element.textContent = tooLarge
        ? texts.too_large.replace("%(limit)s", Math.floor(config.max_bytes / 1000))
        : texts.characters.replace("%(count)s", [...text.replace(/\s/g, "")].length);
      element.classList.toggle("too-large", tooLarge);
      return tooLarge;
    }

    // Pictures

    function say(message) {
      editor.updateStatusBar("upload-image", message);
      status.classList.add("failed");
      setTimeout(() => status.classList.remove("failed"), 10000);
    }

    async function upload(file, _done, failed) {
      if (file.size > config.picture_max_bytes) {
        failed(texts.picture_too_large);
        return;
      }
      const data = new FormData();
      data.append("picture", file, file.name || "picture.png");
      try {
        const answer = await post(config.picture_url, data, form);
        if (answer.url) {
          status.classList.remove("failed");
          insert(answer, await descriptions);
        } else {
          failed(answer.error || texts.upload_failed);
        }
      } catch (error) {
        failed(error.loggedOut ? texts.logged_out : texts.upload_failed);
      }
    }

    // In place of EasyMDE's own insertion, which describes nothing.
    function insert(picture, { ask, markdown }) {
      const { codemirror } = editor;
      codemirror.replaceSelection(markdown(picture.url, picture.description));
      const end = codemirror.getCursor();
      const start = { line: end.line, ch: codemirror.getLine(end.line).lastIndexOf("![", end.ch) };
      const place = codemirror.markText(start, end, { className: "new-picture" });
      editor.updateStatusBar("upload-image", texts.uploaded);
      setTimeout(() => editor.updateStatusBar("upload-image", texts.drop), 2000);

      const asked = ask(picture, { withCaption: true });
      editor.gui.statusbar.after(asked.panel);
      asked.panel.scrollIntoView({ block: "nearest" });
      asked.focus();
      asked.answered.then((said) => {
        const found = place.find();
        place.clear();
        if (said && found) write(picture, said, found, markdown(picture.url, said.description, said.caption));
        codemirror.focus();
      });
    }

    function write(picture, said, { from, to }, text) {
      const { codemirror } = editor;
      // A caption needs a paragraph of its own.
      const before = codemirror.getLine(from.line).slice(0, from.ch).trim();
      const after = codemirror.getLine(to.line).slice(to.ch).trim();
      const alone = (side) => (said.caption && side ? "\n\n" : "");
      codemirror.replaceRange(alone(before) + text + alone(after), from, to);
      if (said.description && !picture.description) {
        const data = new FormData();
        data.append("description", said.description);
        post(picture.describe_url, data, form).catch(() => {}); // it is in the text already
      }
    }

    // Says how many pictures have no description, and leads to them. Which they are, the
    // renderer knows; it is asked only when something here looks like one.
    function remind(element) {
      const button = document.createElement("button");
      button.type = "button";
      button.hidden = true;
      element.setAttribute("role", "status");
      element.append(button);
      button.addEventListener("click", async () => {
        const found = (await descriptions).without(editor.value())[0];
        if (!found) return;
        const { codemirror } = editor;
        const at = codemirror.posFromIndex(found.index + 2);
        codemirror.focus();
        codemirror.setSelection(at, codemirror.posFromIndex(found.index + found.length));
      });
      let known = 0;
      let timer = 0;
      const look = async () => {
        const text = editor.value();
        const count = (await descriptions).without(text).length;
        if (count === known) return;
        known = count;
        if (!count) {
          button.hidden = true;
          return;
        }
        const data = new FormData();
        data.append("body", text);
        try {
          const { warning } = await post(config.preview_url, data, form);
          button.hidden = !warning;
          button.textContent = warning || "";
        } catch {
          known = 0; // asked again with the next change
        }
      };
      setTimeout(() => {
        look();
        editor.codemirror.on("change", () => {
          clearTimeout(timer);
          timer = setTimeout(look, 800);
        });
      }, 0);
    }

    // Previews: an own page in a frame, so that the site's styles and the admin's stay apart

    let timer = 0;
    let asked = 0;
    function preview(text, pane) {
      const frame = frameIn(pane);
      clearTimeout(timer);
      timer = setTimeout(async () => {
        asked += 1;
        const number = asked;
        const data = new FormData();
        data.append("body", text);
        let shown = { error: texts.preview_failed };
        try {
          shown = await post(config.preview_url, data, form);
        } catch (error) {
          if (error.loggedOut) shown = { error: texts.logged_out };
        }
        if (number === asked) fill(await frame, shown);
      }, 250);
      return null; // EasyMDE leaves the pane alone
    }

    function frameIn(pane) {
      const present = pane.querySelector("iframe");
      if (present) return present.ready;
      const frame = document.createElement("iframe");
      frame.className = "preview-frame";
      frame.title = texts.preview;
      frame.ready = new Promise((resolve) => {
        frame.addEventListener("load", () => resolve(frame), { once: true });
      });
      frame.src = config.frame_url;
      pane.replaceChildren(frame);
      return frame.ready;
    }

    function fill(frame, shown) {
      const page = frame.contentDocument;
      const place = page && page.getElementById("preview");
      if (!place) {
        frame.remove(); // it holds the login page; the next preview asks again
        say(shown.error || texts.logged_out);
        return;
      }
      if (shown.error) {
        place.replaceChildren(Object.assign(page.createElement("p"), { textContent: shown.error, className: "preview-error" }));
      } else {
        place.innerHTML = shown.html; // sanitised by the renderer of the site
      }
      const fit = () => {
        frame.style.height = `${page.documentElement.scrollHeight}px`;
      };
      fit();
      place.querySelectorAll("img").forEach((image) => image.addEventListener("load", fit));
    }

    // A request this large would be refused before the form is looked at.
    form.addEventListener("submit", (event) => {
      if (!count(editor.gui.statusbar.querySelector(".size-note"), editor.value())) return;
      event.preventDefault();
      say(texts.too_large.replace("%(limit)s", Math.floor(config.max_bytes / 1000)));
      editor.gui.statusbar.scrollIntoView({ block: "center" });
    });
  }

  function label(textarea) {
    const found = document.querySelector(`label[for="${textarea.id}"]`);
    if (!found) return "";
    found.id = found.id || `${textarea.id}_label`;
    return found.id;
  }

  function showOnlyChosenKind() {
    const kind = document.getElementById("id_kind");
    const groups = [...document.querySelectorAll("fieldset.for-kind")];
    if (!kind || !groups.length) return;
    const show = () => {
      groups.forEach((group) => {
        const wrong = group.querySelector(".errorlist");
        group.hidden = !wrong && !group.classList.contains(`for-kind-${kind.value}`);
      });
    };
    kind.addEventListener("change", show);
    show();
  }

  function askColumnsOfChosenKind() {
    const kind = document.getElementById("id_kind");
    if (!kind || !window.django || !window.django.jQuery) return;
    window.django.jQuery.ajaxPrefilter((options) => {
      if (typeof options.data === "string" && /(^|&)field_name=column(&|$)/.test(options.data)) {
        options.data += `&kind=${encodeURIComponent(kind.value)}`;
      }
    });
  }

  function previewWithoutFiles() {
    const button = document.getElementById("preview-form");
    if (!button) return;
    button.form.addEventListener("submit", (event) => {
      if (event.submitter !== button) return;
      const files = [...button.form.querySelectorAll("input[type=file]:not(:disabled)")];
      files.forEach((file) => { file.disabled = true; });
      setTimeout(() => files.forEach((file) => { file.disabled = false; }), 0);
    });
  }

  document.addEventListener("DOMContentLoaded", () => {
    document.querySelectorAll("textarea[data-markdown]").forEach(edit);
    showOnlyChosenKind();
    askColumnsOfChosenKind();
    previewWithoutFiles();
  });
})();
