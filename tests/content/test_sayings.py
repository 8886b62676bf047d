"""Commands and lines of verse: what of a text is kept."""

from django.core.exceptions import ValidationError
from django.test import TestCase

from content.models import Command, Verse


class TextTests(TestCase):
    def test_a_command_keeps_its_spaces_and_nothing_that_turns_a_line_around(self):
        command = Command(command="printf '%s  %s' \u202ea b", meaning="两个\u2066空格\n之间。")
        command.full_clean()
        self.assertEqual(command.command, "printf '%s  %s' a b")
        self.assertEqual(command.meaning, "两个空格 之间。")

    def test_what_nobody_could_see_is_refused_by_its_field(self):
        for row, field in (
            (Command(command="\u200b", meaning="没有命令。"), "command"),
            (Command(command="true", meaning="\u2060"), "meaning"),
            (Verse(text="\u200b", author="佚名"), "text"),
            (Verse(text="一句", author="\ufeff"), "author"),
        ):
            with self.subTest(field), self.assertRaises(ValidationError) as refused:
                row.full_clean()
            self.assertEqual(list(refused.exception.message_dict), [field])
