import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('downloads', '0005_default_kind_texts'),
    ]

    operations = [
        migrations.AlterField(
            model_name='release',
            name='created_at',
            field=models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='uploaded at'),
        ),
    ]
