"""Draws the site's icons and the picture that stands for pages without one of their own.

Run by hand after a change: `python blogsite/draw_icons.py`. The results are committed. The
mark is that of static/img/logo.svg: a prompt, and the sun rising over the horizon.
"""

from __future__ import annotations

from pathlib import Path

from PIL import Image, ImageDraw

FOLDER = Path(__file__).parent / "static" / "img"
SEAL, WHITE, PAPER, INK = "#ad3526", "#ffffff", "#fafbf9", "#1d2624"
RULE, ACCENT, ACCENT_WASH = "#d3dbd7", "#0e5c70", "#e3eff2"
SMOOTH = 8  # drawn so many times larger, then made smaller
COLOURS = 64


def mark(size: int, corner: float = 7, margin: float = 2, scale: float = 1) -> Image.Image:
    """The seal on nothing; the figures are those of the drawing of 48 by 48 units."""
    unit = size * SMOOTH / 48
    image = Image.new("RGBA", (size * SMOOTH, size * SMOOTH), (0, 0, 0, 0))
    draw = ImageDraw.Draw(image)

    def at(*points: float) -> list[float]:
        return [point * unit for point in points]

    def inner(*points: float) -> list[float]:
        return at(*((point - 24) * scale + 24 for point in points))

    draw.rounded_rectangle(at(margin, margin, 48 - margin, 48 - margin), corner * unit, fill=SEAL)
    # The prompt: a stroke of 4.5 units as the outline of its area, with mitred joint.
    draw.polygon(
        inner(8.41, 12.59, 15.32, 19.5, 8.41, 26.41, 11.59, 29.59, 21.68, 19.5, 11.59, 9.41),
        fill=WHITE,
    )
    draw.pieslice(inner(20.5, 27, 37.5, 44), 180, 360, fill=WHITE)
    draw.rectangle(inner(9, 35.5, 39, 39.5), fill=WHITE)
    return image.resize((size, size), Image.Resampling.LANCZOS)


def on(colour: str, image: Image.Image) -> Image.Image:
    """`image` on a ground of that colour, without transparency."""
    ground = Image.new("RGB", image.size, colour)
    ground.paste(image, mask=image.getchannel("A"))
    return ground


def share_picture() -> Image.Image:
    """1200 by 630: the seal, and lines of code between the rules of an old book.

    It bears no name: the name is a setting, and stands beside the picture.
    """
    width, height, fine = 1200, 630, 3
    image = Image.new("RGB", (width * fine, height * fine), PAPER)
    draw = ImageDraw.Draw(image)

    def bar(left: int, top: int, wide: int, high: int, fill: str, corner: int = 0) -> None:
        box = [fine * figure for figure in (left, top, left + wide, top + high)]
        draw.rounded_rectangle(box, corner * fine, fill=fill)

    for top, thickness in ((52, 10), (70, 2), (height - 72, 2), (height - 62, 10)):
        bar(64, top, width - 128, thickness, INK)
    bar(474, 140, 2, height - 280, RULE)
    # Indentation, then the lengths of words in a line: what a page of code looks like from afar.
    lines = (
        (0, (90, 210), ACCENT),
        (1, (150, 60, 180), INK),
        (2, (70, 240), INK),
        (2, (190, 90, 110), SEAL),
        (1, (120,), INK),
        (0, (60, 170, 140), ACCENT),
        (1, (230, 80), INK),
    )
    for row, (indentation, words, colour) in enumerate(lines):
        left, top = 530 + indentation * 56, 148 + row * 50
        for index, length in enumerate(words):
            fill = colour if index == 0 else ACCENT_WASH if colour == ACCENT else RULE
            bar(left, top, length, 20, fill, corner=10)
            left += length + 20
    image = image.resize((width, height), Image.Resampling.LANCZOS)
    seal = mark(300)
    image.paste(seal, (104, 165), seal)
    return image


def save(image: Image.Image, name: str) -> None:
    if image.mode == "RGB":
        image = image.quantize(COLOURS, dither=Image.Dither.NONE)
    image.save(FOLDER / name, optimize=True)


def main() -> None:
    sizes = [(16, 16), (32, 32), (48, 48)]
    largest, *smaller = [mark(width, margin=1) for width, _height in reversed(sizes)]
    largest.save(FOLDER / "favicon.ico", sizes=sizes, append_images=smaller)
    for size in (144, 192, 512):
        save(mark(size), f"icon-{size}.png")
    # Systems cut these to their own shapes, so the ground reaches the edge.
    save(on(SEAL, mark(180, corner=0, margin=0, scale=0.9)), "apple-touch-icon.png")
    save(on(SEAL, mark(512, corner=0, margin=0, scale=0.75)), "icon-maskable-512.png")
    save(share_picture(), "share.png")


if __name__ == "__main__":
    main()
