/* 骨架的行为：手机上的侧栏、深浅色按钮、右下角的一句话 */
(function () {
  "use strict";
  var root = document.documentElement;
  var app = document.querySelector(".app");
  var menuButton = document.querySelector(".menu-button");

  function openMenu(open) {
    app.classList.toggle("side-open", open);
    menuButton.setAttribute("aria-expanded", String(open));
    if (open) {
      document.querySelector(".side a").focus();
    } else {
      menuButton.focus();
    }
  }

  if (menuButton) {
    menuButton.addEventListener("click", function () { openMenu(true); });
    document.addEventListener("click", function (event) {
      if (app.classList.contains("side-open") && !event.target.closest(".side, .menu-button")) { openMenu(false); }
    });
    document.addEventListener("keydown", function (event) {
      if (event.key === "Escape" && app.classList.contains("side-open")) { openMenu(false); }
    });
    // 焦点走出了侧栏，就把它收起来，不让焦点落在遮住的东西上
    document.querySelector(".side").addEventListener("focusout", function (event) {
      if (event.relatedTarget && app.classList.contains("side-open") && !event.relatedTarget.closest(".side")) { openMenu(false); }
    });
  }

  function isDark() {
    return root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  }

  document.querySelectorAll("[data-theme-button]").forEach(function (button) {
    button.hidden = false;
    button.addEventListener("click", function () {
      var chosen = isDark() ? "light" : "dark";
      root.dataset.theme = chosen;
      try { localStorage.setItem("xianchuang-theme", chosen); } catch (blocked) { /* 下次再选一遍 */ }
      window.xianchuang.say(chosen === "dark" ? "已换成深色。" : "已换成浅色。");
    });
  });

  // 别的文件用它说一句话：window.xianchuang.say("已保存。")
  var note = document.createElement("p");
  var timer;
  note.className = "note";
  note.hidden = true;
  var live = document.createElement("div");
  live.setAttribute("role", "status");
  live.append(note);
  document.body.append(live);
  window.xianchuang = {
    say: function (sentence) {
      clearTimeout(timer);
      note.textContent = sentence;
      note.hidden = false;
      timer = setTimeout(function () { note.hidden = true; }, 4000);
    }
  };
})();
