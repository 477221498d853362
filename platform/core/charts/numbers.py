"""Figures of a chart as a reader wants them."""

SIGNS = ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"))


def short(value: float) -> str:
    """1234 as 1.23 k: three digits that count, and a sign for thousands and more."""
    rounded = float(f"{value:.3g}")
    for size, sign in SIGNS:
        if abs(rounded) >= size:
            return f"{rounded / size:g}\N{NO-BREAK SPACE}{sign}"
    return f"{rounded:g}"


def scale_from_zero(highest: float) -> list[float]:
    """At most five round values from 0 to the highest or just above it."""
    from matplotlib.ticker import MaxNLocator

    values = MaxNLocator(nbins=4, steps=(1, 2, 5, 10)).tick_values(0, highest or 1)
    return [float(value) for value in values]
