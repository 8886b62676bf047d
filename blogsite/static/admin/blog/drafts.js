/* A copy of what is being written, kept in this browser until the site has it.
   A copy is named by the row that is edited; one that is new gets a random name. The site
   names, in a cookie, the copy that it has saved; that one is forgotten. */
"use strict";
(() => {
  const PREFIX = "draft ";
  const DAYS = 30;
  const COOKIE = "editor_saved";

  const store = {
    all() {
      const found = [];
      for (let index = 0; index < localStorage.length; index += 1) {
        const key = localStorage.key(index);
        if (key.startsWith(PREFIX)) {
          const copy = this.get(key.slice(PREFIX.length));
          if (copy) found.push(copy);
        }
      }
      return found;
    },
    get(name) {
      try {
        return JSON.parse(localStorage.getItem(PREFIX + name));
      } catch {
        return null;
      }
    },
    set(copy) {
      try {
        localStorage.setItem(PREFIX + copy.name, JSON.stringify(copy));
        return true;
      } catch {
        return false; // full, or forbidden: the form works without
      }
    },
    remove(name) {
      localStorage.removeItem(PREFIX + name);
    },
  };

  function forgetSaved() {
    const match = document.cookie.match(new RegExp(`(?:^|; )${COOKIE}=([^;]*)`));
    if (match) {
      store.remove(decodeURIComponent(match[1]).replace(/^"|"$/g, ""));
    }
    const oldest = Date.now() - DAYS * 24 * 60 * 60 * 1000;
    store.all().filter((copy) => copy.at < oldest).forEach((copy) => store.remove(copy.name));
  }

  const plain = (text) => (text || "").replace(/\r\n/g, "\n").trim();

  function fieldsOf(form) {
    // Texts only: what is chosen from lists is quickly chosen again.
    return [...form.elements].filter(
      (field) =>
        field.name &&
        !field.name.startsWith("csrf") &&
        !/TOTAL_FORMS|INITIAL_FORMS|_NUM_FORMS/.test(field.name) &&
        (field.tagName === "TEXTAREA" || (field.tagName === "INPUT" && ["text", "url"].includes(field.type)))
    );
  }

  const valuesOf = (form) =>
    Object.fromEntries(fieldsOf(form).map((field) => [field.name, field.value]));

  const same = (one, other) =>
    Object.keys(one).every((name) => !(name in other) || plain(one[name]) === plain(other[name]));

  function start() {
    let available = true;
    try {
      forgetSaved();
    } catch {
      available = false;
    }
    const holder = document.getElementById("writing-draft");
    const body = document.querySelector("textarea[data-markdown]");
    if (!available || !holder || !body) return;
    const form = body.form;
    const texts = JSON.parse(body.dataset.markdown).texts;
    const prefix = holder.dataset.prefix;
    const isNew = prefix.endsWith(":new");
    const earlier = store
      .all()
      .filter((copy) => (isNew ? copy.name.startsWith(`${prefix}:`) : copy.name === prefix))
      .sort((one, other) => other.at - one.at);

    let name = prefix;
    if (isNew) name = `${prefix}:${crypto.getRandomValues(new Uint32Array(2)).join("-")}`;
    const present = valuesOf(form);
    // The form came back with errors: it goes on with its own copy.
    const own = earlier.find((copy) => same(copy.values, present));
    if (own) name = own.name;

    const hidden = document.createElement("input");
    hidden.type = "hidden";
    hidden.name = "_draft";
    hidden.value = name;
    form.append(hidden);

    const offered = earlier.find((copy) => copy !== own);
    if (offered && !own) offer(offered);

    let timer = 0;
    let touched = Boolean(own);
    const keep = () => {
      clearTimeout(timer);
      if (!touched) return;
      const at = Date.now();
      if (store.set({ name, at, values: valuesOf(form) })) {
        const time = new Date(at).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
        form.dispatchEvent(
          new CustomEvent("draft-kept", { detail: texts.draft_kept.replace("%(time)s", time) })
        );
      }
    };
    const later = () => {
      touched = true;
      clearTimeout(timer);
      timer = setTimeout(keep, 800);
    };
    form.addEventListener("input", later);
    form.addEventListener("text-changed", later); // the editor's own
    form.addEventListener("submit", keep);
    window.addEventListener("pagehide", keep);

    function offer(copy) {
      const bar = document.createElement("div");
      bar.className = "draft-bar";
      bar.setAttribute("role", "status");
      const time = new Date(copy.at).toLocaleString([], { dateStyle: "medium", timeStyle: "short" });
      const words = document.createElement("span");
      words.textContent = texts.draft_found.replace("%(time)s", time);
      if (copy.values.title) words.textContent += ` ${copy.values.title}`;
      const restore = button(texts.draft_restore, () => {
        for (const field of fieldsOf(form)) {
          if (field.name in copy.values) field.value = copy.values[field.name];
        }
        name = copy.name;
        hidden.value = name;
        touched = true;
        body.dispatchEvent(new CustomEvent("text-restored"));
        bar.remove();
      });
      restore.className = "button draft-restore";
      const discard = button(texts.draft_discard, () => {
        store.remove(copy.name);
        bar.remove();
      });
      discard.className = "button draft-discard";
      bar.append(words, restore, discard);
      form.prepend(bar);
    }
  }

  function button(text, action) {
    const made = document.createElement("button");
    made.type = "button";
    made.textContent = text;
    made.addEventListener("click", action);
    return made;
  }

  document.addEventListener("DOMContentLoaded", start);
})();
