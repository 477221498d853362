from core.serving.backoff import Backoff


def waits(backoff, lives):
    """What it waits after each life; it is born when the wait is over."""
    now, waited = 0.0, []
    for life in lives:
        now += life
        waited.append(backoff.died(now))
        assert backoff.is_over(now) == (waited[-1] == 0)
        now += waited[-1]
        assert backoff.is_over(now)
    return waited


def test_the_first_time_at_once_and_then_later_and_later():
    assert waits(Backoff(), [1] * 9) == [0, 1, 2, 4, 8, 16, 30, 30, 30]


def test_who_lived_for_a_while_begins_anew():
    assert waits(Backoff(), [1, 1, 1, 61, 1]) == [0, 1, 2, 0, 1]
