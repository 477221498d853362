from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('core', '0011_team'),
    ]

    operations = [
        migrations.AddField(
            model_name='upload',
            name='mark',
            field=models.CharField(blank=True, help_text='Tells it from another of its name and size.', max_length=40),
        ),
        migrations.AddField(
            model_name='upload',
            name='report',
            field=models.JSONField(blank=True, default=dict, help_text='What came of its import, once that is over.'),
        ),
    ]
