/*!
 * table-sieve 1.0.3：给现有的表格加一个筛选框
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
    console.error("table-sieve 需要 jQuery 3.x，请先加载它。");
  }
})(function ($) {
  "use strict";

  var NAME = "tableSieve";
  var instances = 0;
  var DEFAULTS = {
    input: null,              // 现成的输入框（选择器或元素），不给就自动建一个
    placeholder: "输入关键词筛选，多个词用空格分开",
    label: "筛选表格",
    columns: null,            // 只在这些列里找，从 0 数起；null 是全部
    selects: [],              // 给这些列各加一个下拉框
    allText: "全部",
    emptyText: "没有符合条件的行。",
    countText: "显示 {shown} 行，共 {total} 行",
    mark: true,               // 标出命中的文字
    wait: 120                 // 停止输入多少毫秒之后再筛
  };

  // 全角转半角、转小写；一个字符对一个字符，标记的位置才不会错
  function fold(text) {
    return text.replace(/[\uff01-\uff5e\u3000]/g, function (c) {
      return c === "\u3000" ? " " : String.fromCharCode(c.charCodeAt(0) - 0xfee0);
    }).replace(/[A-Z]/g, function (c) { return c.toLowerCase(); });
  }

  function words(text) {
    return $.grep(fold(text).split(/\s+/), Boolean);
  }

  function Sieve(table, options) {
    this.$table = $(table);
    this.options = $.extend({}, DEFAULTS, options);
    this.space = "." + NAME + (++instances);
    this.chosen = {};
    this.build();
    this.refresh();
  }

  Sieve.prototype.build = function () {
    var self = this;
    var options = this.options;
    this.$bar = $("<div class='table-sieve'>");
    if (options.input) {
      this.$input = $(options.input);
    } else {
      this.$input = $("<input type='search' class='table-sieve-input'>")
        .attr({ placeholder: options.placeholder, "aria-label": options.label })
        .appendTo(this.$bar);
    }
    this.$selects = $("<span class='table-sieve-selects'>").appendTo(this.$bar);
    this.$count = $("<span class='table-sieve-count' role='status'>").appendTo(this.$bar);
    this.$bar.insertBefore(this.$table);
    this.$empty = $("<p class='table-sieve-empty' hidden>").text(options.emptyText)
      .insertAfter(this.$table);

    this.$input.on("input" + this.space + " compositionend" + this.space, function (event) {
      // 拼音还没有上屏，先不筛
      if (event.originalEvent && event.originalEvent.isComposing) { return; }
      clearTimeout(self.timer);
      self.timer = setTimeout(function () { self.apply(); }, options.wait);
    });
    this.$input.on("keydown" + this.space, function (event) {
      if (event.key === "Escape") { self.reset(); }
    });
  };

  // 重新读取表格的内容；行增减之后由使用者调用
  Sieve.prototype.refresh = function () {
    this.unmark();
    this.$rows = this.$table.children("tbody").children("tr");
    this.rows = this.$rows.map(function () {
      return { element: this, cells: $(this).children().map(function () {
        return fold($(this).text());
      }).get() };
    }).get();
    this.buildSelects();
    this.apply();
  };

  Sieve.prototype.buildSelects = function () {
    var self = this;
    this.$selects.empty();
    $.each(this.options.selects, function (_, column) {
      var title = $.trim(self.$table.find("thead th").eq(column).text());
      var seen = {};
      var $select = $("<select>").attr("aria-label", title);
      $("<option value=''>").text(title + "：" + self.options.allText).appendTo($select);
      self.$rows.each(function () {
        var value = $.trim($(this).children().eq(column).text());
        if (value && !Object.prototype.hasOwnProperty.call(seen, value)) {
          seen[value] = true;
          $("<option>").val(value).text(value).appendTo($select);
        }
      });
      if (self.chosen[column] && !seen[self.chosen[column]]) { delete self.chosen[column]; }
      $select.val(self.chosen[column] || "").on("change", function () {
        self.chosen[column] = this.value;
        self.apply();
      }).appendTo(self.$selects);
    });
  };

  Sieve.prototype.matches = function (row, wanted) {
    var columns = this.options.columns;
    var text = $.grep(row.cells, function (_, i) {
      return !columns || $.inArray(i, columns) >= 0;
    }).join("\n");
    for (var i = 0; i < wanted.length; i += 1) {
      if (text.indexOf(wanted[i]) < 0) { return false; }
    }
    for (var column in this.chosen) {
      if (this.chosen[column] && $.trim(row.cells[column]) !== $.trim(fold(this.chosen[column]))) {
        return false;
      }
    }
    return true;
  };

  Sieve.prototype.apply = function () {
    var self = this;
    var wanted = words(String(this.$input.val() || ""));
    var shown = 0;
    clearTimeout(this.timer);
    this.unmark();
    $.each(this.rows, function (_, row) {
      var keep = self.matches(row, wanted);
      row.element.hidden = !keep;
      if (keep) {
        shown += 1;
        if (self.options.mark && wanted.length) { self.markRow(row.element, wanted); }
      }
    });
    this.$empty.prop("hidden", shown > 0);
    this.$count.text(this.options.countText
      .replace("{shown}", shown).replace("{total}", this.rows.length));
    this.$table.trigger("sieve:change", [{ shown: shown, total: this.rows.length, words: wanted }]);
  };

  // 只动文本节点，单元格里的链接和按钮不受影响
  Sieve.prototype.markRow = function (element, wanted) {
    var columns = this.options.columns;
    $(element).children().each(function (index) {
      if (columns && $.inArray(index, columns) < 0) { return; }
      var walker = document.createTreeWalker(this, NodeFilter.SHOW_TEXT, null);
      var nodes = [];
      while (walker.nextNode()) { nodes.push(walker.currentNode); }
      $.each(nodes, function (_, node) { markText(node, wanted); });
    });
  };

  function markText(node, wanted) {
    var text = node.nodeValue;
    var folded = fold(text);
    var pieces = document.createDocumentFragment();
    var from = 0;
    for (;;) {
      var at = -1;
      var length = 0;
      for (var i = 0; i < wanted.length; i += 1) {
        var found = folded.indexOf(wanted[i], from);
        if (found >= 0 && (at < 0 || found < at || (found === at && wanted[i].length > length))) {
          at = found;
          length = wanted[i].length;
        }
      }
      if (at < 0) { break; }
      pieces.appendChild(document.createTextNode(text.slice(from, at)));
      var mark = document.createElement("mark");
      mark.className = "table-sieve-mark";
      mark.textContent = text.slice(at, at + length);
      pieces.appendChild(mark);
      from = at + length;
    }
    if (!from) { return; }
    pieces.appendChild(document.createTextNode(text.slice(from)));
    node.parentNode.replaceChild(pieces, node);
  }

  Sieve.prototype.unmark = function () {
    this.$table.find("mark.table-sieve-mark").each(function () {
      var parent = this.parentNode;
      parent.replaceChild(document.createTextNode(this.textContent), this);
      parent.normalize();
    });
  };

  Sieve.prototype.reset = function () {
    this.chosen = {};
    this.$input.val("");
    this.$selects.find("select").val("");
    this.apply();
  };

  Sieve.prototype.destroy = function () {
    clearTimeout(this.timer);
    this.unmark();
    this.$rows.prop("hidden", false);
    this.$input.off(this.space);
    this.$bar.remove();
    this.$empty.remove();
    this.$table.removeData(NAME);
  };

  var METHODS = ["refresh", "apply", "reset", "destroy"];

  $.fn[NAME] = function (option) {
    return this.each(function () {
      var sieve = $.data(this, NAME);
      if (typeof option === "string") {
        if ($.inArray(option, METHODS) < 0) { throw new Error("table-sieve 没有这个方法：" + option); }
        if (sieve) { sieve[option](); }
      } else if (!sieve) {
        $.data(this, NAME, new Sieve(this, option));
      }
    });
  };
  $.fn[NAME].defaults = DEFAULTS;

  return $;
});
