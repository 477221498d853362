"""One sentence about where a project stands and when it is done, and the numbers behind it."""

from datetime import datetime
from zoneinfo import ZoneInfo

from core.models import Project
from core.reports.forecast import forecast, in_words
from core.reports.standing import Loop, Standing
from core.reports.work import Work


def outlook(project: Project, standing: Standing) -> str:
    """Like "61 % labelled, done on Thursday at this pace, between Wednesday and Saturday."; by the project's clock."""
    loop, zone = standing.loop, ZoneInfo(project.time_zone)
    share = f"{_percent(loop)} labelled" if loop.comparisons else ""
    if project.archived:
        since = project.archived.astimezone(zone)
        said = f"Archived on {since.day} {since:%B %Y}, so nothing in it changes"
        return f"{said}; {share}." if share else f"{said}."
    return f"{share}{_end(loop, standing.work, standing.at.astimezone(zone))}." if share else ""


def numbers(loop: Loop, work: Work) -> str:
    """What the share is of, and what the forecast is made from."""
    if not loop.comparisons:
        return ""
    said = f"{loop.decided:,} of {loop.comparisons:,} comparisons labelled"
    if loop.undecided:
        said += f", {loop.undecided:,} undecided"
    if work.left:
        said += f"; {_counted(work.left)} wanted of people"
    if work.left and any(work.days):
        said += f", {sum(work.days):,} given in the last {len(work.days)} days"
    if work.left and work.hours_left is not None:
        said += f", about {work.hours_left:,.1f} hours of work left"
    return f"{said}."


def _end(loop: Loop, work: Work, now: datetime) -> str:
    if not work.left:
        return "" if loop.decided >= loop.comparisons else "; nobody is asked about the rest"
    if not work.total or work.first is None or work.last is None:
        return "; nobody has judged here yet"
    if found := forecast(work.days, work.left):
        return f", {in_words(found, now)}"
    if (now - work.last).days >= 7:
        return f"; nobody has judged since {_since(work.last, now)}"
    return f"; no pace yet: {_counted(work.total)} since {_since(work.first, now)}"


def _percent(loop: Loop) -> str:
    """Cut and not rounded: 100 % is all of them."""
    return f"{100 * loop.decided // loop.comparisons}\N{NO-BREAK SPACE}%"


def _counted(number: int) -> str:
    return f"{number:,} judgment" + ("" if number == 1 else "s")


def _since(moment: datetime, now: datetime) -> str:
    local = moment.astimezone(now.tzinfo)
    if local.date() == now.date():
        return f"{local:%H:%M}"
    return f"{local:%A}" if (now.date() - local.date()).days < 7 else f"{local.day} {local:%B %Y}"
