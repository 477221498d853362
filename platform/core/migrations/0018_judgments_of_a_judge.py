from django.db import migrations, models


class Migration(migrations.Migration):
    """What one judge said is found without reading the table."""

    dependencies = [
        ("core", "0017_renderings"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="judgment",
            index=models.Index(
                fields=["judge", "comparison"],
                condition=models.Q(("live", True), ("person__isnull", True)),
                name="judgment_of_judge",
            ),
        ),
    ]
