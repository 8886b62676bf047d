from typing import Any

import reversion
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase as HypothesisTestCase
from reversion.models import Version

from articles.models import Article
from content import accounts, merging, stamps
from content.admin.revisions import keep_version, restore
from content.models import OldAddress, Tag, TagAlias, TaggedItem
from tests.content.admin_forms import form_data
from tests.factories import make_article, make_package, make_tag, make_user
from tests.search.memory import MemoryIndexMixin


def names(content: Any) -> set[str]:
    return set(type(content).objects.get(pk=content.pk).tags.names())


class MergeTests(TestCase):
    def setUp(self):
        self.long, self.short = make_tag("Kubernetes"), make_tag("k8s")

    def test_what_carries_the_merged_tag_carries_the_one_that_stays(self):
        article, package = make_article(tags=["k8s", "容器"]), make_package(tags=["k8s"])
        both = make_article(tags=["k8s", "Kubernetes"])
        self.assertEqual(merging.merge([self.short], self.long), 2)
        self.assertEqual(names(article), {"Kubernetes", "容器"})
        self.assertEqual(names(package), {"Kubernetes"})
        self.assertEqual(names(both), {"Kubernetes"})
        self.assertEqual(TaggedItem.objects.filter(tag=self.long).count(), 3)

    def test_its_address_leads_to_the_one_that_stays(self):
        make_article(tags=["k8s"])
        merging.merge([self.short], self.long)
        response = self.client.get("/tags/k8s/")
        self.assertEqual((response.status_code, response["Location"]), (301, "/tags/kubernetes/"))

    def test_older_addresses_and_those_of_a_chain_lead_there_too(self):
        make_article(tags=["k8s"])
        self.short.slug = "k-8-s"
        self.short.save()
        merging.merge([self.short], self.long)
        last = make_tag("容器编排")
        merging.merge([self.long], last)
        for slug in ("k8s", "k-8-s", "kubernetes"):
            with self.subTest(slug):
                response = self.client.get(f"/tags/{slug}/")
                self.assertEqual(response["Location"], last.get_absolute_url())

    def test_its_name_and_other_names_become_other_names(self):
        TagAlias.objects.create(tag=self.short, name="kube")
        TagAlias.objects.create(tag=self.long, name="库伯")
        merging.merge([self.short], self.long)
        aliases = set(self.long.aliases.values_list("name", flat=True))
        self.assertEqual(aliases, {"kube", "k8s", "库伯"})

    def test_several_at_once_that_the_same_page_carries_leave_one(self):
        third = make_tag("kube")
        article = make_article(tags=["k8s", "kube"])
        self.assertEqual(merging.merge([self.short, third, self.long], self.long), 1)
        self.assertEqual(names(article), {"Kubernetes"})
        self.assertEqual(set(Tag.objects.all()), {self.long})

    def test_the_name_typed_again_is_the_tag_that_stays(self):
        merging.merge([self.short], self.long)
        self.assertEqual(names(make_article(tags=["K8S"])), {"Kubernetes"})

    def test_a_tag_that_is_gone_changes_nothing(self):
        make_article(tags=["k8s"])
        gone = make_tag("gone")
        Tag.objects.filter(pk=gone.pk).delete()
        for others, into in (([self.short, gone], self.long), ([self.short], gone)):
            with self.assertRaises(Tag.DoesNotExist):
                merging.merge(others, into)
        self.assertTrue(Tag.objects.filter(name="k8s").exists())
        self.assertFalse(OldAddress.objects.exists())

    def test_what_is_kept_of_pages_is_made_anew(self):
        make_article(tags=["k8s"])
        before = stamps.current()[stamps.CONTENT]
        merging.merge([self.short], self.long)
        self.assertNotEqual(stamps.current()[stamps.CONTENT], before)

    def test_going_back_to_a_version_brings_the_tag_that_stays(self):
        # The number of the one begins with that of the other.
        one, other = make_tag("one", pk=90001), make_tag("other", pk=900012)
        article = make_article(tags=["k8s", "one", "other"])
        with reversion.create_revision():
            article.save()
            keep_version(article)
        version = Version.objects.get_for_object(article).get()
        merging.merge([self.short, one], self.long)
        article.tags.clear()
        restore(version)
        self.assertEqual(names(article), {"Kubernetes", other.name})

    def test_the_number_of_queries_does_not_grow_with_what_carries_it(self):
        def queries(tag: Tag) -> int:
            with CaptureQueriesContext(connection) as captured:
                merging.merge([tag], self.long)
            return len(captured)

        few, many = make_tag("few"), make_tag("many")
        make_article(tags=["few"])
        for _index in range(8):
            make_article(tags=["many"])
        self.assertEqual(queries(few), queries(many))


class SearchTests(MemoryIndexMixin, TestCase):
    def test_what_carried_it_is_found_under_the_new_name_at_once(self):
        with self.saved():
            article = make_article(tags=["k8s"])
            package = make_package(tags=["k8s", "Kubernetes"])
        with self.saved():
            merging.merge([Tag.objects.get(name="k8s")], Tag.objects.get(name="Kubernetes"))
        for content in (article, package):
            document = self.backend.documents[f"{content._meta.label_lower}.{content.pk}"]
            self.assertEqual(document["tags"], ["Kubernetes"])


class AliasTests(TestCase):
    def setUp(self):
        self.tag = make_tag("Kubernetes")
        self.alias = TagAlias.objects.create(tag=self.tag, name="k8s")

    def refused(self, row: Any) -> list[str]:
        with self.assertRaises(ValidationError) as caught:
            row.full_clean()
        return list(caught.exception.message_dict)

    def test_a_typed_alias_is_its_tag_whatever_its_case(self):
        article = make_article()
        for change in (article.tags.add, lambda name: article.tags.set([name, "kubernetes"])):
            change("K8s")
            self.assertEqual(names(article), {"Kubernetes"})
        self.assertEqual(Tag.objects.count(), 1)

    def test_an_alias_equals_no_tag_and_no_other_alias_whatever_the_case(self):
        other = make_tag("Docker")
        for name in ("kubernetes", "K8S", "docker", "a，b", "#a", " "):
            with self.subTest(name):
                self.assertTrue(self.refused(TagAlias(tag=other, name=name)))

    def test_a_tag_equals_no_alias_of_another_tag(self):
        self.assertEqual(self.refused(Tag(name="K8S")), ["name"])
        self.tag.name = "K8s"
        self.tag.full_clean()  # its own

    def test_a_tag_that_exists_wins_over_an_alias_of_the_same_name(self):
        # Two who save at once can make both; no constraint spans two tables.
        other = make_tag("k8s")
        self.assertEqual(Tag.objects.get(name__iexact="K8S"), other)

    def test_asking_for_the_exact_name_finds_no_alias(self):
        with self.assertRaises(Tag.DoesNotExist):
            Tag.objects.get(name="k8s")


class HostileNamesTests(HypothesisTestCase):
    @given(name=st.text(min_size=1, max_size=60))
    @settings(max_examples=40, deadline=None)
    def test_any_name_is_taken_and_found_again_or_refused_with_a_sentence(self, name):
        alias = TagAlias(tag=make_tag(), name=name)
        try:
            alias.full_clean()
        except ValidationError as refused:
            self.assertTrue(refused.messages[0])
            return
        alias.save()
        self.assertEqual(Tag.objects.get(name__iexact=alias.name), alias.tag)


class DeskTestCase(TestCase):
    @classmethod
    def setUpTestData(cls):
        accounts.ensure_groups()
        cls.admin = make_user("admin", is_staff=True)
        cls.admin.groups.add(Group.objects.get(name=accounts.ADMINS))
        cls.editor = make_user("editor", is_staff=True)
        cls.editor.groups.add(Group.objects.get(name=accounts.EDITORS))

    def setUp(self):
        self.client.force_login(self.admin)
        self.long, self.short = make_tag("Kubernetes"), make_tag("k8s")

    def url(self, name: str, *arguments: Any) -> str:
        return reverse(f"admin:content_tag_{name}", args=arguments)

    def act(self, *tags: Tag) -> Any:
        data = {"action": "merge_selected", "_selected_action": [tag.pk for tag in tags]}
        return self.client.post(self.url("changelist"), data, follow=True)


class MergePageTests(DeskTestCase):
    def test_chosen_tags_are_shown_with_what_each_carries_the_most_used_first(self):
        make_article(tags=["k8s"])
        make_article(tags=["k8s", "Kubernetes"])
        page = self.act(self.long, self.short)
        found = [(tag.name, tag.number_of_uses) for tag in page.context["tags"]]
        self.assertEqual(found, [("k8s", 2), ("Kubernetes", 1)])
        self.assertEqual(form_data(page)["keep"], str(self.short.pk))

    def test_the_one_that_was_chosen_stays(self):
        article = make_article(tags=["k8s"])
        page = self.act(self.long, self.short)
        address = page.redirect_chain[-1][0]
        data = form_data(page, keep=self.long.pk)
        response = self.client.post(address, data, follow=True)
        self.assertEqual(response.redirect_chain, [(self.url("change", self.long.pk), 302)])
        self.assertEqual(names(article), {"Kubernetes"})
        history = self.client.get(self.url("history", self.long.pk))
        self.assertContains(history, "k8s")
        # Once more, from the page that is still open: a sentence, and nothing happens.
        again = self.client.post(address, data, follow=True)
        self.assertEqual(again.redirect_chain, [(self.url("changelist"), 302)])
        self.assertEqual(len(list(again.context["messages"])), 1)

    def test_nothing_happens_without_a_choice_among_them(self):
        third = make_tag("third")
        address = f"{self.url('merge')}?tag={self.long.pk}&tag={self.short.pk}"
        for keep in ("", "x", str(third.pk)):
            response = self.client.post(address, {"keep": keep})
            self.assertEqual(response.status_code, 200)
        self.assertEqual(Tag.objects.count(), 3)

    def test_one_tag_alone_asks_for_another(self):
        form = self.client.get(self.url("change", self.long.pk))
        address = f"{self.url('merge')}?tag={self.long.pk}"
        self.assertContains(form, f'href="{address}"')
        page = self.client.get(address)
        self.assertNotContains(page, 'name="keep"')
        self.assertContains(page, f'name="tag" value="{self.long.pk}"')
        asked = {"app_label": "content", "model_name": "tagalias", "field_name": "tag"}
        answer = self.client.get(reverse("admin:autocomplete"), {**asked, "term": "K8"}).json()
        self.assertEqual([row["text"] for row in answer["results"]], ["k8s"])

    def test_tags_that_are_no_tags_are_told(self):
        for query in ("", "?tag=0", "?tag=x", f"?tag={'9' * 400}", f"?tag={self.long.pk}&tag=0"):
            with self.subTest(query):
                response = self.client.get(self.url("merge") + query)
                self.assertRedirects(response, self.url("changelist"))

    def test_more_tags_than_anybody_can_judge_are_refused(self):
        page = self.act(*(make_tag() for _index in range(51)))
        self.assertEqual(len(list(page.context["messages"])), 1)
        self.assertNotIn("tags", page.context)

    def test_who_may_not_delete_tags_may_not_merge(self):
        self.client.force_login(self.editor)
        address = f"{self.url('merge')}?tag={self.long.pk}&tag={self.short.pk}"
        self.assertEqual(self.client.get(address).status_code, 403)
        response = self.client.post(address, {"keep": self.long.pk})
        self.assertEqual(response.status_code, 403)
        self.assertNotContains(self.client.get(self.url("changelist")), "merge_selected")
        self.assertNotContains(self.client.get(self.url("change", self.long.pk)), "/merge/")
        self.act(self.long, self.short)
        self.assertEqual(Tag.objects.count(), 2)


class AliasFormTests(DeskTestCase):
    def save(self, tag: Tag, **changes: Any) -> Any:
        address = self.url("change", tag.pk)
        data = form_data(self.client.get(address), _save="1", **changes)
        return self.client.post(address, data)

    def aliases(self, tag: Tag) -> set[str]:
        return set(tag.aliases.values_list("name", flat=True))

    def test_editors_write_other_names_beside_the_tag(self):
        self.client.force_login(self.editor)
        self.assertEqual(self.save(self.long, **{"aliases-0-name": "kube"}).status_code, 302)
        self.assertEqual(self.aliases(self.long), {"kube"})
        gone = {"aliases-0-DELETE": "on"}
        self.assertEqual(self.save(self.long, **gone).status_code, 302)
        self.assertEqual(self.aliases(self.long), set())

    def test_the_old_name_becomes_another_name_in_the_form_that_renames(self):
        response = self.save(self.short, name="K8S 集群", **{"aliases-0-name": "k8s"})
        self.assertEqual(response.status_code, 302)
        self.assertEqual(self.aliases(self.short), {"k8s"})

    def test_names_that_others_have_are_refused_beside_the_field(self):
        TagAlias.objects.create(tag=self.long, name="kube")
        for name in ("KUBE", "kubernetes", "K8S", "a、b"):
            with self.subTest(name):
                response = self.save(self.short, **{"aliases-0-name": name})
                formset = response.context["inline_admin_formsets"][0].formset
                self.assertTrue(formset.errors[0])
        self.assertEqual(self.aliases(self.short), set())

    def test_the_same_new_name_twice_is_refused(self):
        names = {"aliases-0-name": "kube", "aliases-1-name": "KUBE"}
        response = self.save(self.long, **names, **{"aliases-TOTAL_FORMS": "2"})
        formset = response.context["inline_admin_formsets"][0].formset
        self.assertTrue(formset.non_form_errors())

    def test_a_name_that_stands_for_another_tag_is_no_new_tag(self):
        TagAlias.objects.create(tag=self.long, name="kube")
        response = self.save(self.short, name="Kube")
        self.assertEqual(list(response.context["adminform"].form.errors), ["name"])

    def test_the_list_finds_a_tag_by_its_other_names_at_a_fixed_cost(self):
        for number in range(3):
            TagAlias.objects.create(tag=self.long, name=f"kube{number}")
        make_article(tags=["Kubernetes"])
        page = self.client.get(self.url("changelist"), {"q": "kube"})
        found = [(tag.name, tag.number_of_uses) for tag in page.context["cl"].result_list]
        self.assertEqual(found, [("Kubernetes", 1)])
        self.assertContains(page, "kube0、kube1、kube2")

    def test_suggestions_offer_the_tag_for_an_alias(self):
        for name in ("kube", "kubelet"):
            TagAlias.objects.create(tag=self.long, name=name)
        make_article(tags=["Kubernetes"])
        make_tag("my kube")
        answer = self.client.get(self.url("suggest"), {"q": "kube"}).json()
        self.assertEqual(
            answer["tags"], [{"name": "Kubernetes", "count": 1}, {"name": "my kube", "count": 0}]
        )

    def test_an_article_s_form_takes_the_alias_for_its_tag(self):
        TagAlias.objects.create(tag=self.long, name="kube")
        article = make_article()
        address = reverse("admin:articles_article_change", args=[article.pk])
        data = form_data(self.client.get(address), tags="KUBE，k8s", _save="1")
        self.assertEqual(self.client.post(address, data).status_code, 302)
        self.assertEqual(names(Article.objects.get()), {"Kubernetes", "k8s"})
