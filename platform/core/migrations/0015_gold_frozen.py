"""A version of a gold set never changes once it is closed: figures were measured on it."""

from django.db import migrations

FORWARD = [
    """CREATE FUNCTION preferee_gold_closed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF EXISTS (SELECT FROM core_goldset WHERE id = NEW.gold_set_id AND closed IS NOT NULL) THEN
            RAISE EXCEPTION 'This version of the gold set is closed: make the next one.'
                USING ERRCODE = 'integrity_constraint_violation';
        END IF; RETURN NEW; END $$""",
    """CREATE TRIGGER gold_item_added BEFORE INSERT ON core_golditem FOR EACH ROW
        EXECUTE FUNCTION preferee_gold_closed()""",
    # What became of the judgment that an answer came from does not change the answer, so `source` may go.
    """CREATE TRIGGER gold_item_fixed BEFORE UPDATE OF gold_set_id, comparison_id, ranks, stratum ON core_golditem
        FOR EACH ROW WHEN ((OLD.gold_set_id, OLD.comparison_id, OLD.ranks, OLD.stratum)
                           IS DISTINCT FROM (NEW.gold_set_id, NEW.comparison_id, NEW.ranks, NEW.stratum))
        EXECUTE FUNCTION preferee_gold_closed()""",
    """CREATE TRIGGER gold_set_fixed BEFORE UPDATE OF project_id, name, version, closed ON core_goldset FOR EACH ROW
        WHEN (OLD.closed IS NOT NULL AND (OLD.project_id, OLD.name, OLD.version, OLD.closed)
              IS DISTINCT FROM (NEW.project_id, NEW.name, NEW.version, NEW.closed))
        EXECUTE FUNCTION preferee_refuse('This version of the gold set is closed: make the next one.')""",
]
BACKWARD = [
    "DROP TRIGGER gold_set_fixed ON core_goldset",
    "DROP TRIGGER gold_item_fixed ON core_golditem",
    "DROP TRIGGER gold_item_added ON core_golditem",
    "DROP FUNCTION preferee_gold_closed()",
]


class Migration(migrations.Migration):
    dependencies = [("core", "0014_models_that_judge")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
