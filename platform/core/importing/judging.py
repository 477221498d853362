"""The judges and rounds that files name, found or made once an import."""

from collections.abc import Iterable

from django.db.models import Max
from django.utils import timezone

from core.importing.rows import JudgeName, JudgmentRow
from core.judges import judges_of
from core.models import Judge, Project, Round, User


class Judges:
    """`by_address`: a person's name may be the e-mail address of a member, who then is the judge."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.by_address = False
        self._ids: dict[JudgeName, int] = {}
        self._people: set[JudgeName] = set()
        self._accounts: dict[JudgeName, int] = {}
        self._mute: set[JudgeName] = set()
        self._rounds: dict[str | None, int | None] = {None: None}

    def know(self, judgments: Iterable[JudgmentRow]) -> None:
        """Make every judge and round that these name exist."""
        named, rounds = set(), set()
        for judgment in judgments:
            named.add(judgment.judge)
            rounds.add(judgment.round)
        if missing := sorted(named - self._ids.keys()):
            self._make_judges(missing)
        for name in sorted(name for name in rounds - self._rounds.keys() if name is not None):
            self._rounds[name] = self._round(name)

    def forget(self) -> None:
        """After a rollback, which may have taken new judges with it."""
        self._ids.clear()
        self._accounts.clear()
        self._rounds = {None: None}

    def id_of(self, judge: JudgeName) -> int:
        return self._ids[judge]

    def is_person(self, judge: JudgeName) -> bool:
        return judge in self._people

    def account_of(self, judge: JudgeName) -> int | None:
        """The user for whom the source may speak."""
        return self._accounts.get(judge)

    @property
    def members(self) -> list[str]:
        """The addresses of those for whom it spoke."""
        return sorted(judge.name for judge in self._accounts)

    def is_mute(self, judge: JudgeName) -> bool:
        """Withdrawn or barred: what it says makes no label."""
        return judge in self._mute

    def round_id(self, name: str | None) -> int | None:
        return self._rounds[name]

    def _make_judges(self, missing: list[JudgeName]) -> None:
        if self.by_address:
            self._find_members(missing)
        missing = [judge for judge in missing if judge not in self._accounts]
        Judge.objects.bulk_create(
            [Judge(project=self.project, kind=kind, name=name, version=version) for kind, name, version in missing],
            ignore_conflicts=True,
        )
        columns = ("kind", "name", "version", "id", "person_id", "withdrawn", "barred")
        for kind, name, version, pk, person, withdrawn, barred in Judge.objects.filter(
            project=self.project
        ).values_list(*columns):
            self._ids[JudgeName(kind, name, version)] = pk
            if person is not None:
                self._people.add(JudgeName(kind, name, version))
            if withdrawn is not None or barred is not None:
                self._mute.add(JudgeName(kind, name, version))

    def _find_members(self, names: list[JudgeName]) -> None:
        """Who was imported before they were members stays who they were: nobody's judgments come twice."""
        addresses = [name for kind, name, version in names if kind == "human" and not version and "@" in name]
        imported = Judge.objects.filter(project=self.project, kind="human", name__in=addresses, version="", person=None)
        members = User.objects.filter(memberships__project=self.project, email__in=addresses)
        people = members.exclude(email__in=imported.values("name"))
        for person, judge in judges_of(list(people), self.project).items():
            name = JudgeName("human", person.email, "")
            self._ids[name], self._accounts[name] = judge.pk, person.pk

    def _round(self, name: str) -> int:
        """A round that came with a file is over: nobody is asked anything in it."""
        found = Round.objects.filter(project=self.project, name=name).first()
        if found is None:
            last = self.project.rounds.aggregate(last=Max("number"))["last"] or 0
            found = Round.objects.create(
                project=self.project,
                number=last + 1,
                name=name,
                question_set=self.project.question_sets.latest("version"),
                closed=timezone.now(),
            )
        return found.pk
