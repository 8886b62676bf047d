from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('search', '0002_vocabulary'),
    ]

    operations = [
        migrations.CreateModel(
            name='FoldedLog',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=80, unique=True)),
                ('folded_at', models.DateTimeField(auto_now_add=True)),
            ],
        ),
        migrations.CreateModel(
            name='QueryCount',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField(verbose_name='day')),
                ('query', models.CharField(max_length=100, verbose_name='query')),
                ('searches', models.PositiveIntegerField(default=0, verbose_name='searches')),
                ('results', models.PositiveIntegerField(default=0, verbose_name='results')),
                ('clicks', models.PositiveIntegerField(default=0, verbose_name='clicks')),
            ],
            options={
                'verbose_name': 'query',
                'verbose_name_plural': 'queries',
                'ordering': ['-day', '-searches', 'query'],
                'indexes': [models.Index(fields=['day'], name='search_querycount_day')],
                'constraints': [models.UniqueConstraint(fields=('query', 'day'), name='search_querycount_unique')],
            },
        ),
    ]
