"""What an editor sees when a picture is uploaded, and what a visitor then gets."""

import struct
import tempfile
import zlib
from io import BytesIO
from pathlib import Path
from unittest import mock

from django.test import SimpleTestCase, override_settings
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageCms, ImageDraw, ImageOps

from content.pictures import (
    MAX_FRAMES,
    PictureRefused,
    inspect_picture,
    picture_path,
    store_picture,
)

SECRET = b"31.2304N 121.4737E"
ORIENTATION, DESCRIPTION = 0x0112, 0x010E
PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
TRAILER = b"<html>" + SECRET
DURATIONS = [50, 60, 70, 80]


def draw(mode: str = "RGB", size: tuple[int, int] = (40, 24)) -> Image.Image:
    """A picture of which no two turns look alike."""
    image = Image.new("RGBA", size, (250, 240, 200, 255))
    pen = ImageDraw.Draw(image)
    pen.rectangle((0, 0, size[0] // 2, size[1] // 3), fill=(200, 30, 40, 255))
    pen.rectangle((0, size[1] // 2, size[0] // 4, size[1]), fill=(20, 60, 200, 90))
    return image.convert(mode)


def encode(image: Image.Image, file_format: str, **options: object) -> bytes:
    out = BytesIO()
    image.save(out, file_format, **options)
    return out.getvalue()


def exif(orientation: int = 1) -> Image.Exif:
    tags = Image.Exif()
    tags[ORIENTATION] = orientation
    tags[DESCRIPTION] = SECRET.decode()
    return tags


def animation(file_format: str, **options: object) -> bytes:
    """Four frames of a disc that moves over a transparent ground."""
    frames = []
    for left in (0, 5, 10, 15):
        frame = Image.new("RGBA", (40, 24), (0, 0, 0, 0))
        ImageDraw.Draw(frame).ellipse((left, 2, left + 12, 20), fill=(left * 15, 90, 60, 255))
        frames.append(frame)
    options = {"duration": DURATIONS, "loop": 3, "save_all": True} | options
    return encode(frames[0], file_format, append_images=frames[1:], **options)


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def gif(size: tuple[int, int], frames: list[tuple[int, int, int, int]]) -> bytes:
    """A two-coloured GIF of the given canvas and frame boxes, each of one pixel's data."""
    pixels = b"\x02\x02\x44\x01\x00"
    head = b"GIF89a" + struct.pack("<HHBBB", *size, 0x80, 0, 0) + b"\0\0\0\xff\xff\xff"
    boxes = (b"," + struct.pack("<HHHHB", *box, 0) + pixels for box in frames)
    return head + b"".join(boxes) + b";"


def composited(data: bytes) -> list[Image.Image]:
    image = Image.open(BytesIO(data))
    frames = []
    for index in range(getattr(image, "n_frames", 1)):
        image.seek(index)
        frames.append(image.convert("RGBA"))
    return frames


def seeds() -> dict[str, bytes]:
    """One valid file of each kind, each with the secret in every place that it offers."""
    secret = SECRET.decode()
    jpeg = encode(draw(), "JPEG", exif=exif(), comment=SECRET, xmp=SECRET, icc_profile=PROFILE)
    png = encode(draw("RGBA"), "PNG", exif=exif(), icc_profile=PROFILE)
    texts = chunk(b"tEXt", b"Comment\0" + SECRET)
    texts += chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + SECRET)
    texts += chunk(b"prVt", SECRET)
    webp = encode(draw(), "WEBP", exif=exif(), xmp=SECRET, icc_profile=PROFILE)
    return {
        "jpeg": jpeg + TRAILER,
        "progressive": encode(draw("L"), "JPEG", progressive=True, comment=SECRET),
        "png": png[:33] + texts + png[33:] + TRAILER,
        "palette": encode(draw().quantize(7), "PNG", exif=exif(), transparency=2),
        "apng": animation("PNG", exif=exif()),
        "gif": animation("GIF", comment=secret) + TRAILER,
        "webp": webp + TRAILER,
        "lossless webp": encode(draw("RGBA"), "WEBP", lossless=True, exif=exif()),
        "animated webp": animation("WEBP", exif=exif(), xmp=SECRET),
    }


SEEDS = seeds()


class PicturesTestCase(SimpleTestCase):
    def setUp(self) -> None:
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.enterContext(override_settings(PICTURES_DIR=self.folder))
        self.enterContext(translation.override("en"))

    def store(self, data: bytes) -> bytes:
        return picture_path(store_picture(BytesIO(data)).name).read_bytes()

    def refuse(self, data: bytes) -> str:
        with self.assertRaises(PictureRefused) as caught:
            inspect_picture(BytesIO(data))
        with self.assertRaises(PictureRefused):
            store_picture(BytesIO(data))
        self.assertEqual(self.files(), [])
        return str(caught.exception)

    def files(self) -> list[Path]:
        return [path for path in self.folder.rglob("*") if path.is_file()]

    def assert_alike(self, one: Image.Image, two: Image.Image, tolerance: int = 0) -> None:
        self.assertEqual(one.size, two.size)
        difference = ImageChops.difference(one.convert("RGBA"), two.convert("RGBA"))
        self.assertLessEqual(max(high for _low, high in difference.getextrema()), tolerance)


class RefusalTests(PicturesTestCase):
    def test_other_formats_are_refused_whatever_their_name(self):
        for file_format in ("BMP", "TIFF", "ICO", "PDF", "PPM", "JPEG2000", "TGA"):
            with self.subTest(file_format):
                self.assertIn("not a PNG", self.refuse(encode(draw(), file_format)))
        self.assertIn("not a PNG", self.refuse(b"<svg xmlns='http://www.w3.org/2000/svg'/>"))
        self.assertIn("not a PNG", self.refuse(b"<html>" + SEEDS["png"]))

    def test_an_empty_file_is_refused(self):
        self.assertEqual(self.refuse(b""), "The file is empty.")

    def test_a_file_larger_than_the_limit_is_refused(self):
        with override_settings(PICTURE_MAX_BYTES=len(SEEDS["png"])):
            inspect_picture(BytesIO(SEEDS["png"]))
        with override_settings(PICTURE_MAX_BYTES=len(SEEDS["png"]) - 1):
            self.assertIn("larger than", self.refuse(SEEDS["png"]))

    def test_a_picture_cut_short_anywhere_is_refused(self):
        for name, data in SEEDS.items():
            whole = data.removesuffix(TRAILER)
            for length in {*range(0, len(whole), 97), len(whole) - 12, len(whole) - 1}:
                with self.subTest(name, length=length):
                    self.refuse(whole[:length])

    def test_too_many_pixels_are_refused_before_anything_is_decoded(self):
        still = {name: encode(draw("L", (100, 50)), name) for name in ("PNG", "JPEG", "WEBP")}
        for name, data in still.items():
            with self.subTest(name):
                with override_settings(PICTURE_MAX_PIXELS=5000):
                    inspect_picture(BytesIO(data))
                with (
                    override_settings(PICTURE_MAX_PIXELS=4999),
                    mock.patch("content.pictures.Image.open", side_effect=AssertionError),
                ):
                    self.assertIn("million pixels", self.refuse(data))

    def test_pixels_of_all_frames_count_together(self):
        for name in ("gif", "apng", "animated webp"):
            with self.subTest(name):
                with override_settings(PICTURE_MAX_PIXELS=40 * 24 * 4):
                    inspect_picture(BytesIO(SEEDS[name]))
                with override_settings(PICTURE_MAX_PIXELS=40 * 24 * 4 - 1):
                    self.assertIn("million pixels", self.refuse(SEEDS[name]))

    def test_a_hundred_thousand_tiny_frames_are_refused(self):
        many = gif((1, 1), [(0, 0, 1, 1)] * 100_000)
        self.assertIn(f"more than {MAX_FRAMES} frames", self.refuse(many))

    def test_a_gif_frame_that_widens_the_canvas_counts_with_its_full_extent(self):
        data = gif((1, 1), [(60_000, 60_000, 1, 1)])
        self.assertIn("million pixels", self.refuse(data))
        small = gif((1, 1), [(0, 0, 1, 1), (6, 3, 1, 1)])
        facts = inspect_picture(BytesIO(small))
        self.assertEqual((facts.width, facts.height, facts.frames), (7, 4, 2))
        self.assertEqual(inspect_picture(BytesIO(self.store(small))), facts)

    def test_a_jpeg_of_a_thousand_scans_is_refused(self):
        data = encode(draw("L"), "JPEG", progressive=True)
        scan = data[data.rindex(b"\xff\xda") : -2]
        self.assertIn("too many parts", self.refuse(data[:-2] + scan * 1000 + data[-2:]))

    def test_png_chunks_that_unpack_to_far_more_are_never_unpacked(self):
        bomb = zlib.compress(bytes(30 * 1024**2))
        chunks = chunk(b"iCCP", b"x\0\0" + bomb) + chunk(b"zTXt", b"x\0\0" + bomb)
        data = SEEDS["palette"][:33] + chunks + SEEDS["palette"][33:]
        self.assertNotIn("icc_profile", Image.open(BytesIO(self.store(data))).info)

    def test_a_png_with_a_wrong_checksum_is_refused(self):
        position = SEEDS["palette"].index(b"PLTE") + 5
        data = bytearray(SEEDS["palette"])
        data[position] ^= 1
        self.assertIn("damaged", self.refuse(bytes(data)))


class StoredPictureTests(PicturesTestCase):
    def test_nothing_that_the_maker_did_not_mean_to_publish_is_stored(self):
        for name, data in SEEDS.items():
            with self.subTest(name):
                stored = self.store(data)
                for hidden in (SECRET, b"Exif", b"<html", b"XMP ", b"eXIf", b"tEXt"):
                    self.assertNotIn(hidden, stored)

    def test_what_is_stored_is_the_same_picture_to_inspection(self):
        for name, data in SEEDS.items():
            with self.subTest(name):
                facts = inspect_picture(BytesIO(data))
                self.assertEqual(inspect_picture(BytesIO(self.store(data))), facts)

    def test_a_picture_is_turned_as_its_exif_says(self):
        for turn in range(1, 9):
            for file_format in ("JPEG", "PNG", "WEBP"):
                data = encode(draw(), file_format, exif=exif(turn), quality=95)
                with self.subTest(file_format, turn=turn):
                    expected = ImageOps.exif_transpose(Image.open(BytesIO(data)))
                    stored = Image.open(BytesIO(self.store(data)))
                    self.assert_alike(stored, expected, 0 if file_format == "PNG" else 60)
                    facts = inspect_picture(BytesIO(data))
                    self.assertEqual((facts.width, facts.height), expected.size)

    def test_lossless_pictures_keep_every_pixel_and_their_mode(self):
        modes = ("1", "L", "LA", "P", "RGB", "RGBA", "I;16")
        for mode in modes:
            image = draw("L").convert("I;16") if mode == "I;16" else draw(mode)
            for turn in (1, 6):
                with self.subTest(mode, turn=turn):
                    data = encode(image, "PNG", exif=exif(turn))
                    stored = Image.open(BytesIO(self.store(data)))
                    expected = ImageOps.exif_transpose(Image.open(BytesIO(data)))
                    self.assertEqual(stored.mode, mode)
                    self.assertEqual(stored.tobytes(), expected.tobytes())
        webp = SEEDS["lossless webp"]
        self.assert_alike(composited(self.store(webp))[0], composited(webp)[0])

    def test_a_png_of_16_bits_a_channel_keeps_them(self):
        raw = bytes(range(96)) * 4
        rows = b"".join(b"\0" + raw[at : at + 96] for at in range(0, 384, 96))
        parts = [
            b"\x89PNG\r\n\x1a\n",
            chunk(b"IHDR", struct.pack(">IIBBBBB", 16, 4, 16, 2, 0, 0, 0)),
        ]
        parts += [chunk(b"IDAT", zlib.compress(rows, 1)), chunk(b"IEND", b"")]
        stored = self.store(b"".join(parts))
        start = stored.index(b"IDAT")
        (length,) = struct.unpack_from(">I", stored, start - 4)
        self.assertEqual(zlib.decompress(stored[start + 4 : start + 4 + length]), rows)

    def test_animations_keep_frames_durations_loop_and_transparency(self):
        for name in ("gif", "apng", "animated webp"):
            for turn in (1, 6):
                data = SEEDS[name]
                if turn != 1 and name != "gif":
                    data = animation("PNG" if name == "apng" else "WEBP", exif=exif(turn))
                with self.subTest(name, turn=turn):
                    stored = self.store(data)
                    before, after = Image.open(BytesIO(data)), Image.open(BytesIO(stored))
                    self.assertEqual(after.n_frames, before.n_frames)
                    self.assertEqual(after.info["loop"], 3)
                    expected = composited(data)
                    if turn != 1 and name != "gif":
                        expected = [f.transpose(Image.Transpose.ROTATE_270) for f in expected]
                    for index, frame in enumerate(composited(stored)):
                        before.seek(index), after.seek(index)
                        before.load(), after.load()
                        self.assertEqual(after.info["duration"], before.info["duration"])
                        lossy = 200 if "webp" in name else 0
                        self.assert_alike(frame.getchannel("A"), expected[index].getchannel("A"))
                        self.assert_alike(frame, expected[index], lossy)

    def test_equal_frames_of_a_gif_are_not_merged(self):
        data = gif((2, 1), [(0, 0, 1, 1)] * 4)
        self.assertEqual(Image.open(BytesIO(self.store(data))).n_frames, 4)

    def test_a_sound_colour_profile_is_kept_and_a_false_one_is_not(self):
        for file_format in ("JPEG", "PNG", "WEBP"):
            for turn in (1, 6):
                with self.subTest(file_format, turn=turn):
                    data = encode(draw(), file_format, icc_profile=PROFILE, exif=exif(turn))
                    kept = Image.open(BytesIO(self.store(data)))
                    self.assertEqual(kept.info["icc_profile"], PROFILE)
            data = encode(draw(), file_format, icc_profile=SECRET * 20)
            self.assertNotIn("icc_profile", Image.open(BytesIO(self.store(data))).info)

    def test_a_jpeg_for_print_becomes_one_for_screens(self):
        data = encode(draw("CMYK"), "JPEG", quality=95)
        stored = Image.open(BytesIO(self.store(data)))
        self.assertEqual(stored.mode, "RGB")
        self.assert_alike(stored, draw("CMYK").convert("RGB"), 100)

    def test_of_a_phone_photograph_in_mpo_the_first_picture_is_kept_as_jpeg(self):
        other = Image.new("RGB", (40, 24), "black")
        data = encode(draw(), "MPO", save_all=True, append_images=[other], quality=95)
        self.assertEqual(Image.open(BytesIO(data)).n_frames, 2)
        stored = store_picture(BytesIO(data))
        self.assertEqual((stored.format, stored.name[-4:]), ("JPEG", ".jpg"))
        picture = Image.open(picture_path(stored.name))
        self.assertEqual((picture.format, getattr(picture, "n_frames", 1)), ("JPEG", 1))
        self.assert_alike(picture, Image.open(BytesIO(data)), 30)
        self.assertEqual(inspect_picture(BytesIO(data)).frames, 1)

    def test_a_second_file_behind_the_picture_is_gone(self):
        for name, data in SEEDS.items():
            with self.subTest(name):
                whole = data.removesuffix(TRAILER)
                polyglot = self.store(whole + b"PK\x03\x04<html><script>")
                self.assertEqual(polyglot, self.store(whole))


class StoringTests(PicturesTestCase):
    def test_the_name_and_the_facts_are_those_of_the_stored_bytes(self):
        stored = store_picture(BytesIO(SEEDS["jpeg"]))
        path = picture_path(stored.name)
        self.assertEqual(path, self.folder / stored.name[:2] / stored.name)
        self.assertEqual(path.stat().st_size, stored.size)
        self.assertEqual(stored.name, stored.sha256[:32] + ".jpg")
        self.assertEqual((stored.width, stored.height), (40, 24))

    def test_the_same_picture_twice_is_stored_once(self):
        first = store_picture(BytesIO(SEEDS["png"]))
        written = picture_path(first.name).stat()
        self.assertEqual(store_picture(BytesIO(SEEDS["png"])), first)
        self.assertEqual(picture_path(first.name).stat().st_ino, written.st_ino)
        self.assertEqual(len(self.files()), 1)

    def test_an_upload_that_was_read_before_is_read_from_its_start(self):
        file = BytesIO(SEEDS["png"])
        file.read()
        self.assertEqual(inspect_picture(file).format, "PNG")

    def test_a_full_disk_leaves_no_file_behind(self):
        for call in ("os.fsync", "pathlib.Path.replace"):
            with (
                self.subTest(call),
                mock.patch(call, side_effect=OSError(28, "No space left on device")),
                self.assertRaises(OSError),
            ):
                store_picture(BytesIO(SEEDS["png"]))
            self.assertEqual(self.files(), [])

    def test_only_names_of_stored_pictures_have_a_path(self):
        good = "0123456789abcdef" * 2 + ".png"
        self.assertEqual(picture_path(good), self.folder / "01" / good)
        for name in ("", "../" + good, good + "\n", good.upper(), good[1:], good[:-3] + "svg"):
            with self.subTest(name), self.assertRaises(ValueError):
                picture_path(name)


@st.composite
def mutated(draw_value: st.DrawFn) -> bytes:
    """A valid file with some bytes changed, cut out or doubled; half the PNGs get new checksums."""
    name = draw_value(st.sampled_from(sorted(SEEDS)))
    data = bytearray(SEEDS[name])
    for _change in range(draw_value(st.integers(1, 6))):
        at = draw_value(st.integers(0, len(data) - 1))
        length = draw_value(st.integers(0, 8))
        data[at : at + length] = draw_value(
            st.one_of(st.binary(max_size=8), st.just(bytes(data[at : at + length]) * 2))
        )
        if not data:
            break
    if data[:4] == b"\x89PNG" and draw_value(st.booleans()):
        return with_checksums(bytes(data))
    return bytes(data)


def with_checksums(data: bytes) -> bytes:
    out, at = data[:8], 8
    while at + 12 <= len(data):
        (length,) = struct.unpack_from(">I", data, at)
        out += chunk(data[at + 4 : at + 8], data[at + 8 : at + 8 + length])
        at += 12 + length
    return out


class HostileBytesTests(PicturesTestCase):
    @settings(max_examples=250, deadline=None)
    @given(mutated())
    def test_whatever_the_bytes_they_are_stored_alike_or_refused(self, data):
        try:
            facts = inspect_picture(BytesIO(data))
        except PictureRefused:
            return
        self.assertEqual(inspect_picture(BytesIO(self.store(data))), facts)

    @settings(max_examples=100, deadline=None)
    @given(st.sampled_from([b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF89a", b""]), st.binary())
    def test_noise_is_refused(self, magic, noise):
        with self.assertRaises(PictureRefused):
            inspect_picture(BytesIO(magic + noise))
