"""A chart passes the page's policy, takes the page's colours and is the same wherever it is drawn."""

import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree

import pytest

from core.charts.canvas import GUTTER, drawn
from core.charts.cleaning import cleaned
from core.charts.colours import TOKENS
from core.charts.throughput import throughput

ROOT = Path(__file__).parents[3]
CSS = (ROOT / "platform/core/static/core/preferee.css").read_text("utf-8")
ELSEWHERE = """
import sys
from datetime import UTC, datetime, timedelta
import matplotlib
matplotlib.rcParams.update({"font.size": 30, "lines.linewidth": 9, "svg.fonttype": "path", "axes.facecolor": "red"})
from core.charts.throughput import Point, throughput
start = datetime(2026, 11, 25, 17, 35, 20, tzinfo=UTC)
points = [Point(start + timedelta(seconds=10 * n), 10, done) for n, done in enumerate((30, 50, 40))]
sys.stdout.write(throughput(points, title="Throughput", prefix="a"))
sys.exit("matplotlib.pyplot" in sys.modules)
"""


@pytest.fixture
def svg(run) -> str:
    return throughput(run(30, 50, 40), title="Throughput", prefix="a")


def test_the_same_data_give_the_same_bytes(svg, run):
    assert throughput(run(30, 50, 40), title="Throughput", prefix="a") == svg
    assert throughput(run(30, 50, 41), title="Throughput", prefix="a") != svg


def test_another_process_with_other_settings_gives_the_same_bytes(svg):
    other = {"PYTHONPATH": f"{ROOT}:{ROOT / 'platform'}", "PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo"}
    done = subprocess.run(
        [sys.executable, "-c", ELSEWHERE], env=os.environ | other, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr or "pyplot was imported on the way."
    assert done.stdout == svg


def test_a_drawing_leaves_the_settings_of_the_process_alone(run):
    import matplotlib

    before = dict(matplotlib.rcParams)
    throughput(run(1), title="Throughput", prefix="a")
    assert dict(matplotlib.rcParams) == before


def test_nothing_is_inside_that_the_policy_forbids_or_that_tells_of_the_maker(svg):
    assert not re.search(r"style|<script|\son\w+=|metadata|matplotlib|https?:|href|url\(|<!|<\?|font-family", svg, re.I)


def test_it_is_well_formed(svg):
    assert ElementTree.fromstring(svg).tag == "svg"


def test_colours_are_tokens_of_the_page(svg):
    colours = set(re.findall(r'(?:fill|stroke)="([^"]+)"', svg))
    assert colours == {"none", "var(--accent)", "var(--line)", "var(--ink-2)"}
    assert "#" not in svg


def test_the_colours_while_drawing_are_those_of_the_light_theme():
    light = dict(re.findall(r"--([\w-]+): light-dark\((#[0-9A-F]{6}), ", CSS))
    assert {name: light[name].lower() for name in TOKENS} == TOKENS


def test_a_colour_that_is_no_token_is_refused():
    drawing = drawn(lambda axes: axes.plot([0, 1], [0, 1], color="red"))
    with pytest.raises(ValueError, match="drawn in #ff0000, which is no token"):
        cleaned(drawing, title="Wrong", description="", prefix="a")


def test_marks_that_would_be_squashed_are_refused():
    drawing = drawn(lambda axes: axes.plot([0, 1], [0, 1], "o", color=TOKENS["accent"]))
    with pytest.raises(ValueError, match="<use>, which cannot be stretched"):
        cleaned(drawing, title="Wrong", description="", prefix="a")


def test_it_is_an_image_with_a_name_and_a_description(svg):
    image = ElementTree.fromstring(svg)
    assert image.get("role") == "img"
    assert [part.tag for part in image][:2] == ["title", "desc"]
    assert (image.get("aria-labelledby"), image.get("aria-describedby")) == (image[0].get("id"), image[1].get("id"))
    assert image[0].text == "Throughput"
    assert image[1].text == (
        "Inputs per second from 25 Nov 2026 17:35:20 to 25 Nov 2026 17:35:50 UTC: 4 in the mean, 5 at the highest."
    )


def test_ids_of_two_charts_on_a_page_differ(svg, run):
    both = svg + throughput(run(30, 50, 40), title="Throughput", prefix="b")
    ids = Counter(re.findall(r'\sid="([^"]+)"', both))
    assert ids == {"a-title": 1, "a-desc": 1, "b-title": 1, "b-desc": 1}


def test_a_title_is_text_whatever_it_holds(run):
    title = "<script>alert('$x^2$')</script> & \"more\""
    svg = throughput(run(1), title=title, prefix="a")
    assert "<script" not in svg
    assert ElementTree.fromstring(svg)[0].text == title


def test_only_the_lines_are_stretched_and_keep_their_thickness(svg):
    image = ElementTree.fromstring(svg)
    outer, inner = image, image.find("svg")
    assert inner is not None
    assert (outer.get("width"), outer.get("viewBox"), inner.get("preserveAspectRatio")) == ("100%", None, "none")
    assert {mark.tag for mark in inner} == {"path"}
    assert {path.get("vector-effect") for path in inner} == {"non-scaling-stroke"}
    assert all(text.get("x", "").endswith("%") or float(text.get("x", "")) < 0 for text in outer.iter("text"))


def test_the_page_keeps_the_gutter_of_the_drawing_free():
    gaps = {name: int(pixels) for name, pixels in re.findall(r"--(g\d): (\d+)px;", CSS)}
    assert ".plot { padding: 0 calc(var(--g5) + var(--g1)) 0 calc(var(--g6) + var(--g2)); }" in CSS
    assert gaps["g6"] + gaps["g2"] == GUTTER
