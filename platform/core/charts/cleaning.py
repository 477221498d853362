"""The clean-up pass: from what matplotlib writes to what a page may hold.

A drawing that is scaled as a whole has tiny letters on a phone. Here only the paths are stretched to the page's width,
with lines that keep their thickness; texts stand at percentages of the width and keep their size. So no style is
needed inside the SVG, which the policy `style-src 'self'` would refuse.
"""

import re
from collections.abc import Iterator
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from core.charts.canvas import HEIGHT, WIDTH
from core.charts.colours import variable

SPACE = "{http://www.w3.org/2000/svg}"
KEPT = {"fill", "stroke", "stroke-width", "stroke-linecap", "stroke-linejoin", "stroke-dasharray", "fill-opacity"}
WITHOUT_MARKS = {"svg", "g", "defs", "style", "clipPath"}


def cleaned(drawing: str, *, title: str, description: str, prefix: str, height: int = HEIGHT) -> str:
    """The drawing as an image with a name and a description; its ids begin with the prefix, unique on the page."""
    svg = Element("svg", {"role": "img", "width": "100%", "height": str(height)})
    for name, attribute, text in (("title", "labelledby", title), ("desc", "describedby", description)):
        SubElement(svg, name, id=f"{prefix}-{name}").text = text
        svg.set(f"aria-{attribute}", f"{prefix}-{name}")
    box = {"viewBox": f"0 0 {WIDTH} {height}", "preserveAspectRatio": "none", "aria-hidden": "true"}
    stretched = SubElement(svg, "svg", {"width": "100%", "height": str(height), **box})
    for mark in _marks(drawing):
        if mark.tag == "path":
            stretched.append(mark)
        else:
            svg.append(mark)
    return ElementTree.tostring(svg, encoding="unicode")


def _marks(drawing: str) -> Iterator[Element]:
    found = ElementTree.fromstring(drawing)  # noqa: S314 - matplotlib wrote it
    clips = {part for clip in found.iter(f"{SPACE}clipPath") for part in clip.iter()}
    for element in found.iter():
        name = element.tag.removeprefix(SPACE)
        if name == "path":
            yield _path(element)
        elif name == "text":
            yield _text(element)
        elif name not in WITHOUT_MARKS and element not in clips:
            raise ValueError(f"A chart holds a <{name}>, which cannot be stretched. Draw with lines and patches alone.")


def _path(element: Element) -> Element:
    corners = re.sub(r"-?\d+\.\d+", lambda number: f"{float(number[0]):.2f}", " ".join(element.attrib["d"].split()))
    path = Element("path", {"d": corners, "vector-effect": "non-scaling-stroke"})
    for name, value in _styles(element).items():
        if name in KEPT:
            path.set(name, variable(value) if name in {"fill", "stroke"} else value)
    return path


def _text(element: Element) -> Element:
    """A text in the gutter keeps its distance from the drawing, any other its share of the width."""
    across, styles = float(element.attrib["x"]), _styles(element)
    place = f"{across:.1f}" if across < 0 else f"{100 * across / WIDTH:.2f}%"
    text = Element("text", {"x": place, "y": f"{float(element.attrib['y']):.1f}", "fill": variable(styles["fill"])})
    if "text-anchor" in styles:
        text.set("text-anchor", styles["text-anchor"])
    text.text = element.text
    return text


def _styles(element: Element) -> dict[str, str]:
    pairs = (style.partition(":") for style in element.get("style", "").split(";") if style.strip())
    return {name.strip(): value.strip() for name, _, value in pairs}
