"""What the parts of pages cost that look at every article, at as many articles as one wants.

`python -m bench.rows 100000` fills a temporary site (SQLite, or the empty database that
DATABASE_URL names) and times each part once, with nothing kept. Takes a few minutes.
"""

import os
import random
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

BATCH = 2000
TAGS = 1500
TAGS_EACH = 4
YEARS = 8


def fill(number: int) -> None:
    """The demo, and so many articles of the last years; a few tags are on very many."""
    import django

    django.setup()
    from django.contrib.contenttypes.models import ContentType
    from django.core.management import call_command
    from django.db import connection
    from django.utils import timezone

    from articles.models import Article
    from content.models import Author, Column, Tag, TaggedItem

    call_command("migrate", verbosity=0)
    call_command("load_demo", verbosity=0)
    chance = random.Random(1)  # noqa: S311  the same rows each time
    columns = [row for row in Column.objects.exclude(parent=None) if "article" in row.holds]
    author = Author.objects.first()
    Tag.objects.bulk_create([Tag(name=f"t{index}", slug=f"t{index}") for index in range(TAGS)])
    tags = list(Tag.objects.all())
    weights = [1 / place for place in range(1, len(tags) + 1)]
    content_type = ContentType.objects.get_for_model(Article)
    for start in range(0, number, BATCH):
        rows = []
        for index in range(start, min(start + BATCH, number)):
            at = timezone.now() - timedelta(minutes=chance.randrange(1, YEARS * 365 * 24 * 60))
            rows.append(
                Article(
                    slug=f"row-{index}", title=f"Row {index}", lead="x" * 80, body="x",
                    body_text="x" * 800, column=chance.choice(columns), author=author,
                    status="published", published_at=at, first_published_at=at,
                    views=chance.randrange(1000), minutes=3, renderer_version=999,
                )
            )  # fmt: skip
        Article.objects.bulk_create(rows)
        TaggedItem.objects.bulk_create(
            TaggedItem(tag=tag, content_type=content_type, object_id=row.pk)
            for row in rows
            for tag in set(chance.choices(tags, weights, k=TAGS_EACH))
        )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def parts() -> dict[str, Callable[[], Any]]:
    """What is timed, by name."""
    from articles.models import Article
    from articles.views import neighbours
    from content import months, related, sidebar, stamps, tag_counts
    from content.listing import Listing

    present = stamps.current()
    article = Article.objects.get(slug="row-5")
    everything = Listing()
    by_author = Listing(lambda rows: rows.filter(author=article.author))
    last = len(everything) // 20 * 20
    return {
        "a draw of the sidebar": lambda: sidebar.drawn(present),
        "tags with their counts": lambda: tag_counts.tag_counts(present),
        "months with their counts": lambda: months.month_counts(present),
        "recommendations, with the counts of tags": lambda: related.references(article),
        "articles before and after one": lambda: [bool(v) for v in neighbours(article).values()],
        "number of all articles and packages": lambda: len(everything),
        "first page of all": lambda: everything[:20],
        "last page of all": lambda: everything[last : last + 20],
        "an author of everything, number and first page": lambda: (len(by_author), by_author[:20]),
    }


def main() -> None:
    number = int(sys.argv[1]) if sys.argv[1:] else 10_000
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"DATA_DIR": folder, "DJANGO_SETTINGS_MODULE": "blogsite.settings"}
        fill(number)
        from django.conf import settings
        from django.core.cache import caches
        from django.db import connection

        settings.NEARNESS = ""  # what search costs, bench.search tells
        print(f"{date.today()}, {os.cpu_count()} cores, {connection.vendor}, {number} articles")
        print("| part | milliseconds |\n|---|---|")
        for name, make in parts().items():
            caches["template_fragments"].clear()
            started = time.perf_counter()
            make()
            print(f"| {name} | {(time.perf_counter() - started) * 1000:.0f} |")


if __name__ == "__main__":
    main()
