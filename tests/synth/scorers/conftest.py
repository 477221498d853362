"""Two tiny models that a session trains once."""

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def planted_models(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The folders of a weak model, and of a strong one that was aligned from it to a planted rule."""
    pytest.importorskip("torch")
    pytest.importorskip("transformers")
    from tests.synth.scorers.planted import train

    return train(tmp_path_factory.mktemp("planted"))
