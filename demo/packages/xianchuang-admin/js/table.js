/* 列表页：筛选、排序、翻页、多选与详情；行就是页面里的行，没有 JavaScript 时全部显示 */
(function () {
  "use strict";
  var SIZE = 8;
  var table = document.querySelector("[data-table]");
  if (!table) { return; }
  var body = table.tBodies[0];
  var rows = Array.from(body.rows);
  var words = document.querySelector("#words");
  var state = document.querySelector("#state");
  var picked = document.querySelector(".picked");
  var all = document.querySelector("#all");
  var page = 1;

  document.querySelectorAll("[data-needs-js]").forEach(function (element) { element.hidden = false; });

  function kept() {
    var wanted = words.value.trim().toLowerCase().split(/\s+/);
    return rows.filter(function (row) {
      var text = row.textContent.toLowerCase();
      return (!state.value || row.dataset.state === state.value) &&
        wanted.every(function (word) { return text.includes(word); });
    });
  }

  function show() {
    var found = kept();
    var pages = Math.max(1, Math.ceil(found.length / SIZE));
    page = Math.min(page, pages);
    var shown = found.slice((page - 1) * SIZE, page * SIZE);
    rows.forEach(function (row) {
      row.hidden = !shown.includes(row);
      // 看不见的不能算选中：批量操作只碰眼前的行
      if (row.hidden) { box(row).checked = false; }
    });
    document.querySelector(".empty").hidden = found.length > 0;
    document.querySelector("#place").textContent = "共 " + found.length + " 条，第 " + page + " 页，共 " + pages + " 页";
    document.querySelector("#back").disabled = page === 1;
    document.querySelector("#next").disabled = page === pages;
    count();
  }

  function box(row) { return row.querySelector("input[type=checkbox]"); }

  function chosen() {
    return rows.filter(function (row) { return box(row).checked; });
  }

  function count() {
    var n = chosen().length;
    var visible = rows.filter(function (row) { return !row.hidden; });
    picked.hidden = n === 0;
    picked.querySelector("span").textContent = "选中 " + n + " 条";
    all.checked = n > 0 && n === visible.length;
    all.indeterminate = n > 0 && n < visible.length;
  }

  function sort(head) {
    var at = head.cellIndex;
    var down = head.getAttribute("aria-sort") === "ascending";
    table.querySelectorAll("[aria-sort]").forEach(function (other) { other.setAttribute("aria-sort", "none"); });
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
    rows.sort(function (a, b) {
      var left = a.cells[at].dataset.value || a.cells[at].textContent.trim();
      var right = b.cells[at].dataset.value || b.cells[at].textContent.trim();
      return left.localeCompare(right, "zh-CN", { numeric: true }) * (down ? -1 : 1);
    });
    body.append.apply(body, rows);
    page = 1;
    show();
  }

  function settle(some) {
    some.forEach(function (row) {
      var mark = row.querySelector(".state");
      mark.className = "state state-good";
      mark.textContent = "已恢复";
      row.dataset.state = "good";
      box(row).checked = false;
    });
    window.xianchuang.say("已把 " + some.length + " 条标为已恢复。");
    show();
  }

  [words, state].forEach(function (field) {
    field.addEventListener("input", function (event) {
      if (event.isComposing) { return; }  // 拼音还没有上屏
      page = 1;
      show();
    });
  });
  words.addEventListener("compositionend", show);
  table.tHead.addEventListener("click", function (event) {
    var head = event.target.closest(".sort") && event.target.closest("th");
    if (head) { sort(head); }
  });
  all.addEventListener("change", function () {
    rows.forEach(function (row) { if (!row.hidden) { box(row).checked = all.checked; } });
    count();
  });
  body.addEventListener("change", count);
  document.querySelector("#settle").addEventListener("click", function () {
    settle(chosen());
    words.focus();
  });
  document.querySelector("#back").addEventListener("click", function () { page -= 1; show(); });
  document.querySelector("#next").addEventListener("click", function () { page += 1; show(); });

  // 详情
  var dialog = document.querySelector("#detail");
  var open;
  body.addEventListener("click", function (event) {
    var link = event.target.closest("a");
    if (!link) { return; }
    event.preventDefault();
    open = link.closest("tr");
    dialog.querySelector("h2").textContent = link.textContent;
    ["code", "service", "owner", "since"].forEach(function (name) {
      dialog.querySelector("[data-fact=" + name + "]").textContent = open.querySelector("[data-is=" + name + "]").textContent;
    });
    dialog.querySelector("[data-fact=words]").textContent = open.dataset.words;
    dialog.querySelector("#settle-one").hidden = open.dataset.state === "good";
    dialog.showModal();
  });
  dialog.querySelector("#settle-one").addEventListener("click", function () {
    dialog.close();
    settle([open]);
  });

  // 顶栏的搜索带着词过来
  var asked = new URLSearchParams(location.search).get("q");
  if (asked) { words.value = asked; }
  show();
})();
