/* 手机菜单、价格切换、表单检查；没有它页面仍可完整阅读 */
(function () {
  "use strict";
  document.documentElement.classList.add("js");

  var menu = document.querySelector(".menu");
  var menuButton = document.querySelector(".menu-button");

  function openMenu(open) {
    menu.classList.toggle("open", open);
    menuButton.setAttribute("aria-expanded", String(open));
    menuButton.textContent = open ? "收起" : "菜单";
  }

  menuButton.addEventListener("click", function () {
    openMenu(!menu.classList.contains("open"));
  });
  menu.addEventListener("click", function (event) {
    if (event.target.closest("a")) { openMenu(false); }
  });
  document.addEventListener("keydown", function (event) {
    if (event.key === "Escape" && menu.classList.contains("open")) {
      openMenu(false);
      menuButton.focus();
    }
  });

  var periods = document.querySelector(".switch");
  if (periods) {
    periods.hidden = false;
    periods.addEventListener("click", function (event) {
      var chosen = event.target.closest("button");
      if (!chosen) { return; }
      periods.querySelectorAll("button").forEach(function (button) {
        button.setAttribute("aria-pressed", String(button === chosen));
      });
      document.querySelectorAll("[data-month]").forEach(function (price) {
        price.textContent = price.dataset[chosen.dataset.period];
      });
    });
  }

  var form = document.querySelector(".form");
  if (form) {
    form.noValidate = true;
    form.addEventListener("submit", function (event) {
      form.querySelectorAll(".error").forEach(function (old) { old.remove(); });
      var wrong = Array.prototype.filter.call(form.elements, function (field) {
        var bad = field.willValidate && !field.checkValidity();
        if (field.name) { field.setAttribute("aria-invalid", String(bad)); }
        if (bad) { explain(field); }
        return bad;
      });
      if (wrong.length) {
        event.preventDefault();
        wrong[0].focus();
      }
    });
  }

  function explain(field) {
    var note = document.createElement("p");
    note.className = "error";
    note.id = field.id + "-error";
    note.textContent = field.validity.valueMissing ? field.dataset.missing : field.dataset.wrong;
    field.setAttribute("aria-describedby", note.id);
    field.after(note);
  }
})();
