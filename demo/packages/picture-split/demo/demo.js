(function () {
  "use strict";
  if (!window.jQuery) {
    document.getElementById("missing").hidden = false;
    return;
  }
  var $ = window.jQuery;
  var $hills = $("#hills");

  $hills.on("split:change", function (event, position) {
    $("#position").text("白天占 " + Math.round(position) + "%");
  });
  $(".compare").pictureSplit();

  $("[data-to]").on("click", function () {
    $hills.pictureSplit("set", $(this).data("to"));
  });
})();
