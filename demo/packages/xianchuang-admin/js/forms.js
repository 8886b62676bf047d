/* 表单：错误写在字段下面，保存之后说一声，危险的事先问一遍 */
(function () {
  "use strict";

  function explain(field) {
    var id = field.id + "-error";
    var old = document.getElementById(id);
    if (old) { old.remove(); }
    var bad = !field.checkValidity();
    field.setAttribute("aria-invalid", String(bad));
    var described = (field.dataset.help || "").trim();
    if (bad) {
      var note = document.createElement("p");
      note.className = "field-error";
      note.id = id;
      note.textContent = field.validity.valueMissing ? field.dataset.missing : field.dataset.wrong;
      field.after(note);
      described = (described + " " + id).trim();
    }
    if (described) { field.setAttribute("aria-describedby", described); } else { field.removeAttribute("aria-describedby"); }
    return !bad;
  }

  document.querySelectorAll("form[data-check]").forEach(function (form) {
    var fields = Array.from(form.elements).filter(function (field) { return field.dataset.missing; });
    form.noValidate = true;
    fields.forEach(function (field) {
      field.dataset.help = field.getAttribute("aria-describedby") || "";
      // 改对了，那句话马上消失；还没提交过就不打扰
      field.addEventListener("input", function () {
        if (field.getAttribute("aria-invalid") === "true") { explain(field); }
      });
    });
    form.addEventListener("submit", function (event) {
      var wrong = fields.filter(function (field) { return !explain(field); });
      if (wrong.length) {
        event.preventDefault();
        wrong[0].focus();
      } else if (form.dataset.saved) {
        event.preventDefault();  // 模板没有服务器；接上之后删掉这一段
        window.xianchuang.say(form.dataset.saved);
      }
    });
  });

  var opener = document.querySelector("[data-opens]");
  if (opener) {
    var dialog = document.getElementById(opener.dataset.opens);
    var typed = dialog.querySelector("input");
    var sure = dialog.querySelector(".button-bad");
    opener.disabled = false;
    opener.addEventListener("click", function () {
      typed.value = "";
      sure.disabled = true;
      dialog.showModal();
    });
    typed.addEventListener("input", function () { sure.disabled = typed.value.trim() !== typed.dataset.word; });
    dialog.addEventListener("close", function () {
      if (dialog.returnValue === "sure") { window.xianchuang.say("空间已交给回收站，三十天内可以找回。"); }
      dialog.returnValue = "";
    });
  }
})();
