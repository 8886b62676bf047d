from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('articles', '0003_article_source_host'),
    ]

    operations = [
        migrations.CreateModel(
            name='Term',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(error_messages={'unique': 'The glossary has this term already.'}, max_length=60, unique=True, verbose_name='term')),
                ('slug', models.CharField(editable=False, max_length=100, unique=True)),
                ('aliases', models.JSONField(blank=True, default=list, help_text='As articles write it, for example “checkpoint”.', verbose_name='other names')),
                ('explanation', models.CharField(max_length=400, verbose_name='explanation')),
                ('is_marked', models.BooleanField(default=True, help_text='Off for words that articles also use in their everyday meaning.', verbose_name='marked in articles')),
                ('changed_at', models.DateTimeField(auto_now=True, verbose_name='changed at')),
            ],
            options={
                'verbose_name': 'term',
                'verbose_name_plural': 'terms',
                'ordering': ['slug'],
            },
        ),
    ]
