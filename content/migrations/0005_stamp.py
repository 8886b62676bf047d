from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('content', '0004_tag_unique_whatever_case'),
    ]

    operations = [
        migrations.CreateModel(
            name='Stamp',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=20, unique=True)),
                ('value', models.CharField(max_length=16)),
            ],
        ),
    ]
