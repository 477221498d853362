"""A page gets a chart that is drawn once, with its figures in a table below."""

import re

import pytest
from django.core.cache import cache
from django.template.loader import render_to_string

from core.charts import service
from core.charts.service import throughput_chart


@pytest.fixture(autouse=True)
def _empty_cache():
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def drawings(monkeypatch):
    """The titles of what is really drawn."""
    titles = []
    draw = service.throughput
    monkeypatch.setattr(
        service, "throughput", lambda points, **more: (titles.append(more["title"]), draw(points, **more))[1]
    )
    return titles


def shown(chart) -> str:
    return render_to_string("core/chart.html", {"chart": chart})


def test_the_same_data_are_drawn_once(run, drawings):
    first = throughput_chart(run(20, 40), title="Throughput", prefix="a")
    assert throughput_chart(run(20, 40), title="Throughput", prefix="a") == first
    assert drawings == ["Throughput"]


@pytest.mark.parametrize("other", [{"title": "Speed"}, {"prefix": "b"}])
def test_another_title_or_prefix_is_another_drawing(run, drawings, other):
    named = {"title": "Throughput", "prefix": "a"}
    first = throughput_chart(run(20, 40), **named)
    assert throughput_chart(run(20, 40), **named | other).drawing != first.drawing
    assert len(drawings) == 2


def test_new_data_are_drawn_anew(run, drawings):
    throughput_chart(run(20), title="Throughput", prefix="a")
    throughput_chart(run(20, 40), title="Throughput", prefix="a")
    assert len(drawings) == 2


def test_the_page_shows_the_drawing_and_its_figures(run):
    page = shown(throughput_chart(run(20, None, 12_340), title="Throughput", prefix="a"))
    assert '<div class="plot"><svg role="img"' in page
    assert re.findall(r'<th scope="col"[^>]*>([^<]+)</th>', page) == ["From, UTC", "Inputs", "Per second"]
    assert re.findall(r'data-label="Inputs">([^<]+)</td>', page) == ["20", "0", "12,340"]
    assert "<summary>" in page


def test_without_data_the_page_shows_a_sentence_alone():
    page = shown(throughput_chart([], title="Throughput", prefix="a"))
    assert page.strip() == '<p class="empty">No inputs are finished yet.</p>'
