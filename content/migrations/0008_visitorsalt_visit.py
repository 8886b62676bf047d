from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('content', '0007_command_verse'),
    ]

    operations = [
        migrations.CreateModel(
            name='VisitorSalt',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField(unique=True)),
                ('salt', models.BinaryField(max_length=32)),
            ],
        ),
        migrations.CreateModel(
            name='Visit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('visitor', models.CharField(max_length=32)),
                ('field', models.CharField(max_length=10)),
                ('kind', models.CharField(max_length=20)),
                ('object_id', models.BigIntegerField()),
                ('counted_at', models.DateTimeField(db_index=True)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('visitor', 'field', 'kind', 'object_id'), name='content_visit_unique')],
            },
        ),
    ]
