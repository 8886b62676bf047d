/* 首页：还有几天开幕；日期写在 <time> 里，改那里就行 */
(function () {
  "use strict";
  var start = document.querySelector("#opens");
  var count = document.querySelector(".count");
  if (!start || !count) { return; }
  var first = new Date(start.getAttribute("datetime"));
  var last = new Date(count.dataset.until);
  var now = new Date();
  // 按日历的天数算：差一分钟过零点也是一天
  var days = Math.round((new Date(first).setHours(0, 0, 0, 0) - new Date(now).setHours(0, 0, 0, 0)) / 86400000);
  count.hidden = false;
  if (now > last) {
    count.textContent = "本届已经结束，谢谢每一位到场的人。";
  } else if (days <= 0) {
    count.textContent = "大会正在进行，现场可以补票。";
  } else {
    var number = document.createElement("b");
    number.textContent = String(days);
    count.replaceChildren("距离开幕还有 ", number, " 天");
  }
})();
