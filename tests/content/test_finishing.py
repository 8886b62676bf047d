"""What is added to a stored text when its page is made: cards of linked content, and marks."""

from datetime import timedelta

import time_machine
from django.conf import settings
from django.core.cache import caches
from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given
from hypothesis import settings as limits
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase as HypothesisTestCase

from articles.models import Article, Term
from content import embedding, finishing, stamps
from content.models import Content, Moderation, OldAddress
from tests.factories import make_article, make_package


def finished(content: Content) -> str:
    return finishing.finish(content, stamps.current())


class FinishingTestCase(TestCase):
    def setUp(self) -> None:
        caches["template_fragments"].clear()
        self.addCleanup(caches["template_fragments"].clear)

    def with_link(self, address: str, **overrides: object) -> Article:
        return make_article(body=f"前文。\n\n[链接]({address})\n\n后文。", **overrides)


class CardTests(FinishingTestCase):
    def test_a_link_alone_on_its_line_becomes_the_card_of_an_article(self):
        target = make_article(title="令牌桶", summary="两种限流。")
        html = finished(self.with_link(target.get_absolute_url()))
        self.assertInHTML(f'<a href="{target.get_absolute_url()}">令牌桶</a>', html)
        self.assertIn("两种限流。", html)
        self.assertNotIn("链接", html)
        self.assertRegex(html, r"(?s)<p>前文。</p>.*article-embed.*<p>后文。</p>")

    def test_a_package_becomes_a_card_in_articles_and_in_packages(self):
        target = make_package(title="表格筛选")
        for text in (
            self.with_link(target.get_absolute_url()),
            make_package(body=f"[链接]({target.get_absolute_url()})"),
        ):
            with self.subTest(text):
                self.assertIn("package-embed", finished(text))

    def test_the_whole_address_and_one_without_its_last_slash_work_too(self):
        make_article(slug="token-bucket")
        for address in (
            f"{settings.SITE_URL}/articles/token-bucket/",
            "/articles/token-bucket",
        ):
            with self.subTest(address):
                self.assertIn("article-embed", finished(self.with_link(address)))

    def test_an_address_from_before_leads_to_the_card(self):
        target = make_article(slug="before")
        target.slug = "after"
        target.save()
        html = finished(self.with_link("/articles/before/"))
        self.assertIn('href="/articles/after/"', html)

    def test_what_lives_at_an_address_now_wins_over_what_lived_there(self):
        former = make_article(slug="taken", title="从前的")
        former.slug = "moved"
        former.save()
        make_article(slug="taken", title="现在的")
        # As two writers at once may leave it.
        OldAddress.objects.create(area="articles", slug="taken", object_id=former.pk)
        self.assertIn("现在的", finished(self.with_link("/articles/taken/")))

    def test_every_other_link_stays_a_link(self):
        make_article(slug="real")
        for address in (
            "/articles/nobody/",
            "/articles/real/#h-a",
            "/articles/real/?page=2",
            "/tags/real/",
            "//articles/real/",
            "https://example.com/articles/real/",
            f"{settings.SITE_URL}.example.com/articles/real/",
            "/articles/../articles/real/",
        ):
            with self.subTest(address):
                html = finished(self.with_link(address))
                self.assertNotIn("article-embed", html)
                self.assertIn(">链接</a></p>", html)

    def test_only_a_paragraph_of_nothing_else_becomes_a_card(self):
        make_article(slug="real")
        link = "[链接](/articles/real/)"
        for body in (
            f"请看{link}",
            f"{link}。",
            f"{link} {link}",
            f"- {link}\n\n- 又一项",
            f"> {link}",
            f"## {link}",
            "[![图](/pictures/a.png)](/articles/real/)",
            "[链接](/articles/real/)\\\n第二行",
        ):
            with self.subTest(body):
                self.assertNotIn("article-embed", finished(make_article(body=body)))

    def test_what_visitors_may_not_see_stays_a_link(self):
        hidden = {
            "draft": make_article(status="draft"),
            "scheduled": make_article(published_at=timezone.now() + timedelta(days=1)),
            "removed": make_article(),
        }
        hidden["removed"].set_moderation(Moderation.REMOVED)
        for name, target in hidden.items():
            with self.subTest(name):
                html = finished(self.with_link(target.get_absolute_url()))
                self.assertNotIn(target.title, html)
                self.assertIn(f'<a href="{target.get_absolute_url()}">链接</a>', html)

    def test_a_card_does_not_hold_the_cards_of_its_own_text(self):
        inner = make_article(title="最里面")
        outer = self.with_link(inner.get_absolute_url())
        html = finished(self.with_link(outer.get_absolute_url()))
        self.assertEqual(html.count('class="article-embed"'), 1)
        self.assertNotIn("最里面", html)

    def test_two_that_show_each_other_are_shown_once_each(self):
        one = make_article(slug="one")
        other = self.with_link("/articles/one/", slug="other")
        one.body = "[链接](/articles/other/)"
        one.save()
        for article in (one, other):
            self.assertEqual(finished(article).count('class="article-embed"'), 1)

    def test_a_text_is_no_card_in_itself(self):
        self.assertNotIn("article-embed", finished(self.with_link("/articles/self/", slug="self")))

    def test_the_card_of_a_title_with_signs_of_html_is_harmless(self):
        target = make_article(title="<script>alert(1)</script>", slug="signs")
        self.assertNotIn("<script>", finished(self.with_link(target.get_absolute_url())))

    def test_queries_do_not_grow_with_cards(self):
        def text_of(number: int) -> Article:
            targets = [make_article() for _index in range(number)]
            targets += [make_package() for _index in range(number)]
            for target in targets:
                target.tags.add("标签")
            body = "\n\n".join(f"[链接]({target.get_absolute_url()})" for target in targets)
            return make_article(body=body)

        numbers = set()
        for links in (1, 4):
            article, present = text_of(links), stamps.current()
            with CaptureQueriesContext(connection) as queries:
                html = finishing.finish(article, present, keep=False)
            self.assertEqual(html.count('-embed"'), 2 * links)
            numbers.add(len(queries))
        self.assertEqual(len(numbers), 1)

    def test_a_text_of_a_thousand_links_has_a_bounded_number_of_cards(self):
        target = make_article()
        body = f"[链接]({target.get_absolute_url()})\n\n" * 100
        html = finished(make_article(body=body))
        self.assertEqual(html.count('class="article-embed"'), embedding.MAX_CARDS)


class KeepingTests(FinishingTestCase):
    def test_a_page_that_was_made_once_asks_the_database_nothing(self):
        article = self.with_link(make_article().get_absolute_url())
        present = stamps.current()
        first = finishing.finish(article, present)
        with self.assertNumQueries(0):
            self.assertEqual(finishing.finish(article, present), first)

    def test_a_card_is_gone_once_its_content_was_taken_down(self):
        target = make_article(title="有争议")
        article = self.with_link(target.get_absolute_url())
        self.assertIn("有争议", finished(article))
        target.set_moderation(Moderation.REMOVED)
        self.assertNotIn("有争议", finished(article))
        target.set_moderation(Moderation.CLEAR)
        self.assertIn("有争议", finished(article))

    def test_a_card_appears_when_its_content_does(self):
        target = make_article(published_at=timezone.now() + timedelta(minutes=10))
        article = self.with_link(target.get_absolute_url())
        self.assertNotIn("article-embed", finished(article))
        with time_machine.travel(timezone.now() + timedelta(minutes=11)):
            # The cache asks the same clock.
            self.assertIn("article-embed", finished(article))

    def test_a_changed_term_is_seen_at_once(self):
        term = Term.objects.create(name="栅栏", explanation="先前的解释。")
        article = make_article(body="一道栅栏。")
        self.assertIn("先前的解释。", finished(article))
        term.explanation = "后来的解释。"
        term.save()
        self.assertIn("后来的解释。", finished(article))
        term.delete()
        self.assertNotIn("term", finished(article))

    def test_a_changed_text_is_seen_at_once(self):
        article = make_article(body="先前。")
        self.assertIn("先前。", finished(article))
        article.body = "后来。"
        article.save()
        self.assertIn("后来。", finished(article))

    def test_a_row_read_before_a_change_does_not_stand_for_the_row_after_it(self):
        article = make_article(body="先前。")
        before = Article.objects.get(pk=article.pk)
        article.body = "后来。"
        article.save()
        present = stamps.current()
        finishing.finish(before, present)
        self.assertIn("后来。", finishing.finish(article, present))


class MarkTests(FinishingTestCase):
    @classmethod
    def setUpTestData(cls) -> None:
        cls.term = Term.objects.create(
            name="检查点", aliases=["checkpoint"], explanation="作业状态的 <快照>。"
        )

    def test_a_term_leads_to_the_glossary_and_is_described_by_its_explanation(self):
        html = finished(make_article(body="每个检查点。"))
        self.assertHTMLEqual(
            html,
            f"""<p>每个<span class="term"><a class="term__name" href="/glossary/#{self.term.anchor}"
            aria-describedby="{self.term.anchor}">检查点</a><span class="term__note"
            id="{self.term.anchor}" role="tooltip" data-nosnippet>作业状态的 &lt;快照&gt;。</span>
            </span>。</p>""",
        )

    def test_a_mark_adds_no_space_to_its_line(self):
        html = finished(make_article(body="每个检查点。"))
        self.assertIn('每个<span class="term"><a', html)
        self.assertIn("</span></span>。", html)

    def test_an_other_name_is_explained_with_the_name_of_the_term(self):
        html = finished(make_article(body="Checkpoint 之后"))
        self.assertIn(">Checkpoint</a>", html)
        self.assertIn("<b>检查点</b>", html)

    def test_packages_and_unmarked_terms_stay_plain(self):
        self.assertNotIn("term", finished(make_package(body="检查点")))
        self.term.is_marked = False
        self.term.save()
        self.assertNotIn("term", finished(make_article(body="检查点")))

    def test_the_words_of_a_card_are_not_marked(self):
        target = make_article(title="检查点", slug="target")
        self.assertNotIn("term", finished(make_article(body="[检查点](/articles/target/)")))
        self.assertTrue(target.is_visible)


class HostileTests(HypothesisTestCase):
    pieces = st.sampled_from(
        [
            "[a](/articles/x/)",
            "[a](/articles/",
            "\n\n",
            "<p>",
            "</p>",
            "<a href=/articles/x>",
            "检查点",
        ]
    )

    @limits(max_examples=40, deadline=None)
    @given(st.lists(pieces, max_size=12))
    def test_broken_texts_are_finished_without_an_error(self, pieces):
        make_text = Article(body="".join(pieces))
        make_text.render_body()
        finishing.finish(make_text, {}, keep=False)
        make_text.body_html = "".join(pieces)
        finishing.finish(make_text, {}, keep=False)
