/* A module: asks what an uploaded picture shows, and finds the pictures of a text that do not say it.
   The words of the question come with the answer to the upload. */

let number = 0;

function make(tag, properties, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

// A label and an input without a name, so that the form does not send it.
function field(label, help) {
  number += 1;
  const input = make("input", { type: "text", id: `picture-ask-${number}`, maxLength: 200, autocomplete: "off" });
  const row = make("p", {}, make("label", { htmlFor: input.id, textContent: label }), input);
  if (help) {
    const text = make("span", { className: "help", id: `${input.id}-help`, textContent: help });
    input.setAttribute("aria-describedby", text.id);
    row.append(text);
  }
  return { row, input };
}

/* A panel with the question. `answered` becomes {description, caption}, or null for “not now”.
   It is no window over the form: who goes on writing leaves it where it is. */
export function ask(picture, { withCaption }) {
  const words = picture.question;
  const description = field(words.description, words.help);
  const caption = field(words.caption, "");
  description.input.value = picture.description;
  const put = make("button", { type: "button", className: "button", textContent: withCaption ? words.put : words.keep });
  const skip = make("button", { type: "button", className: "button picture-ask-skip", textContent: words.skip });
  const fields = make("div", { className: "picture-ask-fields" }, make("strong", { textContent: words.title }), description.row);
  if (withCaption) fields.append(caption.row);
  fields.append(make("p", { className: "picture-ask-buttons" }, put, skip));
  const panel = make("div", { className: "picture-ask" }, make("img", { src: picture.url, alt: "" }), fields);
  panel.setAttribute("role", "group");
  panel.setAttribute("aria-label", words.title);

  const answered = new Promise((resolve) => {
    const end = (said) => {
      panel.remove();
      resolve(said);
    };
    const say = () => end({ description: description.input.value.trim(), caption: caption.input.value.trim() });
    put.addEventListener("click", say);
    skip.addEventListener("click", () => end(null));
    panel.addEventListener("keydown", (event) => {
      if (event.isComposing) return; // Enter and Escape belong to the input method
      if (event.key === "Escape") end(null);
      else if (event.key === "Enter" && event.target.tagName === "INPUT") say();
      else return;
      event.preventDefault(); // else Enter would send the form
      event.stopPropagation();
    });
  });
  return { panel, answered, focus: () => description.input.focus() };
}

export function markdown(url, description, caption) {
  const alt = description.replace(/[\\[\]]/g, "\\$&");
  const title = caption ? ` "${caption.replace(/[\\"]/g, "\\$&")}"` : "";
  return `![${alt}](${url}${title})`;
}

// Where pictures of ours stand that seem to have no description: {index, length} each.
export function without(text) {
  return [...text.matchAll(/!\[\s*\](?=\(\s*<?\/pictures\/)/g)].map((found) => ({
    index: found.index,
    length: found[0].length - 1,
  }));
}
