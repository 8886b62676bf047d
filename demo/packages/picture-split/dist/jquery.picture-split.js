/*!
 * picture-split 1.0.1：拖动分界线，对照两张图片
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
    console.error("picture-split 需要 jQuery 3.x，请先加载它。");
  }
})(function ($) {
  "use strict";

  var NAME = "pictureSplit";
  var instances = 0;
  var DEFAULTS = {
    start: 50,           // 分界线一开始在哪里，百分数
    step: 2,             // 方向键一次走多少
    leap: 10,            // Page Up、Page Down 与按住 Shift 一次走多少
    vertical: false,     // true：上下对照，分界线是横的
    hover: false,        // true：鼠标移到哪里就分到哪里，不必按住
    labels: null,        // 两张图各叫什么，例如 ["修复前", "修复后"]；不给就用图片的 alt
    showLabels: true,    // 把名称写在图上
    name: "对照的分界线",  // 读屏软件读出的滑块名称
    valueText: "“{first}”占百分之 {percent}"
  };

  function within(value) {
    return Math.min(100, Math.max(0, value));
  }

  function Split(element, options) {
    var data = $(element).data();
    this.$element = $(element);
    // 写在元素上的优先；没写的是 undefined，extend 会跳过
    this.options = $.extend({}, DEFAULTS, options, {
      start: data.start,
      vertical: data.vertical === undefined ? undefined : data.vertical !== false
    });
    this.space = "." + NAME + (++instances);
    this.$sides = this.$element.children().slice(0, 2);
    if (this.$sides.length < 2) { throw new Error("picture-split 需要两张图片。"); }
    this.build();
    this.listen();
    this.set(this.options.start);
  }

  /* ---- 搭起来 ---- */

  Split.prototype.build = function () {
    var options = this.options;
    var vertical = options.vertical;
    this.names = this.findNames();
    this.$element.addClass("picture-split").toggleClass("picture-split-vertical", Boolean(vertical));
    this.$sides.eq(0).addClass("picture-split-first");
    this.$sides.eq(1).addClass("picture-split-second");
    this.$handle = $("<div class='picture-split-handle' role='slider' tabindex='0'>").attr({
      "aria-label": options.name,
      "aria-orientation": vertical ? "vertical" : "horizontal",
      "aria-valuemin": 0,
      "aria-valuemax": 100
    }).append("<span class='picture-split-grip' aria-hidden='true'>");
    this.$added = this.$handle.appendTo(this.$element);
    if (options.showLabels) {
      this.$added = this.$added.add(this.label("first", this.names[0]))
        .add(this.label("second", this.names[1]));
    }
  };

  // 图片的 alt 已经读过一遍，写在图上的名称不再念
  Split.prototype.label = function (side, name) {
    return $("<span class='picture-split-label' aria-hidden='true'>")
      .addClass("picture-split-label-" + side).text(name).insertBefore(this.$handle);
  };

  Split.prototype.findNames = function () {
    var given = this.options.labels ||
      [this.$element.attr("data-first"), this.$element.attr("data-second")];
    return this.$sides.map(function (i) {
      return given[i] || $(this).attr("alt") || $(this).find("img").attr("alt") || "";
    }).get();
  };

  Split.prototype.listen = function () {
    var self = this;
    var space = this.space;
    this.$handle.on("keydown" + space, function (event) { self.key(event); });
    this.$element.on("pointerdown" + space, function (event) {
      self.press(event.originalEvent);
    }).on("pointermove" + space, function (event) {
      self.drag(event.originalEvent);
    }).on("pointerup" + space, function (event) {
      // 手指点一下没有移动过，这时才走过去
      if (self.waiting && self.held === event.originalEvent.pointerId) {
        self.follow(event.originalEvent);
      }
      self.release();
    }).on("pointercancel" + space, function () {
      self.release();
    }).on("dragstart" + space, function (event) {
      // 浏览器自带的拖图片会打断我们的拖动
      event.preventDefault();
    });
    // 有一张图没取到：对照没有意义，两张照常排列，坏的那张显示它的 alt
    this.$sides.add(this.$sides.find("img")).filter("img").each(function () {
      if (this.complete && !this.naturalWidth && this.getAttribute("src")) {
        setTimeout(function () { self.fail(); }, 0);
      }
    }).on("error" + space, function () { self.fail(); });
  };

  /* ---- 指针与键盘 ---- */

  Split.prototype.press = function (event) {
    if (event.button > 0) { return; }
    this.held = event.pointerId;
    // 手指可能只是想滚动页面：先记下从哪里开始，看清方向再跟
    this.waiting = event.pointerType === "touch" ? { x: event.clientX, y: event.clientY } : null;
    try { this.$element[0].setPointerCapture(event.pointerId); } catch (ignored) { /* 指针已经离开 */ }
    this.$element.addClass("picture-split-held");
    this.$handle[0].focus({ preventScroll: true });
    if (!this.waiting) { this.follow(event); }
    if (event.pointerType === "mouse") { event.preventDefault(); }
  };

  Split.prototype.drag = function (event) {
    var holding = this.held === event.pointerId;
    if (holding && this.waiting && !this.isOurs(event)) { return; }
    if (holding || (this.options.hover && event.pointerType === "mouse")) { this.follow(event); }
  };

  // 手指走了几个像素，而且主要是沿着我们的方向
  Split.prototype.isOurs = function (event) {
    var x = Math.abs(event.clientX - this.waiting.x);
    var y = Math.abs(event.clientY - this.waiting.y);
    var along = this.options.vertical ? y : x;
    if (along < 5 || along < Math.max(x, y)) { return false; }
    this.waiting = null;
    return true;
  };

  Split.prototype.release = function () {
    if (this.held === undefined) { return; }
    this.held = undefined;
    this.$element.removeClass("picture-split-held").trigger("split:end", [this.position]);
  };

  Split.prototype.follow = function (event) {
    var box = this.$element[0].getBoundingClientRect();
    this.set(this.options.vertical
      ? (event.clientY - box.top) / box.height * 100
      : (event.clientX - box.left) / box.width * 100);
  };

  Split.prototype.key = function (event) {
    var step = event.shiftKey ? this.options.leap : this.options.step;
    // 滑块的惯例是“上”增加；上下对照时分界线跟着方向走更自然
    var up = this.options.vertical ? -step : step;
    var moves = {
      ArrowLeft: -step, ArrowRight: step, ArrowUp: up, ArrowDown: -up,
      PageUp: this.options.vertical ? -this.options.leap : this.options.leap,
      PageDown: this.options.vertical ? this.options.leap : -this.options.leap,
      Home: -100, End: 100
    };
    if (event.altKey || event.ctrlKey || event.metaKey) { return; }
    if (event.key === "Enter" || event.key === " ") {
      this.set(this.options.start);
    } else if (Object.prototype.hasOwnProperty.call(moves, event.key)) {
      this.set(this.position + moves[event.key]);
    } else {
      return;
    }
    event.preventDefault();
    this.$element.trigger("split:end", [this.position]);
  };

  /* ---- 位置 ---- */

  Split.prototype.set = function (percent) {
    var position = Math.round(within(Number(percent) || 0) * 10) / 10;
    if (position === this.position) { return; }
    var whole = Math.round(position);
    this.position = position;
    this.$element[0].style.setProperty("--split", position + "%");
    this.$element.toggleClass("picture-split-at-first", position < 18)
      .toggleClass("picture-split-at-second", position > 82);
    this.$handle.attr({
      "aria-valuenow": whole,
      "aria-valuetext": this.options.valueText
        .replace("{first}", this.names[0]).replace("{second}", this.names[1])
        .replace("{percent}", whole)
    });
    this.$element.trigger("split:change", [position]);
  };

  Split.prototype.reset = function () { this.set(this.options.start); };

  Split.prototype.fail = function () {
    if (!$.data(this.$element[0], NAME)) { return; }
    this.destroy();
    this.$element.trigger("split:fail");
  };

  Split.prototype.destroy = function () {
    this.$element.add(this.$sides).add(this.$sides.find("img")).off(this.space);
    this.$added.remove();
    this.$sides.removeClass("picture-split-first picture-split-second");
    this.$element.removeClass("picture-split picture-split-vertical picture-split-held " +
      "picture-split-at-first picture-split-at-second").removeData(NAME);
    this.$element[0].style.removeProperty("--split");
  };

  var METHODS = ["set", "reset", "destroy"];

  $.fn[NAME] = function (option, argument) {
    if (option === "position") {
      var first = this.length ? $.data(this[0], NAME) : null;
      return first ? first.position : undefined;
    }
    return this.each(function () {
      var split = $.data(this, NAME);
      if (typeof option === "string") {
        if ($.inArray(option, METHODS) < 0) { throw new Error("picture-split 没有这个方法：" + option); }
        if (split) { split[option](argument); }
      } else if (!split) {
        $.data(this, NAME, new Split(this, option));
      }
    });
  };
  $.fn[NAME].defaults = DEFAULTS;

  return $;
});
