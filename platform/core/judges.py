"""Find or make the judge that a person or a machine is in a project."""

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
