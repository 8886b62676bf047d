from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('downloads', '0003_package_environment'),
    ]

    operations = [
        migrations.CreateModel(
            name='KindText',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('template', 'site template'), ('plugin', 'jQuery plugin')], max_length=10, unique=True, verbose_name='kind')),
                ('purpose', models.CharField(blank=True, help_text='Above the files: what a visitor downloads. {title} stands for its title.', max_length=300, verbose_name='purpose sentence')),
                ('disclaimer', models.TextField(blank=True, help_text='Below the files. An empty line begins a new paragraph; {title}, {kind}, {version} and {licence} stand for those of the package.', max_length=3000, verbose_name='disclaimer')),
            ],
            options={
                'verbose_name': 'text of a kind',
                'verbose_name_plural': 'texts of the kinds',
                'ordering': ['kind'],
                'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['template', 'plugin'])), name='downloads_kindtext_kind_known')],
            },
        ),
    ]
