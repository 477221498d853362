import pytest

from core.errors import PrefereeError
from synth.cards.gold import gold_named
from tests.factories import ProjectFactory


@pytest.mark.django_db
@pytest.mark.parametrize("named", ["start@99999999999", "start@²", "start@x", "start@", "start"])
def test_a_version_that_cannot_be_is_told_like_one_that_is_not(named):
    with pytest.raises(PrefereeError, match="There is no closed version of the gold set"):
        gold_named(ProjectFactory(), named)
