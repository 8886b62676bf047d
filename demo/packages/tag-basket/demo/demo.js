(function () {
  "use strict";
  if (!window.jQuery) {
    document.getElementById("missing").hidden = false;
    return;
  }
  var $ = window.jQuery;
  var TAGS = [
    "Redis", "分布式锁", "Lua", "Golang", "Go Gin", "Go Iris", "MongoDB", "MySQL", "消息队列",
    "Kafka", "Elasticsearch", "全文检索", "中文分词", "缓存", "限流", "监控", "Docker", "Kubernetes"
  ];
  var PEOPLE = ["沈知夏", "沈一舟", "林听雨", "林小满", "周行简", "周未", "何以宁", "顾长安"];

  function report() {
    var lines = $.map($("#article").serializeArray(), function (field) {
      return field.name + "=" + field.value;
    });
    $("#log").text(lines.join("\n"));
  }

  $("#tags").tagBasket({ suggest: TAGS, max: 6, maxLength: 12 });
  $("#readers").tagBasket({
    placeholder: "输入姓名",
    label: "提醒谁来看",
    suggest: function (query, done) {
      // 真实的页面在这里用 $.getJSON 去问服务器
      setTimeout(function () {
        done($.grep(PEOPLE, function (name) { return name.indexOf(query) >= 0; }));
      }, 300);
    }
  });
  $("#tags, #readers").on("tags:change", report);

  $("#article").on("submit", function (event) {
    event.preventDefault();
    report();
  }).on("reset", function () {
    setTimeout(report, 0);
  });
  $("#destroy").on("click", function () {
    $("#tags, #readers").tagBasket("destroy");
    this.disabled = true;
  });
})();
