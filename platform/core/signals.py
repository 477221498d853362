"""What core tells the other rooms, which it does not know."""

from django.dispatch import Signal

# Sent inside the transaction that adds comparisons, with `project` and `comparison_ids` (a list): the queue follows.
comparisons_added = Signal()
# Sent inside the transaction that changes what comparisons want (votes, priority, group, tags, withdrawal), with the
# same: listeners make their rows true again, and may be told twice.
comparisons_changed = Signal()
# Sent when a run is done or has failed and the database says so, with `run_id`. A listener may miss it: rows tell too.
run_ended = Signal()
