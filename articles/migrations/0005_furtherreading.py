import articles.models.further_reading
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('articles', '0004_term'),
    ]

    operations = [
        migrations.CreateModel(
            name='FurtherReading',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('title', models.CharField(max_length=150, verbose_name='title')),
                ('url', models.CharField(help_text='https://… or an address of this site, for example /articles/redis/.', max_length=500, validators=[articles.models.further_reading.validate_reading_address], verbose_name='address')),
                ('note', models.CharField(blank=True, help_text='Why it is worth reading.', max_length=200, verbose_name='note')),
                ('position', models.PositiveIntegerField(default=0, verbose_name='position')),
                ('article', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='further_reading', to='articles.article')),
            ],
            options={
                'verbose_name': 'further reading',
                'verbose_name_plural': 'further reading',
                'ordering': ['position', 'pk'],
                'constraints': [models.UniqueConstraint(fields=('article', 'url'), name='articles_furtherreading_unique')],
            },
        ),
    ]
