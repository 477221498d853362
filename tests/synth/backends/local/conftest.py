"""A tiny model in a folder, made once a module."""

import pytest


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    from tests.synth.backends.tiny import save_tiny  # torch, which may not be there

    return save_tiny(tmp_path_factory.mktemp("models") / "tiny")


@pytest.fixture
def target(folder):
    from tests.synth.backends.tiny import target_at

    return target_at(folder)


@pytest.fixture
def model(target):
    from synth.backends.local import loading

    return loading.loaded(target)
