from django.db import migrations

# Erasing deletes scores by SQL: what shows the tokens of a response goes with them.
SWAP = """
DO $$
DECLARE known text;
BEGIN
    SELECT conname INTO STRICT known FROM pg_constraint
     WHERE conrelid = 'synth_trace'::regclass AND confrelid = 'core_score'::regclass AND contype = 'f';
    EXECUTE format('ALTER TABLE synth_trace DROP CONSTRAINT %I', known);
    EXECUTE format('ALTER TABLE synth_trace ADD CONSTRAINT %I FOREIGN KEY (score_id) REFERENCES core_score (id)'
                   '{how} DEFERRABLE INITIALLY DEFERRED', known);
END $$
"""


class Migration(migrations.Migration):

    dependencies = [
        ('synth', '0001_initial'),
    ]

    operations = [
        migrations.RunSQL(SWAP.replace('{how}', ' ON DELETE CASCADE'), SWAP.replace('{how}', '')),
    ]
