"""Importing ZIPs as packages: what their package.json says, and what a repetition leaves alone."""

import io
import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.core.management import CommandError, call_command
from django.test import SimpleTestCase, TestCase
from hypothesis import given, settings
from hypothesis import strategies as st

from content.models import Column, ImportRecord, Moderation
from downloads.importing import Result, import_packages
from downloads.manifests import read_facts
from downloads.models import Package, Release
from downloads.storage import package_path
from tests.factories import make_column, make_zip

MANIFEST = {
    "name": "jquery.sieve",
    "version": "1.2.0",
    "license": "MIT",
    "description": "Filters tables.",
    "homepage": "http://example.com/",
    "repository": {"type": "git", "url": "git+https://github.com/someone/sieve.git"},
    "keywords": ["jquery", "table", "jquery"],
}


def package_zip(manifest: Any = None, *, folder: str = "package/", **files: bytes) -> bytes:
    said = {**MANIFEST, **(manifest or {})}
    content = {f"{folder}package.json": json.dumps(said).encode(), f"{folder}a.js": b"1"}
    return make_zip(content | files)


class ZipTestCase(SimpleTestCase):
    def setUp(self):
        folder = TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)

    def write(self, name: str, data: bytes) -> Path:
        file = self.root / name
        file.parent.mkdir(exist_ok=True, parents=True)
        file.write_bytes(data)
        return file


class FactsTests(ZipTestCase):
    def facts(self, data: bytes, name: str = "sieve-9.9.zip"):
        return read_facts(self.write(name, data), kind="plugin", name=name)

    def test_a_package_json_at_the_top_or_one_folder_below_is_read(self):
        for folder in ["", "package/", "sieve-1.2.0/"]:
            with self.subTest(folder):
                facts = self.facts(package_zip(folder=folder))
                self.assertEqual((facts.title, facts.version), ("jquery.sieve", "1.2.0"))
                self.assertEqual((facts.licence, facts.summary), ("MIT", "Filters tables."))
                self.assertEqual(facts.tags, ("jquery", "table"))
                self.assertEqual(facts.source_url, "https://github.com/someone/sieve")
        self.assertEqual(self.facts(package_zip(folder="a/b/")).title, "sieve")

    def test_the_nearest_package_json_counts(self):
        data = package_zip(folder="", **{"dist/package.json": b'{"name": "other"}'})
        self.assertEqual(self.facts(data).title, "jquery.sieve")

    def test_the_source_is_an_https_address_or_none(self):
        cases = {
            "https://e.com/x": "https://e.com/x",
            "javascript:alert(1)": "",
            "http://e.com": "",
            "https://": "",
            "someone/sieve": "https://github.com/someone/sieve",
            "git://github.com/a/b.git": "https://github.com/a/b",
        }
        for homepage, expected in cases.items():
            with self.subTest(homepage):
                data = package_zip({"homepage": homepage, "repository": None})
                self.assertEqual(self.facts(data).source_url, expected)

    def test_what_it_runs_with_is_said_in_words_or_by_whom_it_needs(self):
        needs = {"peerDependencies": {"jquery": ">=3.5"}, "engines": {"node": ">=18"}}
        for said, environment in [
            ({"environment": "jQuery 3.x；Chrome、Firefox"}, "jQuery 3.x；Chrome、Firefox"),
            (needs, "jQuery >=3.5; Node.js >=18"),
            ({**needs, "environment": "jQuery 3.x"}, "jQuery 3.x"),
            ({"peerDependencies": {"jquery": None, "x" * 300: "1"}, "engines": ["node"]}, "jQuery"),
            ({}, ""),
        ]:
            with self.subTest(said):
                self.assertEqual(self.facts(package_zip(said)).environment, environment)

    def test_without_a_manifest_the_name_of_the_file_says_enough(self):
        facts = self.facts(make_zip(), "邀请好友-2.1.zip")
        self.assertEqual((facts.title, facts.version), ("邀请好友", "2.1"))
        self.assertEqual(self.facts(make_zip(), "模板.zip").version, "1.0")
        self.assertEqual(self.facts(make_zip({"package.json": b"{"}), "x-3.zip").version, "3")

    @given(
        st.dictionaries(
            st.sampled_from([*MANIFEST, "licenses"]),
            st.recursive(
                st.none() | st.booleans() | st.integers() | st.text(max_size=20),
                lambda inner: (
                    st.lists(inner, max_size=3)
                    | st.dictionaries(st.sampled_from(["url", "type", "name"]), inner, max_size=2)
                ),
                max_leaves=4,
            ),
        )
    )
    @settings(max_examples=60, deadline=None)
    def test_whatever_the_manifest_holds_the_facts_are_lawful(self, manifest):
        facts = self.facts(make_zip({"package.json": json.dumps(manifest).encode()}))
        self.assertTrue(0 < len(facts.title) <= 150)
        self.assertLessEqual(len(facts.licence), 60)
        self.assertLessEqual(len(facts.tags), 8)
        Release._meta.get_field("version").clean(facts.version, None)


class ImportTests(ZipTestCase, TestCase):
    def run_import(self, **options):
        return import_packages([self.root], kind=options.pop("kind", "plugin"), **options)

    def results(self, **options) -> list[str]:
        return [outcome.result.value for outcome in self.run_import(**options).outcomes]

    def test_a_zip_becomes_a_package_that_can_be_downloaded(self):
        self.write("sieve.zip", package_zip())
        self.assertEqual(self.results(), ["made"])
        package = Package.objects.get()
        self.assertTrue(package.is_visible)
        self.assertEqual(package.column.name, "JQuery插件下载")
        self.assertEqual(package.column.parent.name, "资源")
        self.assertEqual(package.author.name, "本站")
        self.assertEqual(package.latest_release.version, "1.2.0")
        self.assertIn(["package/a.js", 1], package.latest_release.listing)
        self.assertEqual(self.client.get(package.get_file_url()).status_code, 200)

    def test_a_column_that_holds_other_things_is_not_widened(self):
        column = make_column("JQuery插件下载", holds=["plugin"])
        self.write("sieve.zip", package_zip())
        self.assertEqual(self.results(kind="template", column=column.name), ["refused"])
        column.refresh_from_db()
        self.assertEqual(column.holds, ["plugin"])

    def test_repeating_it_changes_nothing(self):
        self.write("sieve.zip", package_zip())
        self.run_import()
        before = Package.objects.values().get()
        self.assertEqual(self.results(), ["unchanged"])
        self.assertEqual(Package.objects.values().get(), before)

    def test_a_new_version_becomes_a_release_beside_the_old_one(self):
        self.write("sieve.zip", package_zip())
        self.run_import()
        self.write("sieve.zip", package_zip({"version": "1.3.0", "description": "Better."}))
        self.assertEqual(self.results(), ["changed"])
        package = Package.objects.get()
        self.assertEqual(package.latest_release.version, "1.3.0")
        self.assertEqual(package.releases.count(), 2)
        self.assertEqual(package.summary, "Better.")

    def test_a_changed_file_of_the_same_version_is_refused(self):
        self.write("sieve.zip", package_zip())
        self.run_import()
        self.write("sieve.zip", package_zip(more=b"2"))
        self.assertEqual(self.results(), ["refused"])
        self.assertEqual(Release.objects.count(), 1)

    def test_an_editors_texts_stay_when_a_release_is_added(self):
        self.write("sieve.zip", package_zip())
        self.run_import()
        package = Package.objects.get()
        package.title = "编辑改的"
        package.save()
        self.write("sieve.zip", package_zip({"version": "2.0.0"}))
        self.assertEqual(self.results(), ["changed"])
        package = Package.objects.get()
        self.assertEqual((package.title, package.latest_release.version), ("编辑改的", "2.0.0"))

    def test_the_environment_comes_along_and_an_editors_change_of_it_is_kept(self):
        self.write("sieve.zip", package_zip({"environment": "jQuery 3.x"}))
        self.run_import()
        package = Package.objects.get()
        self.assertEqual(package.environment, "jQuery 3.x")
        package.environment = "jQuery 3.7"
        package.save()
        self.write("sieve.zip", package_zip({"version": "1.3.0", "environment": "jQuery 4"}))
        self.run_import()
        package.refresh_from_db()
        self.assertEqual((package.environment, package.releases.count()), ("jQuery 3.7", 2))

    def test_what_was_taken_down_or_purged_is_not_published_again(self):
        self.write("sieve.zip", package_zip())
        self.run_import()
        package = Package.objects.get()
        package.set_moderation(Moderation.REMOVED)
        self.write("sieve.zip", package_zip({"version": "2.0.0"}))
        self.assertEqual(self.results(), ["kept"])
        self.assertFalse(Package.objects.visible().exists())
        package.purge()
        self.assertEqual(self.results(), ["kept"])
        self.assertFalse(Package.objects.exists())

    def test_a_bad_zip_is_refused_alone_and_leaves_nothing(self):
        self.write("a/bad.zip", package_zip(folder="../"))
        self.write("broken.zip", b"PK")
        self.write("good.zip", package_zip())
        report = self.run_import()
        reasons = {o.path: o.reason for o in report.outcomes if o.result is Result.REFUSED}
        self.assertEqual(set(reasons), {"a/bad.zip", "broken.zip"})
        self.assertTrue(reasons["a/bad.zip"].startswith("Z1"))
        self.assertEqual(Package.objects.count(), 1)

    def test_a_rehearsal_writes_nothing(self):
        self.write("sieve.zip", package_zip({"name": "rehearsed", "version": "7.7.7"}))
        self.assertEqual(self.results(dry_run=True), ["made"])
        for model in (Package, Release, Column, ImportRecord):
            self.assertFalse(model.objects.exists(), model)
        folder = package_path("0" * 64).parent.parent / "incoming"
        self.assertEqual(list(folder.glob("*")), [])


class CommandTests(ZipTestCase, TestCase):
    def test_it_prints_one_json_object_and_ends_with_1_when_a_zip_was_refused(self):
        good, bad = self.write("g.zip", package_zip()), self.write("b.zip", b"no")
        output = io.StringIO()
        with self.assertRaises(SystemExit) as ended:
            call_command(
                *("import_packages", str(good), str(bad), "--kind", "template", "--json"),
                stdout=output,
                stderr=io.StringIO(),
            )
        self.assertEqual(ended.exception.code, 1)
        result = json.loads(output.getvalue())
        self.assertEqual((result["made"], result["refused"]), (1, 1))
        self.assertEqual(Package.objects.get().column.name, "建站模板下载")

    def test_a_path_that_is_not_there_is_a_mistake_of_the_caller(self):
        with self.assertRaises(CommandError) as caught:
            call_command("import_packages", str(self.root / "none"), "--kind", "plugin")
        self.assertEqual(caught.exception.returncode, 2)
