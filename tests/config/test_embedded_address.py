"""The address of the embedded server: fixed by the home's path, short enough for a socket, readable by the driver."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from psycopg.conninfo import conninfo_to_dict

from config.embedded import Address, address
from config.embedded.address import LONGEST_SOCKET_PATH

names = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0/"), min_size=1, max_size=60)
homes = st.lists(names, min_size=1, max_size=6).map(lambda parts: Path("/nowhere", *parts))


@pytest.fixture(params=[0, 1000], ids=["root", "user"])
def user(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(os, "geteuid", lambda: request.param)
    return request.param


def test_asking_for_the_address_makes_nothing(tmp_path: Path, user: int) -> None:
    assert address(tmp_path / "home") == address(tmp_path / "home")
    assert list(tmp_path.iterdir()) == []


def test_a_link_to_the_home_gives_the_same_address(tmp_path: Path, user: int) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "link").symlink_to("home")
    assert address(tmp_path / "link") == address(tmp_path / "home")


def test_two_homes_have_two_addresses(tmp_path: Path, user: int) -> None:
    long = tmp_path / ("x" * 100)
    assert len({address(home).host for home in (tmp_path / "a", tmp_path / "b", long / "a", long / "b")}) == 4


def test_a_short_home_of_an_ordinary_user_holds_its_socket(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert address(Path("/srv/preferee/var")).host == "/srv/preferee/var/postgres/socket"


@given(home=homes, uid=st.sampled_from([0, 1000]))
def test_every_home_has_a_socket_path_that_the_kernel_and_the_driver_take(home: Path, uid: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "geteuid", lambda: uid)
        found = address(home)
    assert len(os.fsencode(found.socket)) <= LONGEST_SOCKET_PATH
    assert "," not in found.host


@given(folder=names)
def test_the_url_means_the_same_to_the_driver(folder: str) -> None:
    found = Address(f"/{folder}", 5432, "preferee", "preferee")
    assert conninfo_to_dict(found.url) == {
        "host": f"/{folder}", "port": "5432", "user": "preferee", "dbname": "preferee"
    }  # fmt: skip
