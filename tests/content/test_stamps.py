from unittest.mock import patch

from django.db import connection
from django.test import RequestFactory, TestCase
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from articles.models import Article
from content import merging, stamps
from content.models import Tag
from tests.factories import make_article, make_user


class StampsOfARequestTests(TestCase):
    def test_a_page_reads_them_once(self):
        request = RequestFactory().get("/")
        with self.assertNumQueries(1):
            stamps.of_request(request)
            stamps.of_request(request)

    def test_who_changes_something_reads_them_again(self):
        request = RequestFactory().post("/")
        before = stamps.of_request(request)
        make_article()
        self.assertNotEqual(stamps.of_request(request), before)


class WritersTests(TestCase):
    def test_rows_do_not_change_without_their_stamp(self):
        article = make_article(title="以前")
        with (
            patch.object(stamps, "change", side_effect=RuntimeError),
            self.assertRaises(RuntimeError),
        ):
            Article.objects.filter(pk=article.pk).update(title="以后")
        article.refresh_from_db()
        self.assertEqual(article.title, "以前")

    def test_who_merges_tags_waits_for_who_saves_content_before_taking_them(self):
        make_article(tags=["甲", "乙"])
        one, other = Tag.objects.order_by("name")
        with CaptureQueriesContext(connection) as captured:
            merging.merge([one], other)
        tables = [query["sql"].partition(' FROM "')[2].partition('"')[0] for query in captured]
        self.assertLess(tables.index("content_stamp"), tables.index("content_tag"))

    def test_an_action_takes_all_its_rows_in_one_order_before_it_changes_a_stamp(self):
        self.client.force_login(make_user(is_staff=True, is_superuser=True))
        rows = [make_article(status=Article.Status.DRAFT) for _number in range(3)]
        with CaptureQueriesContext(connection) as captured:
            self.client.post(
                reverse("admin:articles_article_changelist"),
                {"action": "publish", "_selected_action": [row.pk for row in rows]},
            )
        self.assertEqual(Article.objects.filter(status=Article.Status.PUBLISHED).count(), 3)
        asked = [query["sql"] for query in captured]
        taken = next(
            place
            for place, sql in enumerate(asked)
            if sql.startswith('SELECT "articles_article"."id" AS "pk" FROM')
            and "ORDER BY 1 ASC" in sql
        )
        changed = next(place for place, sql in enumerate(asked) if '"content_stamp"' in sql)
        self.assertLess(taken, changed)
        if connection.features.has_select_for_update:
            self.assertIn("FOR UPDATE", asked[taken])
