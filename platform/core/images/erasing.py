"""Images that erased texts name go with them; what other texts name too is found, and fetched, again."""

from collections.abc import Sequence

from core.conversation import text_of
from core.images.finding import addresses_in
from core.images.placing import key_of_address
from core.models import Image, ImageSearch, Project, Prompt, Response


def forget_images(project: Project, prompts: Sequence[Prompt], responses: Sequence[Response]) -> int:
    """Inside the transaction that erases, before the texts are gone; returns how many images were."""
    texts = [text_of(message) for prompt in prompts for message in prompt.messages]
    texts += [context["text"] for prompt in prompts for context in prompt.contexts]
    texts += [text for prompt in prompts for text in (prompt.system, prompt.reference) if text]
    for response in responses:
        texts += map(text_of, response.messages or [{"content": response.content}])
    keys = {key_of_address(address) for text in texts for address in addresses_in(text)}
    gone, _ = Image.objects.filter(project=project, key__in=keys).delete() if keys else (0, {})
    if gone:
        ImageSearch.objects.filter(project=project).delete()
    return gone
