"""The glossary: its page, how admins and editors write it."""

from django.contrib.auth.models import Permission
from django.core.exceptions import ValidationError
from django.test import TestCase
from django.urls import reverse

from articles import glossary
from articles.models import Term
from content import stamps
from tests.content.admin_forms import form_data
from tests.factories import make_user

PAGE = reverse("glossary")
CHANGELIST = reverse("admin:articles_term_changelist")


def make_term(name, *aliases, **values):
    return Term.objects.create(name=name, aliases=list(aliases), explanation="解释。", **values)


class PageTests(TestCase):
    def test_terms_stand_under_the_letters_they_begin_with(self):
        for name in ("检查点", "Redis", "精确一次", "幂等", "2PC", "checkpoint 2", "λ 演算"):
            make_term(name)
        found = {
            group["initial"]: [term.name for term in group["terms"]] for group in glossary.groups()
        }
        self.assertEqual(
            found,
            {
                "C": ["checkpoint 2"],
                "J": ["检查点", "精确一次"],
                "M": ["幂等"],
                "R": ["Redis"],
                "Y": ["λ 演算"],
                "#": ["2PC"],
            },
        )
        self.assertEqual(list(found)[-1], "#")

    def test_a_term_has_its_names_its_explanation_and_an_address_of_its_own(self):
        term = make_term("检查点", "checkpoint", "<快照>")
        page = self.client.get(PAGE)
        self.assertContains(page, f'id="{term.anchor}"')
        self.assertContains(page, "<dfn>检查点</dfn>", html=True)
        self.assertContains(page, "checkpoint，&lt;快照&gt;")
        self.assertContains(page, "解释。")
        self.assertEqual(term.get_absolute_url(), f"{PAGE}#{term.anchor}")

    def test_a_term_that_is_called_as_a_part_of_the_page_does_not_take_its_place(self):
        make_term("main")
        page = self.client.get(PAGE).content.decode()
        self.assertEqual(page.count('id="main"'), 1)
        self.assertIn('id="term-main"', page)

    def test_an_empty_glossary_says_so(self):
        page = self.client.get(PAGE)
        self.assertContains(page, "empty-state")
        self.assertNotContains(page, "glossary-filter")

    def test_a_change_is_seen_at_once_and_else_nothing_is_asked(self):
        term = make_term("检查点")
        self.client.get(PAGE)
        with self.assertNumQueries(1):  # the stamps
            self.client.get(PAGE)
        term.name = "栅栏"
        term.save()
        self.assertContains(self.client.get(PAGE), "栅栏")

    def test_queries_do_not_grow_with_the_glossary(self):
        for number in range(3):
            make_term(f"术语{number}")
        with self.assertNumQueries(1):
            glossary.groups()

    def test_terms_are_read_once_for_all_articles(self):
        make_term("检查点")
        present = stamps.current()
        first = glossary.mark_terms("<p>检查点</p>", present)
        with self.assertNumQueries(0):
            self.assertEqual(glossary.mark_terms("<p>检查点</p>", present), first)


class TermTests(TestCase):
    def test_two_terms_share_no_name_whatever_its_case(self):
        make_term("检查点", "Checkpoint")
        for other in (Term(name="CHECKPOINT"), Term(name="快照", aliases=["checkpoint"])):
            other.explanation = "解释。"
            with self.subTest(other), self.assertRaises(ValidationError):
                other.full_clean()

    def test_a_term_nobody_could_see_is_refused(self):
        for values in ({"name": "\u200b"}, {"explanation": "\u2060 "}):
            with self.subTest(values), self.assertRaises(ValidationError) as refused:
                Term(**{"name": "词", "explanation": "解释。", **values}).full_clean()
            self.assertEqual(list(refused.exception.message_dict), list(values))

    def test_another_name_is_no_longer_than_a_term(self):
        term = Term(name="词", aliases=["长" * 61], explanation="解释。")
        with self.assertRaises(ValidationError) as refused:
            term.full_clean()
        self.assertEqual(list(refused.exception.message_dict), ["aliases"])

    def test_nothing_turns_the_line_around_in_which_a_term_is_explained(self):
        term = Term(name="词\u202e", aliases=["\u2066名"], explanation="\u202e解释。")
        term.full_clean()
        self.assertEqual([*term.names, term.explanation], ["词", "名", "解释。"])

    def test_names_of_symbols_keep_apart(self):
        slugs = [make_term(name).slug for name in ("C", "C#", "C++", "，")]
        self.assertEqual(slugs, ["c", "csharp", "cpp", "term"])


class DeskTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.editor = make_user("bianji", is_staff=True)
        cls.editor.user_permissions.set(Permission.objects.filter(content_type__model="term"))

    def setUp(self):
        self.client.force_login(self.editor)

    def new(self, **values):
        url = reverse("admin:articles_term_add")
        data = {"name": "检查点", "explanation": "解释。", "is_marked": "on", **values}
        return self.client.post(url, form_data(self.client.get(url), _save="1", **data))

    def test_other_names_are_typed_with_commas_of_any_sort(self):
        self.assertEqual(self.new(aliases="checkpoint，Check Point、c#;检查点").status_code, 302)
        term = Term.objects.get()
        self.assertEqual(term.aliases, ["checkpoint", "Check Point", "c#"])
        page = self.client.get(reverse("admin:articles_term_change", args=[term.pk]))
        self.assertEqual(form_data(page)["aliases"], "checkpoint，Check Point，c#")

    def test_a_name_that_another_term_has_is_refused_by_the_field(self):
        make_term("快照", "checkpoint")
        page = self.new(aliases="Checkpoint")
        self.assertEqual(page.status_code, 200)
        self.assertContains(page, "errorlist")
        self.assertContains(page, "Checkpoint")
        self.assertEqual(Term.objects.count(), 1)

    def test_an_explanation_is_one_paragraph(self):
        self.new(explanation="第一行\r\n\r\n第二行")
        self.assertEqual(Term.objects.get().explanation, "第一行 第二行")

    def test_terms_are_found_by_name_and_by_other_names(self):
        make_term("检查点", "快照点")
        make_term("栅栏", "Barrier")
        for typed, name in (("快照", "检查点"), ("检查", "检查点"), ("barrier", "栅栏")):
            with self.subTest(typed):
                result = self.client.get(CHANGELIST, {"q": typed}).context["cl"].queryset
                self.assertEqual([term.name for term in result], [name])
        self.assertEqual(self.client.get(CHANGELIST, {"q": "无"}).context["cl"].result_count, 0)
