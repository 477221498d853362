"""Which questions can be asked, which people have before them, and which they answered last.

Core asks, and does not know this room.
"""

from collections.abc import Sequence

from annotate.kinds.checking import check_questions, responses_asked
from annotate.kinds.protocol import Question
from annotate.models import Assignment, AssignmentState, GuidelinesRead
from annotate.views.forms import RESERVED
from core.models import Project, QuestionSet, User


class Asked:
    def check(self, questions: Sequence[Question]) -> None:
        check_questions(questions, RESERVED)

    def responses_asked(self, questions: Sequence[Question]) -> tuple[int, int]:
        return responses_asked(questions)

    def are_shown(self, questions: QuestionSet) -> bool:
        theirs = Assignment.objects.filter(project=questions.project_id, round__question_set=questions)
        return theirs.exclude(state=AssignmentState.OWN).exists()

    def last_seen(self, person: User, project: Project) -> QuestionSet | None:
        """Opened, or judged by: whichever is newer."""
        answered = Assignment.objects.filter(person=person, project=project, state=AssignmentState.DONE)
        last = answered.select_related("round__question_set").order_by("-round__number").first()
        opened = GuidelinesRead.objects.filter(person=person, project=project).select_related("question_set").first()
        seen = [last.round.question_set] if last else []
        return max([*seen, *([opened.question_set] if opened else [])], key=lambda each: each.version, default=None)
