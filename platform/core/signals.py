"""What core tells the other rooms, which it does not know."""

from django.dispatch import Signal

# Sent inside the transaction that adds comparisons, with `project` and `comparison_ids` (a list): the queue follows.
comparisons_added = Signal()
# Sent inside the transaction that changes what comparisons want (votes, priority, group, tags, withdrawal), with the
# same: listeners make their rows true again, and may be told twice.
comparisons_changed = Signal()
# Sent when a run is done or has failed and the database says so, with `run_id`. A listener may miss it: rows tell too.
run_ended = Signal()
# Sent inside the transaction that changes a project's groups or tag rules, with `project`: every comparison may go to
# other people now.
routing_changed = Signal()
# Sent inside the transaction that changes what people may judge (role, pause, removal, groups), with `project` and
# `people` (ids of users, whose rows the sender has locked): what was reserved for them and is theirs no more is freed.
people_changed = Signal()
