"""Promises of the stylesheet that a computer can check."""

import re
from itertools import product
from pathlib import Path

import pytest

CSS = (Path(__file__).parents[3] / "platform/core/static/core/preferee.css").read_text("utf-8")
BACKGROUNDS = ("bg", "surface", "sunken")
TEXTS = ("ink", "ink-2", "accent", "good", "warn", "bad", "people", "models", "gold", "mixed")
TOKENS = re.findall(r"--([\w-]+): light-dark\((#[0-9A-F]{6}), (#[0-9A-F]{6})\);", CSS)
LIGHT, DARK = ({name: pair[theme] for name, *pair in TOKENS} for theme in (0, 1))


def luminance(colour: str) -> float:
    """Relative luminance of sRGB, WCAG 2.2."""
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_contrast_is_computed_as_the_standard_says() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), list(product(TEXTS, BACKGROUNDS)))
def test_every_text_can_be_read(theme: dict[str, str], text: str, ground: str) -> None:
    assert contrast(theme[text], theme[ground]) >= 4.5


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), [("on-accent", "accent"), ("accent", "accent-bg"), ("ink", "accent-bg")])
def test_text_on_the_accent_can_be_read(theme: dict[str, str], text: str, ground: str) -> None:
    assert contrast(theme[text], theme[ground]) >= 4.5


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("edge", "ground"), list(product(("edge", "accent"), BACKGROUNDS)))
def test_every_control_can_be_made_out(theme: dict[str, str], edge: str, ground: str) -> None:
    assert contrast(theme[edge], theme[ground]) >= 3


def test_every_colour_is_a_token_of_both_themes() -> None:
    assert len(TOKENS) == len(LIGHT) >= 17
    assert not re.findall(r"#[0-9A-Fa-f]{3,8}\b", re.sub(r"light-dark\([^)]*\)", "", CSS))


def test_a_chosen_theme_is_a_scheme_and_no_second_set_of_colours() -> None:
    """So that the contrasts of this file are those of a theme that somebody chose, too."""
    assert "color-scheme: light dark;" in CSS
    assert re.findall(r':root\[data-theme="(\w+)"\] { color-scheme: (\w+); }', CSS) == [
        ("light", "light"),
        ("dark", "dark"),
    ]
    assert "prefers-color-scheme" not in CSS


def test_there_are_four_sizes_and_two_weights() -> None:
    assert set(re.findall(r"font-size: (\d+)px", CSS)) <= {"13", "15", "16", "22"}
    assert set(re.findall(r"font-weight: (\w+)", CSS)) <= {"400", "600"}


def test_gaps_are_six() -> None:
    spaced = re.findall(r"(?:margin|padding|gap)[\w-]*: ([^;]+);", CSS)
    pixels = {int(number) for value in spaced for number in re.findall(r"(?<![\w.])(\d+)px", value)}
    assert pixels <= {2}, "write var(--g1) to var(--g6); only a hair of 2 px stands for itself"


def test_nothing_is_loaded_from_elsewhere() -> None:
    assert not re.search(r"url\(|@import|https?:", CSS)
