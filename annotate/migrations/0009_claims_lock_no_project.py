"""A claim checks the round, which checks the project: it locks no row of a project, and keeps one index less."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('annotate', '0008_guidelines_read'),
        ('core', '0018_judgments_of_a_judge'),
    ]

    operations = [
        migrations.AlterField(
            model_name='assignment',
            name='project',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='core.project'),
        ),
    ]
