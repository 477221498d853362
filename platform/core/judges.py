"""Find or make the judge that a person or a machine is in a project."""

from collections.abc import Sequence

from core.models import Judge, JudgeKind, Project, User


def judge_of(person: User, project: Project) -> Judge:
    """The judge that this person is. Two people of one name get different judges."""
    judge = Judge.objects.filter(project=project, person=person).first()
    if judge is not None:
        return judge
    name = str(person)
    if Judge.objects.filter(project=project, kind=JudgeKind.HUMAN, name=name, version="").exists():
        name = f"{name} ({person.public.hex[:8]})"
    judge, _ = Judge.objects.get_or_create(
        project=project, person=person, defaults={"kind": JudgeKind.HUMAN, "name": name}
    )
    return judge


def judges_of(people: Sequence[User], project: Project) -> dict[User, Judge]:
    """The judge that each of these is. Only those who have not judged here yet cost queries of their own, once."""
    known = {judge.person_id: judge for judge in Judge.objects.filter(project=project, person__in=people)}
    return {person: known.get(person.pk) or judge_of(person, project) for person in people}
