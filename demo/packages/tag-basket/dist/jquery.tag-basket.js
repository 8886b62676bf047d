/*!
 * tag-basket 1.1.0：把一个文本框变成标签框
 * MIT License
 */
(function (factory) {
  "use strict";
  if (typeof define === "function" && define.amd) {
    define(["jquery"], factory);
  } else if (typeof module === "object" && module.exports) {
    module.exports = factory(require("jquery"));
  } else if (window.jQuery) {
    factory(window.jQuery);
  } else {
    console.error("tag-basket 需要 jQuery 3.x，请先加载它。");
  }
})(function ($) {
  "use strict";

  var NAME = "tagBasket";
  var instances = 0;
  var DEFAULTS = {
    separators: ",，、;；\n",  // 这些字符把文字分成标签
    joiner: ",",               // 写回原来的文本框时用它连接
    suggest: [],               // 候选：数组，或者 function (query, done)
    suggestCount: 8,           // 最多列出几个候选
    wait: 150,                 // 候选是函数时，停止输入多少毫秒之后再问
    max: 0,                    // 最多几个标签，0 是不限
    maxLength: 30,             // 一个标签最多几个字
    addOnBlur: true,           // 离开时，没打完的字也算一个标签
    placeholder: "输入标签，按回车或者逗号确定",
    label: "标签",             // 页面上没有 <label> 时，读屏软件读出的名称
    removeText: "去掉“{tag}”",
    addedText: "加上了“{tag}”。",
    removedText: "去掉了“{tag}”。",
    twiceText: "已经有“{tag}”了。",
    longText: "“{tag}”太长，最多 {max} 个字。",
    fullText: "最多 {max} 个标签。",
    suggestText: "有 {count} 个候选，用上下键选择。",
    needText: "请至少填一个标签。"
  };

  // 全角转半角、转小写：判断是不是同一个标签、找候选，都用它
  function fold(text) {
    return text.replace(/[\uff01-\uff5e\u3000]/g, function (c) {
      return c === "\u3000" ? " " : String.fromCharCode(c.charCodeAt(0) - 0xfee0);
    }).toLowerCase();
  }

  function tidy(text) {
    return $.trim(String(text).replace(/\s+/g, " "));
  }

  // 一个表情或者生僻字是一个字，不是两个
  function count(text) {
    return text.replace(/[\ud800-\udbff][\udc00-\udfff]/g, "_").length;
  }

  function say(sentence, facts) {
    return sentence.replace(/\{(\w+)\}/g, function (whole, name) {
      return name in facts ? facts[name] : whole;
    });
  }

  function Basket(input, options) {
    this.$origin = $(input);
    this.options = $.extend({}, DEFAULTS, options);
    this.number = ++instances;
    this.space = "." + NAME + this.number;
    this.tags = [];
    this.found = [];
    this.active = -1;
    this.asked = 0;
    this.build();
    this.listen();
    this.read();
  }

  /* ---- 搭起来 ---- */

  Basket.prototype.build = function () {
    var id = "tag-basket-" + this.number;
    var origin = this.$origin[0];
    this.$labels = $(origin.id ? document.querySelectorAll("label[for='" + origin.id + "']") : []);
    this.wasRequired = origin.required;
    origin.required = false;
    origin.hidden = true;
    this.$origin.addClass("tag-basket-origin");

    this.$box = $("<div class='tag-basket'>").toggleClass("tag-basket-off", origin.disabled);
    this.$chips = $("<ul class='tag-basket-chips'>").appendTo(this.$box);
    this.$last = $("<li class='tag-basket-entry'>").appendTo(this.$chips);
    this.$input = $("<input type='text' class='tag-basket-input' autocomplete='off'>").attr({
      id: id,
      role: "combobox",
      "aria-autocomplete": "list",
      "aria-expanded": "false",
      "aria-controls": id + "-list",
      "aria-describedby": origin.getAttribute("aria-describedby"),
      placeholder: this.options.placeholder
    }).prop("disabled", origin.disabled).appendTo(this.$last);
    if (!this.$labels.length) {
      this.$input.attr("aria-label", origin.getAttribute("aria-label") || this.options.label);
    }
    this.$labels.attr("for", id);
    this.$list = $("<ul class='tag-basket-list' role='listbox' hidden>")
      .attr({ id: id + "-list", "aria-label": this.options.label }).appendTo(this.$box);
    this.$status = $("<span class='tag-basket-status' role='status'>").appendTo(this.$box);
    this.$box.insertAfter(this.$origin);
  };

  Basket.prototype.listen = function () {
    var self = this;
    var $form = $(this.$origin[0].form || []);

    this.$input.on("input compositionend", function (event) {
      // 拼音还没有上屏：不切分，也不找候选
      if (event.type === "input" && event.originalEvent && event.originalEvent.isComposing) { return; }
      self.split();
      self.look();
    }).on("keydown", function (event) {
      self.key(event);
    }).on("paste", function (event) {
      self.paste(event);
    }).on("blur", function () {
      if (self.options.addOnBlur) { self.commit(); }
      self.close();
    });

    this.$chips.on("click", ".tag-basket-remove", function () {
      self.removeAt(self.$chips.find(".tag-basket-remove").index(this), true);
    }).on("keydown", ".tag-basket-remove", function (event) {
      self.chipKey(event, self.$chips.find(".tag-basket-remove").index(this));
    });
    this.$box.on("mousedown", function (event) {
      // 点在空白处也能开始输入；点候选时不让输入框失去焦点
      if (!$(event.target).closest("button, input").length) {
        event.preventDefault();
        self.$input.trigger("focus");
      }
    });
    this.$list.on("click", "li", function () {
      self.pick($(this).index());
    });
    $form.on("reset" + this.space, function () {
      setTimeout(function () { self.$input.val(""); self.read(); }, 0);
    });
    this.$form = $form;
  };

  /* ---- 键盘 ---- */

  Basket.prototype.key = function (event) {
    var original = event.originalEvent || event;
    // 组字时的回车、上下键属于输入法；229 是 Safari 在上屏之后补发的那一下
    if (original.isComposing || event.which === 229) { return; }
    var open = !this.$list.prop("hidden");
    var empty = this.$input.val() === "";

    if (event.key === "ArrowDown" && open) {
      this.activate(this.active + 1);
    } else if (event.key === "ArrowUp" && open) {
      this.activate(this.active < 0 ? this.found.length - 1 : this.active - 1);
    } else if (event.key === "Enter" && open && this.active >= 0) {
      this.pick(this.active);
    } else if (event.key === "Enter" && !empty) {
      this.commit();
    } else if (event.key === "Escape" && open) {
      this.close();
    } else if (empty && this.tags.length && (event.key === "Backspace" || event.key === "ArrowLeft")) {
      // 先选中，再按一次才去掉，不会手一滑就没了
      this.focusChip(this.tags.length - 1);
    } else {
      return;
    }
    event.preventDefault();
  };

  Basket.prototype.chipKey = function (event, at) {
    if (event.key === "Backspace" || event.key === "Delete") {
      this.removeAt(at, true);
    } else if (event.key === "ArrowLeft") {
      this.focusChip(Math.max(0, at - 1));
    } else if (event.key === "ArrowRight") {
      this.focusChip(at + 1);
    } else if (event.key === "Home") {
      this.focusChip(0);
    } else if (event.key === "End" || event.key === "Escape") {
      this.focusChip(this.tags.length);
    } else {
      return;
    }
    event.preventDefault();
  };

  Basket.prototype.focusChip = function (at) {
    var $buttons = this.$chips.find(".tag-basket-remove");
    (at >= 0 && at < $buttons.length ? $buttons.eq(at) : this.$input).trigger("focus");
  };

  /* ---- 文字变成标签 ---- */

  Basket.prototype.pieces = function (text) {
    var parts = [""];
    for (var i = 0; i < text.length; i += 1) {
      if (this.options.separators.indexOf(text.charAt(i)) >= 0) {
        parts.push("");
      } else {
        parts[parts.length - 1] += text.charAt(i);
      }
    }
    return parts;
  };

  // 打出了分隔符：前面的成为标签，后面的留在框里；加不进去的也留着，让人改
  Basket.prototype.split = function () {
    var parts = this.pieces(this.$input.val());
    if (parts.length < 2) { return; }
    var rest = parts.pop();
    var kept = [];
    for (var i = 0; i < parts.length; i += 1) {
      if (!this.add(parts[i])) { kept.push(parts[i]); }
    }
    kept.push(rest);
    this.$input.val($.trim(kept.join(" ")));
  };

  Basket.prototype.commit = function () {
    var parts = this.pieces(this.$input.val());
    var kept = [];
    for (var i = 0; i < parts.length; i += 1) {
      if (!this.add(parts[i])) { kept.push(parts[i]); }
    }
    this.$input.val(kept.join(" "));
    this.close();
  };

  // 单行文本框会吞掉换行，粘贴一列标签时先换成分隔符
  Basket.prototype.paste = function (event) {
    var data = event.originalEvent && event.originalEvent.clipboardData;
    var text = data ? data.getData("text") : "";
    if (!/[\r\n\t]/.test(text)) { return; }
    event.preventDefault();
    var input = this.$input[0];
    var value = input.value;
    input.value = value.slice(0, input.selectionStart) +
      text.replace(/[\r\n\t]+/g, this.options.separators.charAt(0)) + value.slice(input.selectionEnd);
    this.split();
    this.look();
  };

  Basket.prototype.indexOf = function (tag) {
    var wanted = fold(tag);
    for (var i = 0; i < this.tags.length; i += 1) {
      if (fold(this.tags[i]) === wanted) { return i; }
    }
    return -1;
  };

  /** 加一个标签；加上了、本来就有，或者是空的，都算成功，返回 true。 */
  Basket.prototype.add = function (text, quiet) {
    var tag = tidy(text);
    var options = this.options;
    if (!tag) { return true; }
    var at = this.indexOf(tag);
    if (at >= 0) {
      this.blink(at);
      this.refuse("twice", this.tags[at], options.twiceText, quiet);
      return true;
    }
    if (options.maxLength && count(tag) > options.maxLength) {
      this.refuse("long", tag, options.longText, quiet, options.maxLength);
      return false;
    }
    if (options.max && this.tags.length >= options.max) {
      this.refuse("full", tag, options.fullText, quiet, options.max);
      return false;
    }
    this.tags.push(tag);
    this.chip(tag).insertBefore(this.$last);
    this.write();
    if (!quiet) {
      this.tell(say(options.addedText, { tag: tag }), false);
      this.$origin.trigger("tags:add", [tag]);
      this.changed();
    }
    return true;
  };

  Basket.prototype.chip = function (tag) {
    return $("<li class='tag-basket-chip'>").append(
      $("<span class='tag-basket-text'>").text(tag),
      $("<button type='button' class='tag-basket-remove' tabindex='-1'>")
        .attr("aria-label", say(this.options.removeText, { tag: tag }))
        .prop("disabled", this.$origin[0].disabled)
    );
  };

  Basket.prototype.removeAt = function (at, focus) {
    if (at < 0 || at >= this.tags.length) { return; }
    var tag = this.tags.splice(at, 1)[0];
    this.$chips.children(".tag-basket-chip").eq(at).remove();
    this.write();
    // 焦点移到旁边，不会丢回页面开头
    if (focus) { this.focusChip(this.tags.length ? Math.max(0, at - 1) : -1); }
    this.tell(say(this.options.removedText, { tag: tag }), false);
    this.$origin.trigger("tags:remove", [tag]);
    this.changed();
  };

  Basket.prototype.refuse = function (reason, tag, sentence, quiet, max) {
    if (quiet) { return; }
    this.tell(say(sentence, { tag: tag, max: max }), true);
    this.$origin.trigger("tags:refuse", [tag, reason]);
  };

  Basket.prototype.blink = function (at) {
    var $chip = this.$chips.children(".tag-basket-chip").eq(at).addClass("tag-basket-blink");
    setTimeout(function () { $chip.removeClass("tag-basket-blink"); }, 700);
  };

  /* ---- 候选 ---- */

  Basket.prototype.look = function () {
    var self = this;
    var query = tidy(this.$input.val());
    var suggest = this.options.suggest;
    var asked = ++this.asked;  // 慢的回答回来时，问题可能已经变了
    clearTimeout(this.timer);
    if (!query) { this.close(); return; }
    if (typeof suggest !== "function") { this.show(this.pickFrom(suggest, query)); return; }
    this.timer = setTimeout(function () {
      suggest(query, function (answer) {
        if (asked === self.asked) { self.show(self.pickFrom(answer, "")); }
      });
    }, this.options.wait);
  };

  Basket.prototype.pickFrom = function (all, query) {
    var wanted = fold(query);
    var first = [];
    var later = [];
    for (var i = 0; i < all.length; i += 1) {
      var at = fold(all[i]).indexOf(wanted);
      if (at >= 0 && this.indexOf(all[i]) < 0) { (at === 0 ? first : later).push(all[i]); }
    }
    return first.concat(later).slice(0, this.options.suggestCount);
  };

  Basket.prototype.show = function (found) {
    var self = this;
    this.found = found;
    this.active = -1;
    this.$list.empty();
    $.each(found, function (i, tag) {
      $("<li role='option' aria-selected='false'>").attr("id", self.$list[0].id + "-" + i)
        .text(tag).appendTo(self.$list);
    });
    this.$list.prop("hidden", !found.length);
    this.$input.attr("aria-expanded", String(found.length > 0)).removeAttr("aria-activedescendant");
    if (found.length) { this.tell(say(this.options.suggestText, { count: found.length }), false); }
  };

  Basket.prototype.activate = function (at) {
    var $items = this.$list.children();
    this.active = at >= $items.length ? 0 : at;
    $items.attr("aria-selected", "false");
    var item = $items.eq(this.active).attr("aria-selected", "true")[0];
    this.$input.attr("aria-activedescendant", item.id);
    if (item.offsetTop < this.$list.scrollTop()) {
      this.$list.scrollTop(item.offsetTop);
    } else if (item.offsetTop + item.offsetHeight > this.$list.scrollTop() + this.$list.innerHeight()) {
      this.$list.scrollTop(item.offsetTop + item.offsetHeight - this.$list.innerHeight());
    }
  };

  Basket.prototype.pick = function (at) {
    if (this.add(this.found[at])) { this.$input.val(""); }
    this.close();
    this.$input.trigger("focus");
  };

  Basket.prototype.close = function () {
    clearTimeout(this.timer);
    this.asked += 1;
    this.found = [];
    this.active = -1;
    this.$list.prop("hidden", true).empty();
    this.$input.attr("aria-expanded", "false").removeAttr("aria-activedescendant");
  };

  /* ---- 与原来的文本框往来 ---- */

  // 从原来的文本框重新读取；表单重置、值被别的程序改了之后用
  Basket.prototype.read = function () {
    var parts = this.pieces(String(this.$origin.val() || ""));
    this.tags = [];
    this.$chips.children(".tag-basket-chip").remove();
    for (var i = 0; i < parts.length; i += 1) { this.add(parts[i], true); }
    this.write();
    this.tell("", false);
  };

  Basket.prototype.write = function () {
    this.$origin.val(this.tags.join(this.options.joiner));
    this.$input.attr("placeholder", this.tags.length ? null : this.options.placeholder);
    this.$input[0].setCustomValidity(
      this.wasRequired && !this.tags.length ? this.options.needText : "");
  };

  Basket.prototype.changed = function () {
    this.$origin.trigger("tags:change", [this.tags.slice()]).trigger("change");
  };

  Basket.prototype.tell = function (sentence, isProblem) {
    this.$status.text(sentence).toggleClass("tag-basket-problem", isProblem);
  };

  Basket.prototype.remove = function (tag) { this.removeAt(this.indexOf(tidy(tag)), false); };

  Basket.prototype.clear = function () {
    while (this.tags.length) { this.removeAt(this.tags.length - 1, false); }
  };

  Basket.prototype.destroy = function () {
    clearTimeout(this.timer);
    this.$form.off(this.space);
    this.$labels.attr("for", this.$origin[0].id);
    this.$box.remove();
    this.$origin.prop({ hidden: false, required: this.wasRequired })
      .removeClass("tag-basket-origin").removeData(NAME);
  };

  var METHODS = ["add", "remove", "clear", "read", "destroy"];

  $.fn[NAME] = function (option, argument) {
    if (option === "values") {
      var first = this.length ? $.data(this[0], NAME) : null;
      return first ? first.tags.slice() : [];
    }
    return this.each(function () {
      var basket = $.data(this, NAME);
      if (typeof option === "string") {
        if ($.inArray(option, METHODS) < 0) { throw new Error("tag-basket 没有这个方法：" + option); }
        if (basket) { basket[option](argument); }
      } else if (!basket) {
        $.data(this, NAME, new Basket(this, option));
      }
    });
  };
  $.fn[NAME].defaults = DEFAULTS;

  return $;
});
