"""The shared nouns, one file each."""

from core.models.audit import AuditEvent
from core.models.comparison import Candidate, Comparison
from core.models.dataset import Dataset, DatasetVersion
from core.models.judge import Judge, JudgeKind
from core.models.judgment import Judgment, Occasion, Status
from core.models.label import Label
from core.models.people import Membership, Role, User
from core.models.project import Project, QuestionSet, Round
from core.models.prompt import Prompt
from core.models.recipe import Recipe
from core.models.response import AuthorKind, Response
from core.models.run import Failure, Run, RunState, Shard, ShardState, Stage, StageState
from core.models.schedule import Overlap, Schedule
from core.models.score import Score

__all__ = [
    "AuditEvent",
    "AuthorKind",
    "Candidate",
    "Comparison",
    "Dataset",
    "DatasetVersion",
    "Failure",
    "Judge",
    "JudgeKind",
    "Judgment",
    "Label",
    "Membership",
    "Occasion",
    "Overlap",
    "Project",
    "Prompt",
    "QuestionSet",
    "Recipe",
    "Response",
    "Role",
    "Round",
    "Run",
    "RunState",
    "Schedule",
    "Score",
    "Shard",
    "ShardState",
    "Stage",
    "StageState",
    "Status",
    "User",
]
