"""When the tests here run."""

import pytest

from tests.vllm.vllm_server import MISSING, PROGRAM

REAL_SERVER = [
    pytest.mark.vllm,
    pytest.mark.skipif(not PROGRAM.exists(), reason=MISSING),
    pytest.mark.xdist_group("vllm"),
    pytest.mark.django_db(transaction=True),  # a lease is kept over another connection
]
