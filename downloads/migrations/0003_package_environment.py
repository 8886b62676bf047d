from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('downloads', '0002_package_minutes'),
    ]

    operations = [
        migrations.AddField(
            model_name='package',
            name='environment',
            field=models.CharField(blank=True, help_text='For example “jQuery 1.9 or newer; Chrome, Edge, Firefox, Safari”.', max_length=200, verbose_name='runs with'),
        ),
    ]
