/* 日程：按天切换、按专场筛选、收藏想听的，并存成日历文件；没有它时两天全部列出 */
(function () {
  "use strict";
  var KEY = "zhexian-stars";
  var days = Array.from(document.querySelectorAll(".day"));
  var tabs = document.querySelector(".days");
  var filters = document.querySelector(".filters");
  var talks = Array.from(document.querySelectorAll(".agenda > li[id]"));
  var mine = document.querySelector(".mine");
  var stars = load();
  document.documentElement.classList.add("js");

  function load() {
    try { return JSON.parse(localStorage.getItem(KEY)) || []; } catch (unreadable) { return []; }
  }

  function store() {
    try { localStorage.setItem(KEY, JSON.stringify(stars)); } catch (blocked) { /* 关掉页面就忘了，仍能下载 */ }
  }

  function time(talk, which) { return talk.querySelectorAll("time")[which].getAttribute("datetime"); }

  function title(talk) { return talk.querySelector("h3").textContent.trim(); }

  function starred() {
    return talks.filter(function (talk) { return stars.includes(talk.id); });
  }

  /* ---- 按天切换：标准的选项卡 ---- */

  function choose(index, focus) {
    days.forEach(function (day, i) {
      var tab = tabs.children[i];
      day.hidden = i !== index;
      tab.setAttribute("aria-selected", String(i === index));
      tab.tabIndex = i === index ? 0 : -1;
    });
    if (focus) { tabs.children[index].focus(); }
  }

  days.forEach(function (day, i) {
    var tab = document.createElement("button");
    tab.type = "button";
    tab.id = "tab-" + day.id;
    tab.textContent = day.querySelector("h2").textContent;
    tab.setAttribute("role", "tab");
    tab.setAttribute("aria-controls", day.id);
    day.setAttribute("role", "tabpanel");
    day.setAttribute("aria-labelledby", tab.id);
    tab.addEventListener("click", function () { choose(i); });
    tabs.append(tab);
  });
  tabs.hidden = false;
  tabs.addEventListener("keydown", function (event) {
    var now = Array.from(tabs.children).indexOf(document.activeElement);
    var next = { ArrowLeft: now - 1, ArrowRight: now + 1, Home: 0, End: days.length - 1 }[event.key];
    if (next === undefined) { return; }
    event.preventDefault();
    choose((next + days.length) % days.length, true);
  });

  /* ---- 按专场筛选 ---- */

  function filter() {
    var wanted = Array.from(filters.querySelectorAll("input:checked")).map(function (box) { return box.value; });
    days.forEach(function (day) {
      var shown = 0;
      day.querySelectorAll(".agenda > li").forEach(function (item) {
        item.hidden = Boolean(item.dataset.track) && !wanted.includes(item.dataset.track);
        if (item.dataset.track && !item.hidden) { shown += 1; }
      });
      day.querySelector(".none").hidden = shown > 0;
    });
  }

  filters.hidden = false;
  filters.addEventListener("change", filter);

  /* ---- 收藏 ---- */

  function clashes() {
    var list = starred();
    var pairs = [];
    list.forEach(function (a, i) {
      list.slice(i + 1).forEach(function (b) {
        if (time(a, 0) < time(b, 1) && time(b, 0) < time(a, 1)) { pairs.push("“" + title(a) + "”与“" + title(b) + "”"); }
      });
    });
    return pairs;
  }

  function tell() {
    var pairs = clashes();
    mine.hidden = stars.length === 0;
    mine.querySelector("p").textContent = "想听 " + stars.length + " 场";
    mine.querySelector(".clash").hidden = !pairs.length;
    mine.querySelector(".clash").textContent = pairs.length ? "时间冲突：" + pairs.join("；") + "。" : "";
  }

  talks.forEach(function (talk) {
    var button = document.createElement("button");
    button.type = "button";
    button.className = "star";
    function show() {
      var on = stars.includes(talk.id);
      button.setAttribute("aria-pressed", String(on));
      button.textContent = on ? "★ 想听" : "☆ 想听";
    }
    button.setAttribute("aria-label", "想听：" + title(talk));
    button.addEventListener("click", function () {
      stars = stars.includes(talk.id) ? stars.filter(function (id) { return id !== talk.id; }) : stars.concat(talk.id);
      store();
      show();
      tell();
    });
    talk.append(button);
    show();
  });

  /* ---- 日历文件（iCalendar） ---- */

  function utc(text) {
    return new Date(text).toISOString().replace(/[-:]|\.\d+/g, "");
  }

  function escape(text) {
    return text.replace(/[\\,;]/g, "\\$&").replace(/\n/g, "\\n");
  }

  // 规定一行不超过 75 个字节，长的要折；中文一个字占三个字节
  function fold(line) {
    var encoder = new TextEncoder();
    var out = "";
    var size = 0;
    Array.from(line).forEach(function (letter) {
      var bytes = encoder.encode(letter).length;
      if (size + bytes > 74) {
        out += "\r\n ";
        size = 1;
      }
      out += letter;
      size += bytes;
    });
    return out;
  }

  function calendar() {
    var lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//zhexian//schedule//ZH"];
    starred().forEach(function (talk) {
      lines.push(
        "BEGIN:VEVENT",
        "UID:" + talk.id + "@zhexian.example",
        "DTSTAMP:" + utc(new Date().toISOString()),
        "DTSTART:" + utc(time(talk, 0)),
        "DTEND:" + utc(time(talk, 1)),
        "SUMMARY:" + escape(title(talk)),
        "LOCATION:" + escape(talk.querySelector(".room").textContent.trim()),
        "END:VEVENT"
      );
    });
    return lines.concat("END:VCALENDAR", "").map(fold).join("\r\n");
  }

  document.querySelector("#save").addEventListener("click", function () {
    var link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([calendar()], { type: "text/calendar" }));
    link.download = "折线大会.ics";
    link.click();
    setTimeout(function () { URL.revokeObjectURL(link.href); }, 1000);
  });

  stars = stars.filter(function (id) { return talks.some(function (talk) { return talk.id === id; }); });
  var linked = talks.find(function (talk) { return "#" + talk.id === location.hash; });
  choose(linked ? days.indexOf(linked.closest(".day")) : 0);
  if (linked) { linked.scrollIntoView(); }
  tell();
})();
