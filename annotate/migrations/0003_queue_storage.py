"""Room in each page of the queue for the updates that claims make; an assignment's round belongs to its project."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("annotate", "0002_initial"), ("core", "0002_integrity")]
    operations = [
        migrations.RunSQL(
            [
                "ALTER TABLE annotate_queueitem SET (fillfactor = 70)",
                "ALTER TABLE annotate_assignment ADD CONSTRAINT assignment_round_same_project FOREIGN KEY "
                "(round_id, project_id) REFERENCES core_round (id, project_id) DEFERRABLE INITIALLY DEFERRED",
            ],
            [
                "ALTER TABLE annotate_assignment DROP CONSTRAINT assignment_round_same_project",
                "ALTER TABLE annotate_queueitem RESET (fillfactor)",
            ],
        )
    ]
