/* 图表：从页面里的 <table data-chart> 读数，画成 SVG；没有 JavaScript 时表格就在那里 */
(function () {
  "use strict";
  var SVG = "http://www.w3.org/2000/svg";
  var HEIGHT = 240;
  var PAD = { top: 12, right: 12, bottom: 26, left: 44 };

  function make(name, attributes, parent) {
    var element = document.createElementNS(SVG, name);
    Object.keys(attributes).forEach(function (key) { element.setAttribute(key, attributes[key]); });
    if (parent) { parent.appendChild(element); }
    return element;
  }

  // 第一列是横轴，其余每列一条线
  function read(table) {
    var heads = Array.from(table.tHead.rows[0].cells);
    var rows = Array.from(table.tBodies[0].rows);
    return {
      labels: rows.map(function (row) { return row.cells[0].textContent.trim(); }),
      series: heads.slice(1).map(function (head, i) {
        return {
          name: head.textContent.trim(),
          values: rows.map(function (row) { return Number(row.cells[i + 1].textContent.replace(/,/g, "")); })
        };
      })
    };
  }

  // 最高的刻度分成四份仍是整齐的数
  function ceiling(value) {
    var power = Math.pow(10, Math.floor(Math.log10(value || 1)));
    var steps = [1, 1.2, 1.6, 2, 2.4, 3.2, 4, 6, 8];
    for (var i = 0; i < steps.length; i += 1) {
      if (value <= steps[i] * power) { return steps[i] * power; }
    }
    return 10 * power;
  }

  function Chart(table) {
    this.table = table;
    this.kind = table.dataset.chart;
    this.data = read(table);
    this.top = ceiling(Math.max.apply(null, this.data.series.flatMap(function (s) { return s.values; })));
    this.build();
    new ResizeObserver(this.draw.bind(this)).observe(this.canvas);
  }

  Chart.prototype.build = function () {
    var figure = this.table.closest(".chart");
    this.canvas = document.createElement("div");
    this.canvas.className = "chart-canvas";
    this.svg = make("svg", { role: "img", "aria-label": this.table.caption.textContent.trim() + "，图。数据在下面的表格里。", height: HEIGHT });
    this.tip = document.createElement("div");
    this.tip.className = "chart-tip";
    this.tip.hidden = true;
    this.canvas.append(this.svg, this.tip);

    var details = document.createElement("details");
    var summary = document.createElement("summary");
    summary.textContent = "看数据";
    details.append(summary, this.table.closest(".scroll") || this.table);
    if (this.data.series.length > 1) { figure.append(this.legend()); }
    figure.append(this.canvas, details);

    this.canvas.addEventListener("pointermove", this.point.bind(this));
    this.canvas.addEventListener("pointerleave", this.leave.bind(this));
  };

  Chart.prototype.legend = function () {
    var list = document.createElement("ul");
    list.className = "chart-legend";
    this.data.series.forEach(function (series, i) {
      var item = document.createElement("li");
      item.className = "series-" + (i + 1);
      item.textContent = series.name;
      list.append(item);
    });
    return list;
  };

  Chart.prototype.x = function (i) {
    var room = this.width - PAD.left - PAD.right;
    var n = this.data.labels.length;
    return PAD.left + (this.kind === "bar" ? (i + 0.5) * room / n : i * room / (n - 1));
  };

  Chart.prototype.y = function (value) {
    return PAD.top + (1 - value / this.top) * (HEIGHT - PAD.top - PAD.bottom);
  };

  Chart.prototype.draw = function () {
    this.width = this.canvas.clientWidth;
    if (!this.width) { return; }
    this.svg.replaceChildren();
    this.svg.setAttribute("viewBox", "0 0 " + this.width + " " + HEIGHT);
    this.axes();
    if (this.kind === "bar") { this.bars(); } else { this.lines(); }
    this.cursor = make("g", {}, this.svg);
  };

  Chart.prototype.axes = function () {
    for (var i = 0; i <= 4; i += 1) {
      var value = this.top * i / 4;
      var y = this.y(value);
      make("line", { class: "chart-grid", x1: PAD.left, x2: this.width - PAD.right, y1: y, y2: y }, this.svg);
      make("text", { class: "chart-axis", x: PAD.left - 8, y: y + 4, "text-anchor": "end" }, this.svg)
        .textContent = value >= 10000 ? value / 10000 + " 万" : String(Math.round(value * 100) / 100);
    }
    // 窄屏上隔几个写一个，字不会叠在一起
    var every = Math.ceil(this.data.labels.length * 52 / (this.width - PAD.left));
    this.data.labels.forEach(function (label, i) {
      if (i % every) { return; }
      make("text", { class: "chart-axis", x: this.x(i), y: HEIGHT - 6, "text-anchor": "middle" }, this.svg).textContent = label;
    }, this);
  };

  Chart.prototype.lines = function () {
    this.data.series.forEach(function (series, index) {
      var path = series.values.map(function (value, i) {
        return (i ? "L" : "M") + this.x(i).toFixed(1) + " " + this.y(value).toFixed(1);
      }, this).join("");
      var group = make("g", { class: "series-" + (index + 1) }, this.svg);
      if (index === 0) {
        make("path", { class: "chart-area", d: path + "L" + this.x(series.values.length - 1) + " " + this.y(0) + "L" + this.x(0) + " " + this.y(0) + "Z" }, group);
      }
      // 第二条起用虚线，不辨颜色的人也分得开
      make("path", { class: "chart-line" + (index ? " chart-dash" : ""), d: path }, group);
    }, this);
  };

  Chart.prototype.bars = function () {
    var count = this.data.series.length;
    var room = (this.width - PAD.left - PAD.right) / this.data.labels.length;
    var width = Math.min(34, room * 0.7 / count);
    this.data.series.forEach(function (series, index) {
      var group = make("g", { class: "series-" + (index + 1) }, this.svg);
      series.values.forEach(function (value, i) {
        var y = this.y(value);
        make("rect", { class: "chart-bar", rx: 3, x: this.x(i) + (index - count / 2) * width, y: y, width: width - 2, height: this.y(0) - y }, group);
      }, this);
    }, this);
  };

  Chart.prototype.point = function (event) {
    var box = this.canvas.getBoundingClientRect();
    var at = event.clientX - box.left;
    var nearest = 0;
    this.data.labels.forEach(function (label, i) {
      if (Math.abs(this.x(i) - at) < Math.abs(this.x(nearest) - at)) { nearest = i; }
    }, this);
    var x = this.x(nearest);
    this.cursor.replaceChildren();
    make("line", { class: "chart-cursor", x1: x, x2: x, y1: PAD.top, y2: HEIGHT - PAD.bottom }, this.cursor);
    if (this.kind !== "bar") {
      this.data.series.forEach(function (series, i) {
        make("circle", { class: "chart-dot series-" + (i + 1), r: 4, cx: x, cy: this.y(series.values[nearest]) }, this.cursor);
      }, this);
    }
    this.tip.textContent = this.data.labels[nearest] + "　" + this.data.series.map(function (series) {
      return series.name + " " + series.values[nearest].toLocaleString("zh-CN");
    }).join("，");
    this.tip.hidden = false;
    var left = Math.min(x + 12, this.width - this.tip.offsetWidth);
    this.tip.style.left = Math.max(0, x + 12 + this.tip.offsetWidth > this.width ? x - 12 - this.tip.offsetWidth : left) + "px";
  };

  Chart.prototype.leave = function () {
    this.tip.hidden = true;
    this.cursor.replaceChildren();
  };

  document.querySelectorAll("table[data-chart]").forEach(function (table) { new Chart(table); });

  // 数字卡片里的小折线：<svg data-spark="3,5,4,8">
  document.querySelectorAll("[data-spark]").forEach(function (svg) {
    var values = svg.dataset.spark.split(",").map(Number);
    var low = Math.min.apply(null, values);
    var high = Math.max.apply(null, values);
    svg.setAttribute("viewBox", "0 0 100 30");
    svg.setAttribute("preserveAspectRatio", "none");
    make("path", {
      class: "chart-line",
      "vector-effect": "non-scaling-stroke",
      d: values.map(function (value, i) {
        return (i ? "L" : "M") + (i * 100 / (values.length - 1)).toFixed(1) + " " + (28 - (value - low) / (high - low || 1) * 26).toFixed(1);
      }).join("")
    }, svg);
  });
})();
