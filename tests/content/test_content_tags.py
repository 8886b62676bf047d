"""Sizes in words, page numbers, and a package's listing as a tree."""

from typing import Any

from django.core.paginator import Paginator
from django.template.loader import render_to_string
from django.test import SimpleTestCase, TestCase
from hypothesis import given
from hypothesis import strategies as st

from content.templatetags.content_tags import directory_tree, file_size, page_numbers


class FileSizeTests(SimpleTestCase):
    def test_sizes_are_written_with_two_decimals_and_their_unit(self) -> None:
        cases = {
            0: "0 B",
            1023: "1023 B",
            1024: "1.00 KB",
            622_019: "607.44 KB",
            1_751_122: "1.67 MB",
            100 * 1024**2: "100.00 MB",
            3 * 1024**3: "3.00 GB",
        }
        for size, shown in cases.items():
            with self.subTest(size):
                self.assertEqual(file_size(size), shown)

    def test_what_rounds_up_to_1024_is_one_of_the_next_unit(self) -> None:
        self.assertEqual(file_size(1024**2 - 1), "1.00 MB")
        self.assertEqual(file_size(1024**3 - 1), "1.00 GB")

    def test_no_size_is_shown_as_nothing(self) -> None:
        for nothing in (None, "", "much"):
            self.assertEqual(file_size(nothing), "")


class PageNumbersTests(SimpleTestCase):
    def numbers(self, number: int, pages: int) -> list[int | None]:
        return page_numbers(Paginator(range(pages), 1).page(number))

    def test_few_pages_are_all_there(self) -> None:
        self.assertEqual(self.numbers(2, 4), [1, 2, 3, 4])

    def test_far_pages_are_left_out_on_both_sides(self) -> None:
        self.assertEqual(self.numbers(10, 20), [1, None, 8, 9, 10, 11, 12, None, 20])

    def test_a_gap_never_hides_fewer_pages_than_it_takes_room(self) -> None:
        for number in range(1, 21):
            shown = self.numbers(number, 20)
            self.assertIn(number, shown)
            self.assertEqual([shown[0], shown[-1]], [1, 20])


class DirectoryTreeTests(SimpleTestCase):
    def lines(self, listing: list[Any]) -> list[str]:
        """The tree as indented lines."""
        depth, lines = 0, []
        for step in directory_tree(listing):
            if step.step == "close":
                depth -= 1
                continue
            slash = "/" if step.step == "open" else ""
            lines.append(f"{'  ' * depth}{step.name}{slash} {step.size}")
            depth += step.step == "open"
        self.assertEqual(depth, 0)
        return lines

    def test_folders_come_first_with_the_size_of_all_they_hold(self) -> None:
        listing = [["b.txt", 1], ["a/", 0], ["a/z.js", 20], ["a/c/d.css", 300], ["A.md", 4000]]
        self.assertEqual(
            self.lines(listing),
            ["a/ 320", "  c/ 300", "    d.css 300", "  z.js 20", "A.md 4000", "b.txt 1"],
        )

    def test_a_folder_without_an_entry_of_its_own_is_there_and_an_empty_one_too(self) -> None:
        self.assertEqual(self.lines([["x/y/z", 5], ["empty/", 0]]), [
            "empty/ 0", "x/ 5", "  y/ 5", "    z 5",
        ])  # fmt: skip

    def test_a_folder_says_how_many_files_it_holds(self) -> None:
        first = directory_tree([["a/b/c", 1], ["a/d", 1], ["a/b/", 0]])[0]
        self.assertEqual((first.name, first.count), ("a", 2))

    def test_small_packages_stand_open_and_large_ones_closed(self) -> None:
        self.assertTrue(directory_tree([["a/b", 1]])[0].is_open)
        self.assertFalse(directory_tree([[f"a/{n}", 1] for n in range(100)])[0].is_open)

    def test_a_giant_package_is_shown_in_part_and_says_so(self) -> None:
        listing = [[f"{n}/" + "a/" * 60 + "f", 1] for n in range(20_000)]
        steps = directory_tree(listing)
        self.assertLess(len(steps), 20_000)
        self.assertEqual((steps[-1].step, steps[-1].count > 19_000), ("more", True))
        names = [["好" * 80 + str(n), 1] for n in range(4_000)]
        self.assertEqual(directory_tree(names)[-1].step, "more")

    def test_depth_is_no_limit(self) -> None:
        steps = directory_tree([["/".join(["d"] * 3000) + "/f", 1]])
        self.assertEqual(len(steps), 6001)

    @given(
        st.dictionaries(
            st.lists(st.text("ab中.", min_size=1, max_size=3), min_size=1, max_size=5).map(tuple),
            st.integers(0, 10**9),
            max_size=12,
        )
    )
    def test_every_file_of_a_listing_is_in_its_tree_once(
        self, files: dict[tuple[str, ...], int]
    ) -> None:
        # A path that is also a folder of another is refused at upload (Z4).
        lawful = {
            parts: size
            for parts, size in files.items()
            if not any(other[: len(parts)] == parts for other in files if other != parts)
        }
        found: dict[tuple[str, ...], int] = {}
        way: list[str] = []
        for step in directory_tree([["/".join(parts), size] for parts, size in lawful.items()]):
            if step.step == "open":
                way.append(step.name)
            elif step.step == "close":
                way.pop()
            else:
                found[(*way, step.name)] = step.size
        self.assertEqual(found, lawful)


class DirectoryTreePageTests(TestCase):
    def test_names_of_files_and_folders_are_escaped(self) -> None:
        html = render_to_string(
            "components/directory_tree.html",
            {"listing": [["<b>x</b>/<img src=x onerror=alert(1)>.js", 5]]},
        )
        self.assertNotIn("<b>", html)
        self.assertNotIn("<img", html)
        self.assertIn("&lt;img src=x onerror=alert(1)&gt;.js", html)
