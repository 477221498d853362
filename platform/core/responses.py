"""What people write here: a response of their own, made from another, and its comparison with that one."""

from core import audit
from core.bulk import fetch
from core.comparing.adding import add_comparisons
from core.comparing.policies import Candidate
from core.facts.marking import mark_prompts
from core.ids import comparison_key, content_key, response_key
from core.judges import judge_of
from core.models import AuthorKind, Project, Response, User

# Nobody withdraws or erases these while the new one is made of them.
HOLD = """
SELECT r.erased IS NULL AND p.erased IS NULL FROM core_response r JOIN core_prompt p ON p.id = r.prompt_id
 WHERE r.id = %s FOR SHARE
"""


def write_anew(parent: Response, text: str, *, by: User) -> Response | None:
    """Repeated, it adds nothing; None where what it is made from was erased meanwhile.

    Belongs into the caller's transaction. The new one and the old one are compared by as many people as the project
    wants. A text that the same person is known to have written already is theirs from now on.
    """
    if fetch(HOLD, [parent.pk]) != [(True,)]:
        return None
    project, author = parent.project, judge_of(by, parent.project).name
    content = content_key(text, None)
    key = response_key(AuthorKind.PERSON, author, content)
    same = Response.objects.filter(prompt=parent.prompt_id, key=key)
    response = same.first()
    if response is None:
        response = Response.objects.create(
            project=project,
            prompt_id=parent.prompt_id,
            key=key,
            content_key=content,
            author_kind=AuthorKind.PERSON,
            author=author,
            content=text,
            parent=parent,
            writer=by,
        )
        mark_prompts(project.pk, [parent.prompt_id])
        audit.record("response.write", project=project, actor=by, target=str(response.public))
    elif response.writer_id is None and response.erased is None:
        same.update(writer=by)
    _compare(project, parent, response)
    return response


def _compare(project: Project, *pair: Response) -> None:
    """In canonical slots; equal texts are never compared."""
    candidates = [
        Candidate(bytes(each.content_key), each.author_kind, each.author, bytes(each.key), each.pk, None)
        for each in pair
    ]
    first, second = sorted(candidates)
    if first.content_key != second.content_key:
        key = comparison_key([first.key, second.key])
        add_comparisons(project, [(pair[0].prompt_id, key, (first, second))], project.overlap)
