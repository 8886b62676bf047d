import re

from django.db import migrations, models

BATCH = 200
_HAN = re.compile("[\u3400-\u9fff\U00020000-\U0003ffff]")
_WORD = re.compile("[A-Za-z0-9_]+")


def fill(apps, schema_editor):
    """Give every row its reading time; safe to run twice."""
    rows = apps.get_model("downloads", "package")._base_manager.filter(minutes=0)
    while batch := list(rows.only("body_text")[:BATCH]):
        for row in batch:
            characters = len(_HAN.findall(row.body_text))
            words = len(_WORD.findall(row.body_text))
            row.minutes = max(1, round(characters / 400 + words / 200))
        rows.model._base_manager.bulk_update(batch, ["minutes"])


class Migration(migrations.Migration):

    dependencies = [
        ('downloads', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='package',
            name='minutes',
            field=models.PositiveSmallIntegerField(default=0, editable=False),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop, elidable=True),
    ]
