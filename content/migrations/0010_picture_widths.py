from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('content', '0009_tagalias'),
    ]

    operations = [
        migrations.AddField(
            model_name='picture',
            name='widths',
            field=models.JSONField(editable=False, null=True),
        ),
    ]
