"""The colours of charts: tokens of the stylesheet, and what stands for each while matplotlib draws."""

# The light theme's values, so that a chart looks right before the clean-up pass; a test compares the two.
TOKENS = {
    "line": "#dcdcd7",
    "ink-2": "#5a5d63",
    "accent": "#2f5d8c",
    "people": "#0b62a8",
    "models": "#a8480a",
    "gold": "#19785a",
    "mixed": "#63666d",
}
NAMES = {colour: name for name, colour in TOKENS.items()}


def variable(colour: str) -> str:
    """What stands in the page for a colour that matplotlib wrote, so that it follows the theme."""
    if colour == "none":
        return colour
    if colour not in NAMES:
        raise ValueError(f"A chart is drawn in {colour}, which is no token. Take a colour of {', '.join(TOKENS)}.")
    return f"var(--{NAMES[colour]})"
