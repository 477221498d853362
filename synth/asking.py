"""Ask a model: what was replied before is not asked again."""

from collections.abc import Sequence

from core.models import Project
from synth.backends.opening import open_backend
from synth.backends.protocol import Failure, Likelihood, Reply, Request, TokenRequest
from synth.targets import Target


async def ask(project: Project, target: Target, requests: Sequence[Request]) -> list[Reply | Failure]:
    """A reply or a failure for each request, in their order."""
    backend = open_backend(target)
    try:
        return await backend.generate(requests)
    finally:
        await backend.close()


async def measure(project: Project, target: Target, requests: Sequence[TokenRequest]) -> list[Likelihood | Failure]:
    """The log-likelihood of each response or a failure, in their order."""
    backend = open_backend(target)
    try:
        return await backend.loglikelihood(requests)
    finally:
        await backend.close()
