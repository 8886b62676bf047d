from datetime import timedelta
from unittest import mock

from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from content.accounts import ADMINS, EDITORS
from search import inspection, querystats
from search.engines.errors import IndexUnusable
from search.models import Engine, OutboxRow, Pin, QueryCount, Synonym, Word
from search.querystats import Only
from tests.factories import make_article, make_package, make_user

LIST = "/admin/search/querycount/"
QUERY = "/admin/search/querycount/query/"
HEALTH = "/admin/search/querycount/health/"


def count(
    query: str, *, age: int = 0, searches: int = 1, results: int = 1, clicks: int = 0
) -> None:
    """What one day says of a query."""
    day = timezone.localdate() - timedelta(days=age)
    QueryCount.objects.create(
        day=day, query=query, searches=searches, results=results, clicks=clicks
    )


def build() -> None:
    call_command("rebuild_index", noinput=True, verbosity=0)


class QueryStatsTests(TestCase):
    def test_days_are_summed_and_the_last_one_says_how_many_are_found(self):
        count("redis", age=2, searches=3, results=7, clicks=1)
        count("redis", age=0, searches=2, results=0)
        count("redis", age=7, searches=50)
        (row,) = querystats.asked(7)
        self.assertEqual((row["number"], row["followed"], row["found"]), (5, 1, 0))
        self.assertEqual(row["last"], timezone.localdate())
        self.assertEqual(querystats.of_query("ＲＥＤＩＳ", 90)["number"], 55)

    def test_day_with_clicks_alone_does_not_say_what_is_found(self):
        count("redis", age=1, searches=3, results=7)
        count("redis", age=0, searches=0, results=0, clicks=1)
        (row,) = querystats.asked(7)
        self.assertEqual((row["found"], row["followed"]), (7, 1))

    def test_each_list_holds_the_work_that_waits(self):
        count("all well", searches=9, results=3, clicks=2)
        count("no results", searches=5, results=0)
        count("no clicks", searches=7, results=3)
        count("a click after midnight", searches=0, results=0, clicks=1)
        found = {only: [row["query"] for row in querystats.asked(7, only)] for only in Only}
        self.assertEqual(found[Only.ALL], ["all well", "no clicks", "no results"])
        self.assertEqual(found[Only.EMPTY], ["no results"])
        self.assertEqual(found[Only.UNCLICKED], ["no clicks"])
        self.assertEqual(querystats.tally(7), {Only.ALL: 3, Only.EMPTY: 1, Only.UNCLICKED: 1})
        self.assertEqual([row["query"] for row in querystats.asked(7, containing="ＣＬＩ")],
                         ["no clicks"])  # fmt: skip


class DeskTests(TestCase):
    def setUp(self):
        self.admin = make_user("admin", is_staff=True)
        self.admin.groups.add(Group.objects.get(name=ADMINS))
        self.client.force_login(self.admin)

    def rows(self, **parameters: str) -> list[str]:
        page = self.client.get(LIST, parameters).context["page"]
        return [row["query"] for row in page.object_list]

    def do(self, action: str, query: str = "检查点", **values: str):
        return self.client.post(f"{QUERY}?q={query}", {"do": action, **values}, follow=True)

    def test_page_of_queries_filters_and_costs_the_same_for_one_as_for_fifty(self):
        count("redis 0", results=0)
        count("old", age=20)
        self.assertEqual(self.rows(), ["redis 0"])
        self.assertEqual(set(self.rows(days="30")), {"redis 0", "old"})
        self.assertEqual(self.rows(only="empty"), ["redis 0"])
        self.assertEqual(self.rows(days="nonsense", only="nonsense", p="nonsense"), ["redis 0"])
        with CaptureQueriesContext(connection) as before:
            self.client.get(LIST)
        for number in range(60):
            count(f"redis {number + 1}")
        with self.assertNumQueries(len(before)):
            self.assertEqual(len(self.rows()), 50)

    def test_query_of_a_visitor_is_text_and_nothing_else(self):
        count("<script>alert(1)</script>&q=x#y")
        page = self.client.get(LIST)
        self.assertNotContains(page, "<script>alert")
        self.assertContains(page, "?q=%3Cscript%3Ealert%281%29%3C%2Fscript%3E%26q%3Dx%23y#pins")
        self.assertNotContains(
            self.client.get(QUERY, {"q": "<script>alert(1)</script>"}), "<script>alert"
        )

    def test_result_is_pinned_and_the_pin_undone(self):
        article = make_article(title="检查点 一")
        build()
        page = self.client.get(QUERY, {"q": "检查点"})
        self.assertContains(page, f'value="articles.article.{article.pk}"')
        page = self.do("pin", pin=f"articles.article.{article.pk}")
        pin = Pin.objects.get()
        self.assertEqual((pin.query, pin.object_id), ("检查点", str(article.pk)))
        self.assertContains(page, 'href="/search/?q=%E6%A3%80%E6%9F%A5%E7%82%B9"')
        self.assertEqual(LogEntry.objects.latest("pk").object_id, str(pin.pk))
        # Twice is once.
        self.do("pin", pin=f"articles.article.{article.pk}")
        self.assertEqual(Pin.objects.count(), 1)
        self.do("unpin", pin=str(pin.pk))
        self.assertFalse(Pin.objects.exists())

    def test_page_of_the_site_is_pinned_by_its_address(self):
        article, package = make_article(slug="an-article"), make_package(slug="a-package")
        for address in (
            "/articles/an-article/", "https://example.com/downloads/a-package/?from=home#top",
        ):  # fmt: skip
            self.do("pin_address", address=address)
        self.assertEqual(
            list(Pin.objects.values_list("model", "object_id", "position")),
            [("articles.article", str(article.pk), 0), ("downloads.package", str(package.pk), 1)],
        )

    def test_address_that_visitors_do_not_find_is_refused_with_a_sentence(self):
        make_article(slug="a-draft", status="draft")
        for address in (
            "/articles/a-draft/", "/articles/none/", "/", "/admin/", "javascript:alert(1)", "",
            "/no/such/page", "//", "/tags/x/", "/downloads/a-package/file", "\x00",
        ):  # fmt: skip
            with self.subTest(address):
                page = self.do("pin_address", address=address)
                self.assertTrue(page.context["pin_form"].errors)
        self.assertFalse(Pin.objects.exists())

    def test_pins_of_a_query_have_a_bound(self):
        articles = [make_article() for _number in range(6)]
        for article in articles:
            self.do("pin", pin=f"articles.article.{article.pk}")
        self.assertEqual(Pin.objects.count(), 5)

    def test_synonym_and_word_are_added_on_the_page_of_a_query(self):
        self.do("synonym", words="检查点、Save Point，ｓｐ")
        self.assertEqual(Synonym.objects.latest("pk").words, ["检查点", "save point", "sp"])
        page = self.client.get(QUERY, {"q": "检查点"})
        self.assertContains(page, "检查点 = save point = sp")
        self.do("word", text="对齐检查点")
        self.assertTrue(Word.objects.filter(text="对齐检查点").exists())
        for action, values, form in (
            ("synonym", {"words": "一个"}, "synonym_form"),
            ("word", {"text": "对齐检查点"}, "word_form"),
            ("word", {"text": "abc"}, "word_form"),
        ):
            with self.subTest(action):
                self.assertTrue(self.do(action, **values).context[form].errors)

    def test_engine_that_does_not_answer_is_said(self):
        target = "search.admin_queries.SearchQuerySet.filter"
        with mock.patch(target, side_effect=IndexUnusable("damaged")):
            page = self.client.get(QUERY, {"q": "检查点"})
        self.assertIsNone(page.context["results"])
        self.assertContains(page, "errornote")

    def test_editors_see_queries_and_change_nothing(self):
        editor = make_user("editor", is_staff=True)
        editor.groups.add(Group.objects.get(name=EDITORS))
        self.client.force_login(editor)
        article = make_article(title="检查点")
        count("检查点")
        self.assertEqual(self.rows(), ["检查点"])
        page = self.client.get(QUERY, {"q": "检查点"})
        self.assertNotContains(page, 'name="do"')
        self.assertEqual(self.client.get(HEALTH).status_code, 403)
        for action in ("pin", "unpin", "synonym", "word", "pin_address", "nonsense"):
            response = self.client.post(f"{QUERY}?q=检查点", {"do": action, "pin": article.pk})
            self.assertEqual(response.status_code, 403)

    def test_strangers_see_nothing(self):
        self.client.force_login(make_user("nobody", is_staff=True))
        for address in (LIST, f"{QUERY}?q=redis", HEALTH):
            self.assertEqual(self.client.get(address).status_code, 403)


class ListTests(TestCase):
    """The lists of words, synonyms and pins, where all of them are undone or changed."""

    def setUp(self):
        self.client.force_login(make_user("root", is_staff=True, is_superuser=True))

    def test_synonyms_are_one_line_that_is_read_as_it_was_written(self):
        group = Synonym.objects.create(words=["甲词", "first"])
        address = f"/admin/search/synonym/{group.pk}/change/"
        self.assertContains(self.client.get(address), 'value="甲词, first"')
        page = self.client.post(address, {"words": "甲词, first, second"}, follow=True)
        group.refresh_from_db()
        self.assertEqual(group.words, ["甲词", "first", "second"])
        self.assertContains(page, 'href="/search/?q=')
        page = self.client.get("/admin/search/synonym/", {"q": "SECOND"})
        self.assertEqual([row.pk for row in page.context["cl"].result_list], [group.pk])

    def test_word_is_added_with_a_link_to_try_it(self):
        page = self.client.post("/admin/search/word/add/", {"text": "数据湖"}, follow=True)
        self.assertContains(page, 'href="/search/?q=%E6%95%B0%E6%8D%AE%E6%B9%96"')

    def test_pins_show_what_they_pin_at_a_fixed_cost_and_are_deleted_there(self):
        def pin(number: int) -> Pin:
            article = make_article(title=f"钉住的文章{number}")
            return Pin.objects.create(
                query=f"q{number}", model="articles.article", object_id=str(article.pk)
            )

        first = pin(0)
        Pin.objects.create(query="gone", model="gone.thing", object_id="1")
        address = "/admin/search/pin/"
        self.client.get(address)
        with CaptureQueriesContext(connection) as before:
            self.assertContains(self.client.get(address), "钉住的文章0")
        for number in range(1, 6):
            pin(number)
        with self.assertNumQueries(len(before)):
            self.client.get(address)
        chosen = {"action": "delete_selected", "_selected_action": [first.pk], "post": "yes"}
        self.client.post(address, chosen)
        self.assertFalse(Pin.objects.filter(pk=first.pk).exists())
        self.assertRedirects(self.client.get(f"{address}{Pin.objects.first().pk}/change/"), address)
        self.assertEqual(self.client.get(f"{address}add/").status_code, 403)


class HealthTests(TestCase):
    def setUp(self):
        self.client.force_login(make_user("root", is_staff=True, is_superuser=True))
        self.articles = [make_article(title=f"检查点 {number}") for number in range(3)]
        build()
        self.engine = Engine.objects.get()

    def press(self, action: str):
        return self.client.post(HEALTH, {"do": action, "engine": self.engine.pk}, follow=True)

    def spoil(self) -> None:
        """A missing, a stale and a ghost document, past every signal."""
        rows = type(self.articles[0])._base_manager
        rows.filter(pk=self.articles[0].pk).update(title="检查点 新")
        rows.filter(pk=self.articles[1].pk).update(status="draft")
        late = make_article(status="draft")
        rows.filter(pk=late.pk).update(status="published", published_at=timezone.now())
        OutboxRow.objects.all().delete()

    def test_state_of_the_index_is_shown(self):
        page = self.client.get(HEALTH)
        (engine,) = page.context["engines"]
        self.assertTrue(engine.in_use)
        self.assertNotContains(page, "errornote")
        self.assertEqual((engine.held, engine.waiting, engine.parked), (3, 0, 0))
        self.assertEqual([number for _label, number in page.context["answer"].value], [3])

    def test_page_says_so_when_nobody_answers(self):
        with mock.patch("search.fallback.ask", side_effect=IndexUnusable("damaged")):
            self.assertContains(self.client.get(HEALTH), "errornote")

    def test_check_counts_what_differs_and_repair_heals_it(self):
        self.assertEqual(self.press("check").context["engines"][0].checked.different, [])
        self.spoil()
        checked = self.press("check").context["engines"][0].checked
        numbers = (len(checked.missing), len(checked.stale), len(checked.ghosts))
        self.assertEqual(numbers, (1, 1, 1))
        self.assertTrue(checked.is_whole)
        with self.captureOnCommitCallbacks(execute=True):
            self.press("repair")
        self.assertEqual(self.press("check").context["engines"][0].checked.different, [])

    def test_check_without_time_says_how_far_it_came(self):
        with mock.patch.object(inspection, "_BATCH", 1):
            found = inspection.inspect(self.engine, seconds=0)
        self.assertEqual((found.looked_into, found.documents, found.is_whole), (1, 3, False))

    def test_what_waits_in_the_outbox_is_not_called_a_difference(self):
        self.spoil()
        for article in self.articles[:2]:
            OutboxRow.objects.create(
                engine=self.engine, model="articles.article", object_id=str(article.pk),
                changed_at=timezone.now(), due_at=timezone.now(),
            )  # fmt: skip
        found = inspection.inspect(self.engine)
        self.assertEqual((len(found.missing), len(found.different)), (1, 1))

    def test_repair_is_not_for_everybody_who_may_look(self):
        viewer = make_user("viewer", is_staff=True)
        viewer.groups.add(Group.objects.get(name=ADMINS))
        viewer.user_permissions.clear()
        Group.objects.get(name=ADMINS).permissions.filter(codename="change_outboxrow").delete()
        self.client.force_login(viewer)
        self.assertEqual(self.press("check").status_code, 200)
        self.assertEqual(self.press("repair").status_code, 403)

    def test_parked_documents_are_listed_with_their_error(self):
        OutboxRow.objects.create(
            engine=self.engine, model="articles.article", object_id="1", parked=True,
            error="ValueError: no", changed_at=timezone.now(), due_at=timezone.now(),
        )  # fmt: skip
        self.assertContains(self.client.get(HEALTH), "ValueError: no")

    def test_engine_that_does_not_answer_is_said(self):
        target = "search.engines.sqlite.backend.SQLiteSearchBackend.versions"
        with mock.patch(target, side_effect=IndexUnusable("damaged")):
            self.assertContains(self.press("check"), 'class="error"')
