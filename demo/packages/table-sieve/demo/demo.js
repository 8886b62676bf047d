(function () {
  "use strict";
  if (!window.jQuery) {
    document.getElementById("missing").hidden = false;
    return;
  }
  var $ = window.jQuery;
  var $table = $("#devices");
  var added = 0;

  $table.on("sieve:change", function (event, state) {
    $("#log").text(state.words.length ? "关键词：" + state.words.join("、") : "");
  });
  $table.tableSieve({ selects: [2, 4] });

  $("#add").on("click", function () {
    added += 1;
    $("<tr>").append(
      $("<td>").text("GZ-00" + added), $("<td>").text("边缘节点"), $("<td>").text("广州"),
      $("<td>").text("4 核，16 GB，SSD"), $("<td>").text("运行")
    ).appendTo($table.children("tbody"));
    $table.tableSieve("refresh");
  });
  $("#reset").on("click", function () { $table.tableSieve("reset"); });
})();
