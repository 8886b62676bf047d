/* 在画出第一笔之前定下浅色或深色，免得闪一下；所以它在 head 里，不带 defer */
(function () {
  "use strict";
  var root = document.documentElement;
  root.classList.add("js");
  try {
    var chosen = localStorage.getItem("xianchuang-theme");
    if (chosen === "light" || chosen === "dark") { root.dataset.theme = chosen; }
  } catch (blocked) {
    // 浏览器不让存：跟随系统就好
  }
})();
