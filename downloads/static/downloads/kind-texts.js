/* Shows the texts of a kind filled in while they are being typed. The rule of what is filled in
   is that of KindText: known names in braces, everything else as it is. */
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  for (const preview of document.querySelectorAll(".kind-text-preview")) {
    const field = document.getElementById(`id_${preview.dataset.field}`);
    if (!field) continue; // shown to somebody who may only look
    const values = JSON.parse(preview.dataset.values);
    const filled = (text) =>
      text.replace(/\{([^{}]*)\}/g, (whole, name) => (Object.hasOwn(values, name) ? values[name] : whole));
    field.addEventListener("input", () => {
      const paragraphs = field.value.trim().split(/\n\s*\n/).filter((text) => text.trim());
      preview.replaceChildren(
        ...paragraphs.map((text) => {
          const paragraph = document.createElement("p");
          paragraph.textContent = filled(text);
          return paragraph;
        }),
      );
    });
  }
});
