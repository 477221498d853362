"""Where a project requires a card, a judge that comes later, however it comes, is barred until it has one."""

from django.db import migrations

FORWARD = [
    """CREATE FUNCTION preferee_judge_without_card() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF NEW.kind IN ('ai', 'rule', 'metric') AND NEW.barred IS NULL AND EXISTS (
           SELECT FROM synth_requirement WHERE project_id = NEW.project_id AND needs_card) THEN
            NEW.barred := now();
            NEW.barred_because := 'It has no card on at least 20 gold items (its newest has 0), and the project '
                                  'requires one.';
        END IF; RETURN NEW; END $$""",
    """CREATE TRIGGER judge_without_card BEFORE INSERT ON core_judge FOR EACH ROW
        EXECUTE FUNCTION preferee_judge_without_card()""",
]
BACKWARD = ["DROP TRIGGER judge_without_card ON core_judge", "DROP FUNCTION preferee_judge_without_card()"]


class Migration(migrations.Migration):
    dependencies = [("synth", "0002_traces_go_with_scores")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
