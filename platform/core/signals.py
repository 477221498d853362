"""What core tells the other rooms, which it does not know."""

from django.dispatch import Signal

# Sent inside the transaction that adds comparisons, with `project` and `comparison_ids` (a list): the queue follows.
comparisons_added = Signal()
# Sent inside the transaction that changes what comparisons want (votes, priority, group, tags, withdrawal), with the
# same: listeners make their rows true again, and may be told twice.
comparisons_changed = Signal()
# Sent when labels have changed and the database says so, with `comparison_ids`: a listener may lock what is locked
# before labels. What labels a comparison for somebody who has done that already does not tell.
labels_changed = Signal()
# Sent inside the transaction that is about to update comparisons, with the same: whoever has rows that are
# locked before those (the queue) locks them now, in the order of the ids.
comparisons_changing = Signal()
# Sent inside that transaction afterwards, with the same and `erased`: no place at them is kept; with `erased`, nothing
# that anybody wrote about them either. What a receiver returns is a count by name, for the report.
comparisons_removed = Signal()
# Sent inside the transaction that erases texts, with `project` and `prompt_ids` (of the prompts that are erased or lose
# responses): nothing that was made of those texts is kept. Returns the same.
texts_erased = Signal()
# Sent where all that names a person goes from a project, with `project` and `person`; returns the same.
person_removed = Signal()
# Sent when a run is done or has failed and the database says so, with `run_id`. A listener may miss it: rows tell too.
run_ended = Signal()
# Sent inside the transaction that changes a project's groups or tag rules, with `project`: every comparison may go to
# other people now.
routing_changed = Signal()
# Sent inside the transaction that changes what people may judge (role, pause, removal, groups), with `project` and
# `people` (ids of users, whose rows the sender has locked): what was reserved for them and is theirs no more is freed.
people_changed = Signal()
# Sent inside the transaction that changes of how many responses a project's questions are, with `project`: other
# comparisons than before may be asked now.
asked_changed = Signal()
