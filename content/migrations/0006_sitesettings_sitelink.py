import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('content', '0005_stamp'),
    ]

    operations = [
        migrations.CreateModel(
            name='SiteLink',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=40, verbose_name='name')),
                ('url', models.URLField(max_length=300, validators=[django.core.validators.URLValidator(schemes=['http', 'https'])], verbose_name='address')),
                ('position', models.PositiveIntegerField(default=0, verbose_name='position')),
            ],
            options={
                'verbose_name': 'site link',
                'verbose_name_plural': 'site links',
                'ordering': ['position', 'pk'],
                'constraints': [models.UniqueConstraint(fields=('url',), name='content_sitelink_unique_url')],
            },
        ),
        migrations.CreateModel(
            name='SiteSettings',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(blank=True, help_text="Left empty, it is the SITE_NAME of the server's environment.", max_length=40, verbose_name='name of the site')),
                ('tagline', models.CharField(blank=True, help_text='One sentence below the name: what the site is about.', max_length=120, verbose_name='tagline')),
                ('notice', models.CharField(blank=True, help_text='Shown above every page until it is emptied, for example before maintenance.', max_length=300, verbose_name='notice')),
                ('icp_number', models.CharField(blank=True, help_text='As the register gives it, for example “京ICP备12345678号-1”.', max_length=60, verbose_name='ICP number')),
                ('police_number', models.CharField(blank=True, help_text='As the register gives it, for example “京公网安备11010502030123号”.', max_length=60, validators=[django.core.validators.RegexValidator('\\d{8,}', 'It holds a number of at least eight digits.')], verbose_name='public security number')),
                ('about', models.TextField(blank=True, help_text='In Markdown; shown at /about/.', verbose_name='about page')),
                ('about_html', models.TextField(blank=True, editable=False)),
                ('changed_at', models.DateTimeField(auto_now=True, verbose_name='changed at')),
            ],
            options={
                'verbose_name': 'site settings',
                'verbose_name_plural': 'site settings',
                'constraints': [models.CheckConstraint(condition=models.Q(('pk', 1)), name='content_sitesettings_one_row')],
            },
        ),
    ]
