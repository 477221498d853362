"""The shared nouns, one file each."""

from core.models.access import ApiToken, Invitation, PasswordReset, Session
from core.models.audit import AuditBatch, AuditEvent
from core.models.comparison import Candidate, Comparison
from core.models.dataset import Dataset, DatasetVersion
from core.models.facts import ComparisonFacts, FilterValue, PromptFacts, StaleFacts
from core.models.gold import GoldItem, GoldSet
from core.models.group import Group, TagRule
from core.models.judge import Judge, JudgeKind
from core.models.judgment import Judgment, Occasion, Status
from core.models.label import Label
from core.models.people import Membership, Role, Theme, User
from core.models.project import Project, QuestionSet, Round, Strategy
from core.models.prompt import Prompt
from core.models.recipe import Recipe
from core.models.removal import Mode, Removal, Subject
from core.models.rendering import Image, ImageSearch, ImageState, Rendering
from core.models.response import AuthorKind, Response
from core.models.rubric import Rubric
from core.models.run import Failure, Run, RunState, Shard, ShardState, Stage, StageState
from core.models.saved import SavedFilter, Table
from core.models.schedule import Overlap, Schedule
from core.models.score import Score
from core.models.upload import Upload

__all__ = [
    "ApiToken",
    "AuditBatch",
    "AuditEvent",
    "AuthorKind",
    "Candidate",
    "Comparison",
    "ComparisonFacts",
    "Dataset",
    "DatasetVersion",
    "Failure",
    "FilterValue",
    "GoldItem",
    "GoldSet",
    "Group",
    "Image",
    "ImageSearch",
    "ImageState",
    "Invitation",
    "Judge",
    "JudgeKind",
    "Judgment",
    "Label",
    "Membership",
    "Mode",
    "Occasion",
    "Overlap",
    "PasswordReset",
    "Project",
    "Prompt",
    "PromptFacts",
    "QuestionSet",
    "Recipe",
    "Removal",
    "Rendering",
    "Response",
    "Role",
    "Round",
    "Rubric",
    "Run",
    "RunState",
    "SavedFilter",
    "Schedule",
    "Score",
    "Session",
    "Shard",
    "ShardState",
    "Stage",
    "StageState",
    "StaleFacts",
    "Status",
    "Strategy",
    "Subject",
    "Table",
    "TagRule",
    "Theme",
    "Upload",
    "User",
]
