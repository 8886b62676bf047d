/* A field for a picture: shows the chosen one, and uploads another on the spot. */
"use strict";
(() => {
  function enhance(box) {
    if (box.dataset.ready || box.closest(".empty-form")) return;
    box.dataset.ready = "1";
    const select = box.querySelector("select");
    const shown = box.querySelector(".picture-shown");
    const button = box.querySelector(".picture-upload");
    const file = box.querySelector(".picture-file");
    const message = box.querySelector(".picture-message");
    const texts = JSON.parse(box.dataset.texts);

    const show = () => {
      shown.hidden = !select.value;
      if (select.value) shown.src = box.dataset.fileUrl.replace("/0/", `/${select.value}/`);
    };
    show();
    window.django.jQuery(select).on("change", show);

    async function describe(picture) {
      const { ask } = await import("./descriptions.js");
      const asked = ask(picture, { withCaption: false });
      message.after(asked.panel);
      asked.focus();
      const said = await asked.answered;
      button.focus();
      if (!said || !said.description) return;
      const data = new FormData();
      data.append("description", said.description);
      try {
        const response = await fetch(picture.describe_url, {
          method: "POST",
          body: data,
          headers: { "X-CSRFToken": select.form.elements.csrfmiddlewaretoken.value },
          credentials: "same-origin",
        });
        const answer = await response.json();
        message.textContent = answer.error || picture.question.kept;
        const option = [...select.options].find((each) => each.value === String(picture.id));
        if (!answer.text || !option) return;
        option.replaceWith(new Option(answer.text, picture.id, true, true)); // select2 keeps the old text
        window.django.jQuery(select).trigger("change");
      } catch {
        message.textContent = texts.failed;
      }
    }

    button.hidden = false;
    button.addEventListener("click", () => file.click());
    file.addEventListener("change", async () => {
      if (!file.files.length) return;
      message.textContent = texts.uploading;
      const data = new FormData();
      data.append("picture", file.files[0]);
      file.value = "";
      try {
        const response = await fetch(box.dataset.uploadUrl, {
          method: "POST",
          body: data,
          headers: { "X-CSRFToken": select.form.elements.csrfmiddlewaretoken.value },
          credentials: "same-origin",
        });
        const answer = await response.json();
        message.textContent = answer.error || "";
        if (!answer.id) return;
        const known = [...select.options].find((option) => option.value === String(answer.id));
        if (!known) select.append(new Option(answer.text, answer.id));
        select.value = String(answer.id);
        window.django.jQuery(select).trigger("change");
        if (!answer.description) describe(answer);
      } catch {
        message.textContent = texts.failed;
      }
    });
  }

  const all = (root) => root.querySelectorAll(".picture-select").forEach(enhance);
  document.addEventListener("DOMContentLoaded", () => all(document));
  document.addEventListener("formset:added", (event) => all(event.target));
})();
