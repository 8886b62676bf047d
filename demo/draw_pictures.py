"""Draws the diagrams and covers of the demo articles, so that no picture comes from elsewhere.

Run by hand after a change: `python demo/draw_pictures.py`. The results are committed.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

FOLDER = Path(__file__).parent / "pictures"
# Debian's fonts-noto-cjk; the third face of the collection is Simplified Chinese.
FONT = "/usr/share/fonts/opentype/noto/NotoSansCJK-{weight}.ttc"
SIMPLIFIED_CHINESE = 2

INK, MUTED, LINE, PAPER = "#1f2933", "#616e7c", "#9aa5b1", "#ffffff"
BLUE, BLUE_PALE = "#2563a8", "#dcebfa"
ORANGE, ORANGE_PALE = "#c2570c", "#fdebd8"
GREEN, GREEN_PALE = "#20744a", "#daf2e4"
RED, RED_PALE = "#b3261e", "#fbe0dd"
GREY_PALE = "#eef1f4"

Point = tuple[float, float]


class Sheet:
    """A sheet of paper with the few marks that our diagrams need."""

    def __init__(self, width: int, height: int, colour: str = PAPER) -> None:
        self.image = Image.new("RGB", (width, height), colour)
        self.draw = ImageDraw.Draw(self.image)

    def text(
        self,
        at: Point,
        words: str,
        size: int = 22,
        fill: str = INK,
        anchor: str = "mm",
        bold: bool = False,
    ) -> None:
        face = FONT.format(weight="Bold" if bold else "Regular")
        font = ImageFont.truetype(face, size, index=SIMPLIFIED_CHINESE)
        self.draw.text(at, words, font=font, fill=fill, anchor=anchor)

    def box(
        self,
        at: Point,
        size: Point,
        words: str = "",
        fill: str = GREY_PALE,
        edge: str = LINE,
        ink: str = INK,
        text_size: int = 22,
    ) -> None:
        (x, y), (w, h) = at, size
        self.draw.rounded_rectangle((x, y, x + w, y + h), 8, fill=fill, outline=edge, width=2)
        self.text((x + w / 2, y + h / 2), words, text_size, ink)

    def arrow(self, start: Point, end: Point, fill: str = MUTED, width: int = 3) -> None:
        (x0, y0), (x1, y1) = start, end
        length = ((x1 - x0) ** 2 + (y1 - y0) ** 2) ** 0.5
        ux, uy = (x1 - x0) / length, (y1 - y0) / length
        neck = (x1 - 14 * ux, y1 - 14 * uy)
        self.draw.line((start, neck), fill=fill, width=width)
        left = (neck[0] - 8 * uy, neck[1] + 8 * ux)
        right = (neck[0] + 8 * uy, neck[1] - 8 * ux)
        self.draw.polygon((end, left, right), fill=fill)

    def save(self, name: str) -> None:
        path = FOLDER / name
        if path.suffix == ".png":
            # Flat colours: a palette keeps the diagrams a third of the size, with clean edges.
            self.image.quantize(64, dither=Image.Dither.NONE).save(path, optimize=True)
        else:
            self.image.save(path, quality=82, method=6)


def flink_barrier() -> None:
    sheet = Sheet(1000, 400)
    rows = (
        (90, "左路", ["", "", "20", "10", "|"], 4),
        (230, "右路", ["", "30", "|", "6", "5"], 2),
    )
    for y, name, items, barrier in rows:
        sheet.text((55, y + 30), name, 24, bold=True)
        for column, item in enumerate(items):
            x = 110 + column * 92
            if not item:
                continue
            if item == "|":
                sheet.box((x + 26, y - 12), (26, 84), "", ORANGE, ORANGE)
                sheet.text((x + 39, y - 32), "栅栏", 20, ORANGE)
            else:
                inside = column > barrier
                sheet.box(
                    (x, y),
                    (78, 60),
                    item,
                    BLUE_PALE if inside else GREY_PALE,
                    BLUE if inside else LINE,
                )
        sheet.arrow((575, y + 30), (700, y + 30 + (45 if y < 150 else -35)))
    sheet.box((705, 150), (150, 80), "求和：10", GREEN_PALE, GREEN, text_size=24)
    sheet.arrow((858, 190), (960, 190))
    sheet.text((648, 84), "到齐之前停下", 20, RED)
    sheet.text((648, 288), "继续处理", 20, GREEN)
    sheet.box((110, 348), (30, 24), "", BLUE_PALE, BLUE)
    sheet.text((152, 360), "属于本次快照", 20, MUTED, "lm")
    sheet.box((330, 348), (30, 24), "", GREY_PALE)
    sheet.text((372, 360), "属于下一次", 20, MUTED, "lm")
    sheet.save("flink-barrier.png")


def spark_salting() -> None:
    sheet = Sheet(1000, 430)
    sheet.box((40, 130), (170, 170), "热键 6 万行", RED_PALE, RED)
    for salt in range(4):
        y = 40 + salt * 95
        name = f"热键#{salt}" if salt < 3 else "热键#15"
        sheet.arrow((212, 215), (318, y + 32))
        sheet.box((322, y), (160, 64), name, ORANGE_PALE, ORANGE)
        sheet.arrow((484, y + 32), (566, y + 32))
        sheet.box((570, y), (140, 64), "部分和", BLUE_PALE, BLUE)
        sheet.arrow((712, y + 32), (806, 215))
    sheet.text((402, 311), "……", 24, MUTED)
    sheet.box((810, 170), (150, 90), "总和", GREEN_PALE, GREEN, text_size=26)
    for x, words in ((402, "加盐，打散"), (640, "第一次聚合"), (885, "第二次聚合")):
        sheet.text((x, 410 if x < 800 else 290), words, 20, MUTED)
    sheet.save("spark-salting.png")


def redis_fencing() -> None:
    sheet = Sheet(1000, 400)
    for y, name in ((70, "A"), (200, "B"), (330, "存储")):
        sheet.text((50, y), name, 26, bold=True)
        sheet.draw.line((100, y, 970, y), fill=LINE, width=2)
    sheet.box((120, 44), (140, 52), "锁，令牌 1", BLUE_PALE, BLUE, text_size=20)
    sheet.box((280, 44), (420, 52), "停顿：锁在此期间过期", GREY_PALE, text_size=20)
    sheet.box((420, 174), (140, 52), "锁，令牌 2", BLUE_PALE, BLUE, text_size=20)
    sheet.arrow((600, 202), (640, 300), GREEN)
    sheet.box((575, 304), (150, 52), "收下：2", GREEN_PALE, GREEN, text_size=20)
    sheet.arrow((720, 72), (830, 300), RED)
    sheet.box((770, 304), (170, 52), "拒绝：1 < 2", RED_PALE, RED, text_size=20)
    sheet.text((965, 378), "时间", 18, MUTED, "rm")
    sheet.arrow((850, 378), (915, 378), LINE, 2)
    sheet.save("redis-fencing.png")


def mysql_keyset() -> None:
    sheet = Sheet(1000, 360)
    for y, name in ((80, "OFFSET"), (230, "键集")):
        sheet.text((40, y + 27), name, 24, anchor="lm", bold=True)
        for column in range(12):
            x = 170 + column * 66
            wanted = 8 <= column < 11
            counted = y < 150 and column < 8
            fill = GREEN_PALE if wanted else RED_PALE if counted else GREY_PALE
            edge = GREEN if wanted else RED if counted else LINE
            sheet.box((x, y), (56, 54), str(column + 1), fill, edge, text_size=20)
    sheet.arrow((172, 158), (688, 158), RED)
    sheet.text((430, 182), "从头数起，数过的全部丢掉", 20, RED)
    sheet.arrow((560, 320), (690, 288), GREEN)
    sheet.text((550, 324), "沿着索引直接走到上一页最后一行之后", 20, GREEN, "rm")
    sheet.text((170, 48), "按 (published_at, id) 排好的索引", 20, MUTED, "lm")
    sheet.save("mysql-keyset.png")


def es_bigrams() -> None:
    sheet = Sheet(1000, 380)
    rows = (
        ("单字", list("检查点机制"), {"机", "制"}),
        ("二元", ["检查", "查点", "点机", "机制"], {"机制"}),
        ("词典", ["检查点", "机制"], {"机制"}),
    )
    sheet.text((40, 45), "检查点机制", 30, anchor="lm", bold=True)
    for row, (name, words, hits) in enumerate(rows):
        y, x = 95 + row * 90, 150
        sheet.text((40, y + 30), name, 24, MUTED, "lm")
        for word in words:
            width = 40 + 34 * len(word)
            hit = word in hits
            sheet.box(
                (x, y),
                (width, 60),
                word,
                BLUE_PALE if hit else GREY_PALE,
                BLUE if hit else LINE,
                text_size=28,
            )
            x += width + 14
    notes = ("也会命中只含“机”或“制”的文档", "也会命中“湿机制造”", "搜“检查”时一无所获")
    for row, words in enumerate(notes):
        sheet.text((965, 125 + row * 90), words, 20, ORANGE, "rm")
    sheet.save("es-bigrams.png")


def docker_pid1() -> None:
    sheet = Sheet(1000, 360)
    for y, name in ((95, "shell 形式"), (245, "exec 形式")):
        sheet.text((40, y + 32), name, 24, anchor="lm", bold=True)
        sheet.text((245, y + 12), "SIGTERM", 20, MUTED)
        sheet.arrow((190, y + 34), (310, y + 34), ORANGE)
    sheet.box((315, 95), (190, 66), "1 号：sh", RED_PALE, RED)
    sheet.draw.line((510, 129, 640, 129), fill=LINE, width=3)
    sheet.draw.line((560, 112, 592, 146), fill=RED, width=4)
    sheet.draw.line((592, 112, 560, 146), fill=RED, width=4)
    sheet.box((645, 95), (200, 66), "7 号：应用", GREY_PALE)
    sheet.text((745, 185), "不知道要停，十秒后被强杀", 20, RED)
    sheet.box((315, 245), (190, 66), "1 号：应用", GREEN_PALE, GREEN)
    sheet.arrow((510, 278), (640, 278), GREEN)
    sheet.box((645, 245), (200, 66), "处理完再走", GREEN_PALE, GREEN)
    sheet.text((40, 45), "容器里只有 1 号进程会收到停止的信号", 22, MUTED, "lm")
    sheet.save("docker-pid1.png")


def js_event_loop() -> None:
    sheet = Sheet(1000, 340)
    steps = (
        ("一个任务", "点击、定时器、数据", BLUE_PALE, BLUE),
        ("清空微任务", "then、await 之后", ORANGE_PALE, ORANGE),
        ("绘制", "浏览器才有", GREEN_PALE, GREEN),
    )
    for column, (name, note, fill, edge) in enumerate(steps):
        x = 70 + column * 310
        sheet.box((x, 90), (220, 90), name, fill, edge, text_size=26)
        sheet.text((x + 110, 205), note, 20, MUTED)
        if column < 2:
            sheet.arrow((x + 224, 135), (x + 306, 135))
    sheet.draw.line((800, 225, 800, 290, 180, 290), fill=MUTED, width=3)
    sheet.arrow((180, 290), (180, 225))
    sheet.text((490, 312), "取下一个任务", 20, MUTED)
    sheet.draw.arc((440, 42, 540, 142), 180, 360, fill=ORANGE, width=3)
    sheet.arrow((540, 74), (540, 90), ORANGE)
    sheet.text((490, 18), "新排进来的微任务也要先做完", 20, ORANGE)
    sheet.save("js-event-loop.png")


def pg_skip_locked() -> None:
    sheet = Sheet(1000, 330)
    sheet.text((40, 62), "任务", 24, anchor="lm", bold=True)
    for column in range(8):
        x = 130 + column * 105
        taken, done = 1 <= column < 5, column == 0
        fill = BLUE_PALE if taken else GREY_PALE
        edge = BLUE if taken else LINE
        sheet.box((x, 32), (88, 60), str(column + 1), fill, edge, MUTED if done else INK)
        if done:
            sheet.draw.line((x + 12, 80, x + 76, 44), fill=MUTED, width=3)
        if taken:
            name = "甲乙丙丁"[column - 1]
            sheet.arrow((x + 44, 190), (x + 44, 98), GREEN)
            sheet.box((x, 194), (88, 60), name, GREEN_PALE, GREEN, text_size=26)
    sheet.text((174, 118), "已做完", 18, MUTED)
    sheet.text((810, 118), "还没有人领", 18, MUTED)
    sheet.text((500, 295), "跳过别人锁着的行，领第一个没有锁的", 22, GREEN)
    sheet.save("pg-skip-locked.png")


def css_stacking() -> None:
    sheet = Sheet(1000, 400)
    sheet.text((40, 40), "先比同一层的兄弟，再比各自里面的孩子", 22, MUTED, "lm")
    sheet.box((370, 75), (260, 62), "根层叠上下文", GREY_PALE)
    sheet.arrow((440, 140), (270, 196))
    sheet.arrow((560, 140), (730, 196))
    sheet.box((110, 200), (320, 62), "卡片  transform，相当于 0", RED_PALE, RED, text_size=20)
    sheet.box((570, 200), (320, 62), "页头  z-index: 10", GREEN_PALE, GREEN)
    sheet.arrow((270, 265), (270, 316))
    sheet.box((110, 320), (320, 62), "菜单  z-index: 9999", ORANGE_PALE, ORANGE)
    sheet.text((570, 351), "9999 只在卡片里面算数", 22, ORANGE, "lm")
    sheet.text((500, 231), "0 < 10", 24, RED, bold=True)
    sheet.save("css-stacking.png")


def nodejs_backpressure() -> None:
    sheet = Sheet(1000, 320)
    sheet.box((50, 110), (180, 90), "来源（快）", BLUE_PALE, BLUE)
    sheet.arrow((235, 155), (345, 155), BLUE)
    sheet.text((290, 132), "write", 18, MUTED)
    for column in range(5):
        full = column >= 2
        fill, edge = (ORANGE_PALE, ORANGE) if full else (GREY_PALE, LINE)
        sheet.box((350 + column * 54, 120), (48, 70), "", fill, edge)
    sheet.text((484, 214), "排队：越过线就返回 false", 20, ORANGE)
    sheet.arrow((625, 155), (735, 155), BLUE)
    sheet.box((740, 110), (200, 90), "目标（慢）", GREEN_PALE, GREEN)
    sheet.draw.line((430, 116, 430, 60, 140, 60), fill=RED, width=3)
    sheet.arrow((140, 60), (140, 106), RED)
    sheet.text((285, 38), "false：请停一停", 20, RED)
    sheet.draw.line((840, 204, 840, 270, 140, 270), fill=GREEN, width=3)
    sheet.arrow((140, 270), (140, 206), GREEN)
    sheet.text((490, 292), "drain：排空了，继续", 20, GREEN)
    sheet.save("nodejs-backpressure.png")


def lucene_segments() -> None:
    sheet = Sheet(1000, 360)
    for y, name, numbers in ((60, "第一段", range(1, 8)), (180, "第二段", range(8, 10))):
        sheet.text((40, y + 30), name, 24, anchor="lm", bold=True)
        for column, number in enumerate(numbers):
            x = 150 + column * 78
            dead = y < 100 and column in (1, 4)
            fill, edge = (RED_PALE, RED) if dead else (BLUE_PALE, BLUE)
            sheet.box((x, y), (66, 60), str(number), fill, edge)
            if dead:
                sheet.draw.line((x + 8, y + 52, x + 58, y + 8), fill=RED, width=3)
    sheet.text((716, 90), "旧版本只是打了叉", 20, RED, "lm")
    sheet.text((320, 210), "新版本写进新的段", 20, BLUE, "lm")
    sheet.arrow((265, 124), (190, 176), MUTED)
    sheet.arrow((486, 124), (268, 176), MUTED)
    sheet.text((150, 306), "词的统计仍按九篇计算；等到合并成一段，才回到七篇", 22, MUTED, "lm")
    sheet.save("lucene-segments.png")


def etcd_watch_gap() -> None:
    sheet = Sheet(1000, 400)
    for y, name in ((110, "从现在"), (290, "从读到的版本加一")):
        sheet.text((40, y - 70), f"{name}开始看", 22, MUTED, "lm")
        sheet.draw.line((40, y, 940, y), fill=LINE, width=2)
        sheet.box((60, y - 30), (150, 60), "读：版本 2", BLUE_PALE, BLUE, text_size=20)
        is_lost = y < 200
        fill, edge = (RED_PALE, RED) if is_lost else (ORANGE_PALE, ORANGE)
        sheet.box((330, y - 30), (150, 60), "改：版本 3", fill, edge, text_size=20)
        start = 600 if is_lost else 216
        sheet.draw.rectangle((start, y + 42, 940, y + 54), fill=GREEN)
        sheet.box((600, y - 30), (150, 60), "开始看", GREEN_PALE, GREEN, text_size=20)
    sheet.draw.rectangle((216, 152, 594, 164), fill=RED_PALE)
    sheet.text((405, 182), "这一段谁也没看见", 20, RED)
    sheet.text((580, 368), "历史从版本 3 补起，接得上", 20, GREEN)
    sheet.save("etcd-watch-gap.png")


def cover(name: str, title: str, subtitle: str, colours: tuple[str, str]) -> None:
    """A cover: two flat colours, a pattern of bars drawn from the title, and two lines of text."""
    dark, light = colours
    sheet = Sheet(1200, 630, dark)
    for column in range(24):
        height = 60 + (ord(title[column % len(title)]) * (column + 3)) % 260
        x = 620 + column * 25
        sheet.draw.rectangle((x, 630 - height, x + 13, 630), fill=light)
    sheet.text((80, 225), title, 96, "#ffffff", "lm", bold=True)
    sheet.text((84, 335), subtitle, 40, light, "lm")
    sheet.draw.rectangle((84, 400, 204, 408), fill=light)
    sheet.save(name)


def covers() -> None:
    cover("cover-flink.webp", "检查点", "Flink 为什么要对齐", ("#1e3a5f", "#8ab8e6"))
    cover("cover-golang.webp", "goroutine", "它什么时候结束？", ("#0f4c4a", "#7fd1c7"))
    cover("cover-cpp.webp", "string_view", "借条，不是钱", ("#3b2f63", "#b7a6ea"))
    cover("cover-elasticsearch.webp", "切开中文", "单字、二元与词典", ("#5a3a12", "#efc27a"))
    cover("cover-linux.webp", "磁盘满了", "可是 du 说没有满", ("#4a1f2b", "#e6a1b3"))
    cover("cover-shell.webp", "set -e", "没有拦住的那些错误", ("#243447", "#9fc0a8"))
    cover("cover-postgresql.webp", "SKIP LOCKED", "领任务，不排队", ("#1d3d5c", "#9cc3e0"))
    cover("cover-vue.webp", "响应式", "是在哪一步丢的", ("#17443a", "#86d3b4"))
    cover("cover-html.webp", "按下回车", "点的是哪一个按钮", ("#4b2a1a", "#eab894"))
    cover("cover-lua.webp", "page:5.0", "整数与浮点", ("#20275c", "#a5b0ee"))


PICTURES: tuple[Callable[[], None], ...] = (
    flink_barrier,
    spark_salting,
    redis_fencing,
    mysql_keyset,
    es_bigrams,
    docker_pid1,
    js_event_loop,
    pg_skip_locked,
    css_stacking,
    nodejs_backpressure,
    lucene_segments,
    etcd_watch_gap,
    covers,
)

if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for draw in PICTURES:
        draw()
