"""What core tells the other rooms, which it does not know."""

from django.dispatch import Signal

# Sent inside the transaction that adds comparisons, with `project` and `comparison_ids` (a list): the queue follows.
comparisons_added = Signal()
