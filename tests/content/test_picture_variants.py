"""The smaller files that lie beside a stored picture."""

import random
import tempfile
from io import BytesIO
from pathlib import Path
from unittest import mock

from django.test import SimpleTestCase, override_settings
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms, ImageDraw, ImageStat

from content import pictures
from content.pictures import StoredPicture, picture_path, store_picture, variant_name

FULL = OSError(28, "No space left on device")


def scene(size: tuple[int, int], mode: str = "RGB") -> Image.Image:
    """Something between a photograph and a diagram: a gradient with lines on it."""
    image = Image.radial_gradient("L").resize(size).convert("RGBA")
    pen, dice = ImageDraw.Draw(image), random.Random(7)  # noqa: S311
    for _line in range(60):
        ends = [dice.randrange(side) for side in (*size, *size)]
        pen.line(ends, fill=(dice.randrange(256), 90, 40, 255), width=5)
    return image.convert(mode)


def encode(image: Image.Image, file_format: str, **options: object) -> bytes:
    out = BytesIO()
    image.save(out, file_format, **options)
    return out.getvalue()


class VariantTests(SimpleTestCase):
    def setUp(self) -> None:
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.enterContext(override_settings(PICTURES_DIR=self.folder))

    def store(self, data: bytes) -> StoredPicture:
        return store_picture(BytesIO(data))

    def open(self, stored: StoredPicture, width: int) -> Image.Image:
        return Image.open(picture_path(variant_name(stored.name, width)))

    def files(self) -> list[str]:
        return sorted(path.name for path in self.folder.rglob("*") if path.is_file())

    def test_a_wide_picture_gets_a_file_of_each_smaller_width_in_proportion(self):
        for file_format in ("PNG", "JPEG", "WEBP"):
            with self.subTest(file_format):
                stored = self.store(encode(scene((2000, 1000)), file_format))
                self.assertEqual(stored.widths, [480, 960, 1440])
                sizes = [self.open(stored, width).size for width in stored.widths]
                self.assertEqual(sizes, [(480, 240), (960, 480), (1440, 720)])

    def test_a_width_close_to_that_of_the_original_is_not_worth_a_file(self):
        self.assertEqual(self.store(encode(scene((1000, 500)), "JPEG")).widths, [480])
        self.assertEqual(self.store(encode(scene((599, 300)), "JPEG")).widths, [])
        self.assertEqual(self.store(encode(scene((600, 300)), "JPEG")).widths, [480])

    def test_no_smaller_file_has_more_bytes_than_a_larger_one(self):
        # Noise is the worst for WebP, plain ground the best for PNG.
        noise = Image.effect_noise((1300, 700), 90).convert("RGB")
        plain = Image.new("RGB", (1300, 700), "white").quantize(2)
        for data in (encode(noise, "JPEG", quality=5), encode(plain, "PNG", optimize=True)):
            stored = self.store(data)
            names = [variant_name(stored.name, width) for width in stored.widths]
            sizes = [picture_path(name).stat().st_size for name in [*names, stored.name]]
            self.assertEqual(sizes, sorted(sizes))
            self.assertEqual(self.files(), sorted([*names, stored.name]))
            picture_path(stored.name).unlink()
            for name in names:
                picture_path(name).unlink()

    def test_animations_have_only_themselves(self):
        frames = [scene((700, 90)), scene((700, 90)).transpose(Image.Transpose.FLIP_LEFT_RIGHT)]
        for file_format in ("GIF", "WEBP", "PNG"):
            data = encode(
                frames[0], file_format, save_all=True, append_images=frames[1:], duration=90
            )
            with self.subTest(file_format):
                self.assertEqual(self.store(data).widths, [])

    def test_what_is_transparent_stays_so(self):
        image = scene((1300, 400), "RGBA")
        image.paste((0, 0, 0, 0), (0, 0, 650, 400))
        indexed = image.quantize(64)
        for name, data in {"RGBA": encode(image, "PNG"), "P": encode(indexed, "PNG")}.items():
            with self.subTest(name):
                small = self.open(self.store(data), 480)
                self.assertEqual(small.mode, "RGBA")
                self.assertEqual(small.getpixel((100, 70))[3], 0)
                self.assertEqual(small.getpixel((400, 70))[3], 255)

    def test_colours_look_alike_whatever_the_original_is_made_of(self):
        original = scene((1300, 400))
        for mode in ("1", "L", "LA", "P", "RGB", "RGBA"):
            image = original.quantize(256) if mode == "P" else original.convert(mode)
            with self.subTest(mode):
                stored = self.store(encode(image, "PNG"))
                small, large = self.open(stored, 480).convert("RGB"), image.convert("RGB")
                means = zip(ImageStat.Stat(small).mean, ImageStat.Stat(large).mean, strict=True)
                for one, other in means:
                    self.assertAlmostEqual(one, other, delta=4)

    def test_a_colour_profile_goes_along(self):
        profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
        stored = self.store(encode(scene((1300, 600)), "JPEG", icc_profile=profile))
        self.assertEqual(self.open(stored, 480).info["icc_profile"], profile)

    def test_greys_of_sixteen_bits_are_left_as_they_are(self):
        deep = Image.linear_gradient("L").resize((900, 300)).convert("I;16")
        self.assertEqual(self.store(encode(deep, "PNG")).widths, [])

    def test_a_picture_taller_than_webp_can_be_is_left_as_it_is(self):
        tall = Image.linear_gradient("L").resize((620, 22_000))
        self.assertEqual(self.store(encode(tall, "JPEG")).widths, [])

    def test_a_photograph_held_upright_is_upright_in_every_size(self):
        exif = Image.Exif()
        exif[0x0112] = 6
        stored = self.store(encode(scene((1200, 700)), "JPEG", exif=exif))
        self.assertEqual(self.open(stored, 480).size, (480, round(1200 * 480 / 700)))

    def test_a_disk_that_fills_up_meanwhile_costs_the_smaller_files_and_not_the_upload(self):
        with (
            mock.patch("content.pictures.variants.write", side_effect=FULL),
            self.assertLogs("content.pictures.storing", "ERROR"),
        ):
            stored = self.store(encode(scene((1300, 600)), "JPEG"))
        self.assertIsNone(stored.widths)
        self.assertEqual(self.files(), [stored.name])

    def test_the_same_picture_again_makes_nothing_anew(self):
        data = encode(scene((1300, 600)), "JPEG")
        stored = self.store(data)
        with mock.patch("content.pictures.storing.write_variants") as writing:
            self.assertEqual(self.store(data), stored)
        writing.assert_not_called()

    def test_a_picture_that_is_removed_takes_its_smaller_files_along_and_no_others(self):
        stored = self.store(encode(scene((1300, 600)), "JPEG"))
        neighbour = f"{stored.name[:2]}{'0' * 30}-480.webp"
        picture_path(neighbour).write_bytes(b"")
        pictures.remove_picture(stored.name)
        self.assertEqual(self.files(), [neighbour])

    @settings(max_examples=20, deadline=None)
    @given(st.integers(1, 1700), st.integers(1, 400), st.sampled_from(["PNG", "JPEG", "GIF"]))
    def test_whatever_its_extent_a_picture_has_the_files_that_it_says(self, width, height, kind):
        stored = self.store(encode(scene((width, height)), kind))
        self.assertIsNotNone(stored.widths)
        for each in stored.widths:
            with self.open(stored, each) as small:
                small.load()
                self.assertEqual(small.width, each)


class NameTests(SimpleTestCase):
    def test_a_smaller_file_is_known_by_its_name_and_leads_to_its_originals(self):
        stem = "0123456789abcdef" * 2
        self.assertEqual(variant_name(f"{stem}.png", 960), f"{stem}-960.webp")
        self.assertEqual(
            pictures.originals(f"{stem}-960.webp"),
            [f"{stem}.png", f"{stem}.jpg", f"{stem}.gif", f"{stem}.webp"],
        )
        self.assertEqual(pictures.originals(f"{stem}.gif"), [f"{stem}.gif"])

    def test_no_other_name_has_a_path(self):
        stem = "0123456789abcdef" * 2
        for name in ("-960.png", "-0.webp", "-.webp", "-960.webp\n", "-123456.webp", "--9.webp"):
            with self.subTest(name), self.assertRaises(ValueError):
                picture_path(stem + name)
        for name in (f"{stem}-960.webp", f"../{stem}.png"):
            with self.subTest(name), self.assertRaises(ValueError):
                variant_name(name, 480)
