from urllib.parse import urlsplit

from django.db import migrations, models

BATCH = 200


def fill(apps, schema_editor):
    """Give every reprint the host of its source; safe to run twice."""
    rows = apps.get_model("articles", "Article")._base_manager.filter(kind="reprint")
    batch = []
    for row in rows.only("source_url").iterator(chunk_size=BATCH):
        try:
            host = urlsplit(row.source_url).hostname or ""
        except ValueError:
            host = ""
        row.source_host = host.rstrip(".").removeprefix("www.")[:255]
        batch.append(row)
    rows.model._base_manager.bulk_update(batch, ["source_host"], batch_size=BATCH)


class Migration(migrations.Migration):

    dependencies = [
        ('articles', '0002_article_minutes'),
    ]

    operations = [
        migrations.AddField(
            model_name='article',
            name='source_host',
            field=models.CharField(blank=True, db_index=True, editable=False, max_length=255),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop, elidable=True),
    ]
