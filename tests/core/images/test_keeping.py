"""From a text that names an image to an image that is shown from here, and what never gets so far."""

import base64
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from core.conversation import text_of
from core.images import keeping
from core.images.erasing import forget_images
from core.images.finding import addresses_in, find_images
from core.images.keeping import keep_images
from core.models import Image, Project, Role
from core.renderings import rendered_many
from core.runs.steps import PermanentError, TransientError
from tests.core.images.test_encoding import drawn
from tests.core.views.conftest import logged_in
from tests.core.views.markup import dangers
from tests.factories import MembershipFactory, ProjectFactory, PromptFactory, ResponseFactory

CAT = "https://pictures.example/cat.png"
TEXT = f"Look: ![a cat]({CAT})"
WRITTEN_OUT = "data:image/png;base64," + base64.b64encode(drawn("PNG")).decode()


@pytest.fixture
def project(db: None) -> Project:
    return ProjectFactory(slug="helpful", fetches_images=True)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Which addresses were asked for; each has a red image unless a test says otherwise."""
    addresses: list[str] = []

    async def answered(address: str) -> bytes:
        addresses.append(address)
        return drawn("PNG")

    monkeypatch.setattr(keeping, "image_bytes", answered)
    return addresses


def failing(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    async def answered(address: str) -> bytes:
        raise error

    monkeypatch.setattr(keeping, "image_bytes", answered)


def shown(project: Project, text: str = TEXT) -> str:
    return rendered_many(project, [text])[text]


def test_images_are_found_where_a_text_shows_them_and_nowhere_else() -> None:
    text = f"![a]({CAT}) `![b](https://b.example/)` \\![c](https://c.example/) ![d](javascript:x) ![e](/e.png)"
    assert addresses_in(text) == [CAT]
    assert addresses_in(f"**![a]({CAT})**\n\n| ![b](https://b.example/ö.png) |\n|--|\n") == [
        CAT,
        "https://b.example/%C3%B6.png",
    ]


def test_an_image_part_of_a_message_is_an_image_of_its_text() -> None:
    message = {
        "content": [{"type": "text", "text": "Look:"}, {"type": "image_url", "image_url": {"url": f"{CAT}?a=(b)>"}}]
    }
    assert addresses_in(text_of(message)) == [f"{CAT}?a=(b)%3E"]


def test_an_image_is_fetched_once_kept_and_shown_from_here(project: Project, asked: list[str]) -> None:
    prompt = PromptFactory(project=project, messages=[{"role": "user", "content": TEXT}], system=TEXT)
    ResponseFactory(prompt=prompt, content=TEXT)
    assert f"[image: a cat {CAT}]" in shown(project)
    assert not find_images(project)
    assert f"[image: a cat {CAT}]" in shown(project)
    assert not keep_images()
    assert asked == [CAT]
    html = shown(project)
    image = Image.objects.get()
    address = f"/p/helpful/images/{bytes(image.content_key).hex()}"
    assert f'<img src="{address}" width="40" height="20" alt="a cat" loading="lazy" decoding="async">' in html
    assert "pictures.example" not in html
    assert dangers(html) == []
    member = MembershipFactory(project=project, role=Role.ANNOTATOR).user
    answer = logged_in(member).get(address)
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/webp")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"].startswith("default-src 'none'")
    assert "sandbox" in answer["Content-Security-Policy"]


def test_nobody_is_asked_unless_the_project_says_so(project: Project, asked: list[str], settings: Any) -> None:
    PromptFactory(project=project, messages=[{"role": "user", "content": TEXT}])
    for project.fetches_images, project.text_stays_inside, settings.FETCH_IMAGES in (
        (False, False, True),
        (True, True, True),
        (True, False, False),
    ):
        project.save()
        find_images(project)
        keep_images()
        assert not Image.objects.exists()
    assert asked == []


def test_what_was_noted_waits_when_the_project_thinks_better_of_it(project: Project, asked: list[str]) -> None:
    PromptFactory(project=project, messages=[{"role": "user", "content": TEXT}])
    find_images(project)
    Project.objects.update(fetches_images=False)
    assert not keep_images()
    assert asked == []
    assert Image.objects.get().state == "waiting"


def test_an_image_that_is_written_out_is_encoded_again_and_asks_nobody(project: Project) -> None:
    Project.objects.update(fetches_images=False)
    project.refresh_from_db()
    text = f"![dot]({WRITTEN_OUT})"
    PromptFactory(project=project, messages=[{"role": "user", "content": text}])
    assert "[image: dot data:image/png;base64," in shown(project, text)
    find_images(project)
    keep_images()
    assert '<img src="/p/helpful/images/' in shown(project, text)
    assert Image.objects.get().address == ""


def test_a_refusal_is_a_sentence_and_the_words_stay(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    PromptFactory(project=project, messages=[{"role": "user", "content": TEXT}])
    find_images(project)
    failing(monkeypatch, PermanentError("Its server answered 404."))
    keep_images()
    image = Image.objects.get()
    assert (image.state, image.sentence) == ("refused", "Its server answered 404.")
    assert f"[image: a cat {CAT}]" in shown(project)


def test_what_may_come_later_is_tried_again_some_times(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    PromptFactory(project=project, messages=[{"role": "user", "content": TEXT}])
    find_images(project)
    failing(monkeypatch, TransientError("Its server answered 503."))
    for _ in range(keeping.MOST_TRIES):
        assert Image.objects.get().state == "waiting"
        keep_images()
        Image.objects.update(due=timezone.now())
    image = Image.objects.get()
    assert (image.state, image.tries) == ("refused", keeping.MOST_TRIES)


def test_texts_that_come_later_are_looked_through_later(project: Project) -> None:
    find_images(project)
    prompt = PromptFactory(project=project)
    find_images(project)
    ResponseFactory(prompt=prompt, content="![a](https://a.example/)")
    ResponseFactory(prompt=prompt, content="", messages=[{"role": "assistant", "content": "![b](https://b.example/)"}])
    find_images(project)
    assert {image.address for image in Image.objects.all()} == {"https://a.example/", "https://b.example/"}


def test_an_image_goes_with_the_text_that_named_it(project: Project, asked: list[str]) -> None:
    one = PromptFactory(project=project, messages=[{"role": "user", "content": TEXT}])
    other = PromptFactory(project=project, messages=[{"role": "user", "content": f"{TEXT} ![b](https://b.example/)"}])
    find_images(project)
    keep_images()
    assert forget_images(project, [other], []) == 2
    other.delete()
    find_images(project)
    keep_images()
    assert [image.address for image in Image.objects.all()] == [CAT]
    assert forget_images(project, [one], []) == 1


def test_strangers_and_wrong_keys_get_nothing(project: Project, asked: list[str]) -> None:
    PromptFactory(project=project, messages=[{"role": "user", "content": TEXT}])
    find_images(project)
    keep_images()
    key = bytes(Image.objects.get().content_key).hex()
    stranger = logged_in(MembershipFactory(project=ProjectFactory(slug="other")).user)
    assert stranger.get(f"/p/helpful/images/{key}").status_code == 404
    assert stranger.get(f"/p/other/images/{key}").status_code == 404
    member = logged_in(MembershipFactory(project=project, role=Role.VIEWER).user)
    assert member.get(f"/p/helpful/images/{'0' * 32}").status_code == 404
    assert member.get(f"/p/helpful/images/{bytes(Image.objects.get().key).hex()}").status_code == 404
    assert member.post(f"/p/helpful/images/{key}").status_code == 405
    assert Client().get(f"/p/helpful/images/{key}").status_code in (302, 401)


def test_the_same_image_has_another_address_in_another_project(project: Project, asked: list[str]) -> None:
    for each in (project, ProjectFactory(slug="other", fetches_images=True)):
        PromptFactory(project=each, messages=[{"role": "user", "content": TEXT}])
        find_images(each)
    keep_images()
    one, other = Image.objects.all()
    assert bytes(one.content) == bytes(other.content)
    assert bytes(one.content_key) != bytes(other.content_key)
