from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('content', '0006_sitesettings_sitelink'),
    ]

    operations = [
        migrations.CreateModel(
            name='Command',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('command', models.CharField(max_length=200, unique=True, verbose_name='command')),
                ('meaning', models.CharField(max_length=300, verbose_name='meaning')),
            ],
            options={
                'verbose_name': 'Linux command',
                'verbose_name_plural': 'Linux commands',
                'ordering': ['command'],
            },
        ),
        migrations.CreateModel(
            name='Verse',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('text', models.CharField(max_length=120, unique=True, verbose_name='line')),
                ('author', models.CharField(max_length=40, verbose_name='poet')),
                ('source', models.CharField(blank=True, max_length=60, verbose_name='poem')),
            ],
            options={
                'verbose_name': 'line of verse',
                'verbose_name_plural': 'lines of verse',
                'ordering': ['author', 'text'],
            },
        ),
    ]
