"""Rows for tests, each valid by itself; say only what the test is about."""

from collections.abc import Sequence
from typing import Any

import factory
from factory.django import DjangoModelFactory

from core.facts.marking import mark_prompts
from core.ids import comparison_key, content_key, prompt_key, response_key
from core.models import (
    AuthorKind,
    Candidate,
    Comparison,
    Dataset,
    DatasetVersion,
    Failure,
    Group,
    Judge,
    JudgeKind,
    Judgment,
    Membership,
    Project,
    Prompt,
    QuestionSet,
    Recipe,
    Response,
    Role,
    Round,
    Run,
    Schedule,
    Shard,
    Stage,
    TagRule,
    Upload,
    User,
)
from core.models.project import DEFAULT_QUESTIONS
from core.orders import order_number
from core.signals import comparisons_added
from core.uploads.places import place_of

PASSWORD = "correct horse battery staple"


class UserFactory(DjangoModelFactory):
    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"person{n}@example.org")
    name = factory.Sequence(lambda n: f"Person {n}")
    password = factory.django.Password(PASSWORD)


class ProjectFactory(DjangoModelFactory):
    """With its first questions and an open round."""

    class Meta:
        model = Project
        skip_postgeneration_save = True

    slug = factory.Sequence(lambda n: f"project-{n}")
    name = factory.Sequence(lambda n: f"Project {n}")
    overlap = 1
    seed = factory.Sequence(lambda n: n)

    @factory.post_generation
    def opened(self, create: bool, extracted: bool | None, **kwargs: Any) -> None:
        if create and extracted is not False:
            RoundFactory(project=self, **kwargs)


class QuestionSetFactory(DjangoModelFactory):
    class Meta:
        model = QuestionSet

    project = factory.SubFactory(ProjectFactory, opened=False)
    version = factory.Sequence(lambda n: n + 1)
    questions = DEFAULT_QUESTIONS
    guidelines = "Prefer the answer that is **correct**."


class RoundFactory(DjangoModelFactory):
    class Meta:
        model = Round

    project = factory.SubFactory(ProjectFactory, opened=False)
    number = factory.Sequence(lambda n: n + 1)
    name = factory.LazyAttribute(lambda row: f"round {row.number}")
    question_set = factory.SubFactory(QuestionSetFactory, project=factory.SelfAttribute("..project"))


class MembershipFactory(DjangoModelFactory):
    class Meta:
        model = Membership

    project = factory.SubFactory(ProjectFactory)
    user = factory.SubFactory(UserFactory)
    role = Role.ANNOTATOR


class GroupFactory(DjangoModelFactory):
    """Of `members`, who are made members of the project where they are not."""

    class Meta:
        model = Group
        skip_postgeneration_save = True

    project = factory.SubFactory(ProjectFactory)
    name = factory.Sequence(lambda n: f"group {n}")

    @factory.post_generation
    def members(self, create: bool, extracted: Sequence[User] | None, **kwargs: Any) -> None:
        for user in extracted or ():
            Membership.objects.get_or_create(project=self.project, user=user, defaults={"role": Role.ANNOTATOR})
            self.people.add(user)


class TagRuleFactory(DjangoModelFactory):
    class Meta:
        model = TagRule

    project = factory.SubFactory(ProjectFactory)
    tag = factory.Sequence(lambda n: f"tag-{n}")
    group = factory.SubFactory(GroupFactory, project=factory.SelfAttribute("..project"))
    number = factory.Sequence(lambda n: n + 1)


class PromptFactory(DjangoModelFactory):
    class Meta:
        model = Prompt
        exclude = ("text",)

    project = factory.SubFactory(ProjectFactory)
    text = factory.Sequence(lambda n: f"What is {n} plus {n}?")
    messages = factory.LazyAttribute(lambda row: [{"role": "user", "content": row.text}])
    system = None
    contexts = factory.LazyFunction(list)
    key = factory.LazyAttribute(lambda row: prompt_key(row.messages, row.system, row.contexts))

    @classmethod
    def _create(cls, model_class: type[Prompt], *args: Any, **fields: Any) -> Prompt:
        prompt = model_class.objects.create(**fields)
        mark_prompts(prompt.project_id, [prompt.pk])
        return prompt


class ResponseFactory(DjangoModelFactory):
    class Meta:
        model = Response

    prompt = factory.SubFactory(PromptFactory)
    project = factory.SelfAttribute("prompt.project")
    content = factory.Sequence(lambda n: f"It is {n}.")
    messages = None
    author_kind = AuthorKind.MODEL
    author = factory.Sequence(lambda n: f"secret-model-{n}")
    content_key = factory.LazyAttribute(lambda row: content_key(row.content, row.messages))
    key = factory.LazyAttribute(lambda row: response_key(row.author_kind, row.author, row.content_key))

    @classmethod
    def _create(cls, model_class: type[Response], *args: Any, **fields: Any) -> Response:
        response = model_class.objects.create(**fields)
        mark_prompts(response.project_id, [response.prompt_id])
        return response


class ComparisonFactory(DjangoModelFactory):
    """Of `responses`, of new ones that say `texts`, or of two new ones; queued as an imported one is."""

    class Meta:
        model = Comparison

    project = factory.SubFactory(ProjectFactory)
    prompt = factory.SubFactory(PromptFactory, project=factory.SelfAttribute("..project"))
    responses: Sequence[Response] = ()
    texts: Sequence[str] = ()
    votes_wanted = 1

    @classmethod
    def _create(cls, model_class: type[Comparison], *args: Any, **fields: Any) -> Comparison:
        responses, texts = list(fields.pop("responses")), list(fields.pop("texts"))
        prompt = fields["prompt"]
        responses += [ResponseFactory(prompt=prompt, content=text) for text in texts]
        responses = responses or ResponseFactory.create_batch(2, prompt=prompt)
        responses.sort(key=lambda response: (response.content_key, response.author))
        fields |= {"k": len(responses), "key": comparison_key(response.key for response in responses)}
        comparison = model_class.objects.create(**fields)
        Candidate.objects.bulk_create(
            Candidate(comparison=comparison, prompt=prompt, response=response, slot=slot)
            for slot, response in enumerate(responses)
        )
        comparisons_added.send(cls, project=comparison.project, comparison_ids=[comparison.pk])
        return comparison


class JudgeFactory(DjangoModelFactory):
    class Meta:
        model = Judge

    project = factory.SubFactory(ProjectFactory)
    kind = JudgeKind.AI
    name = factory.Sequence(lambda n: f"judge-{n}")


class JudgmentFactory(DjangoModelFactory):
    class Meta:
        model = Judgment

    comparison = factory.SubFactory(ComparisonFactory)
    project = factory.SelfAttribute("comparison.project")
    k = factory.SelfAttribute("comparison.k")
    judge = factory.SubFactory(JudgeFactory, project=factory.SelfAttribute("..project"))
    ranks = factory.LazyFunction(lambda: [1, 2])
    order = factory.LazyFunction(lambda: [0, 1])
    order_no = factory.LazyAttribute(lambda row: None if row.order is None else order_number(row.order))


class DatasetFactory(DjangoModelFactory):
    class Meta:
        model = Dataset

    project = factory.SubFactory(ProjectFactory)
    name = factory.Sequence(lambda n: f"dataset {n}")


class DatasetVersionFactory(DjangoModelFactory):
    """Its files are those of `manifest`; the test writes them into `folder` where they are to be there."""

    class Meta:
        model = DatasetVersion

    dataset = factory.SubFactory(DatasetFactory)
    number = 1
    specification = factory.LazyFunction(dict)
    manifest = factory.LazyFunction(
        lambda: {"files": [{"name": "train.jsonl", "bytes": 3, "sha256": "0" * 64, "rows": 1}]}
    )
    digest = "0" * 64
    folder = "missing"


class RecipeFactory(DjangoModelFactory):
    class Meta:
        model = Recipe

    project = factory.SubFactory(ProjectFactory)
    name = "compare"
    version = factory.Sequence(lambda n: n + 1)
    source = factory.LazyAttribute(lambda row: f"recipe: {row.name}\nstages:\n  - uses: compare\n")
    digest = factory.Sequence(lambda n: f"{n:064}")


class ScheduleFactory(DjangoModelFactory):
    """Every night at two."""

    class Meta:
        model = Schedule

    project = factory.SubFactory(ProjectFactory)
    name = factory.Sequence(lambda n: f"schedule {n}")
    recipe = "compare"
    cron = "0 2 * * *"


class RunFactory(DjangoModelFactory):
    """A row that nobody works on."""

    class Meta:
        model = Run

    project = factory.SubFactory(ProjectFactory)
    recipe = factory.SubFactory(RecipeFactory, project=factory.SelfAttribute("..project"))
    code_version = "0"


class StageFactory(DjangoModelFactory):
    """Nothing of it is planned: `total` and the counters are what the test says."""

    class Meta:
        model = Stage

    run = factory.SubFactory(RunFactory)
    number = factory.Sequence(lambda n: n + 1)
    name = factory.Sequence(lambda n: f"stage-{n}")
    step = "compare"


class ShardFactory(DjangoModelFactory):
    class Meta:
        model = Shard

    stage = factory.SubFactory(StageFactory)
    number = factory.Sequence(lambda n: n)
    inputs = factory.LazyFunction(lambda: [1])


class FailureFactory(DjangoModelFactory):
    class Meta:
        model = Failure

    stage = factory.SubFactory(StageFactory)
    input = factory.Sequence(lambda n: n)
    error = "It did not work."


class UploadFactory(DjangoModelFactory):
    """A row that no bytes have come for."""

    class Meta:
        model = Upload

    project = factory.SubFactory(ProjectFactory)
    name = "answers.jsonl"
    size = 1000


def arrived_upload(data: bytes, **fields: Any) -> Upload:
    """A whole file, on the disk too."""
    upload: Upload = UploadFactory(size=len(data), received=len(data), **fields)
    place_of(upload.public).write_bytes(data)
    return upload
