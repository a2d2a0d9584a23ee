import hashlib

import pytest
from pydantic import ValidationError

from mores.method.models import ModelSpec, Sampling

SAMPLING = Sampling(temperature=0.6, top_p=0.95, max_tokens=64, seed=0)


def test_the_seed_of_a_request_depends_on_what_it_asks_for_and_nothing_else():
    assert SAMPLING.of("CU01", 0) == SAMPLING.model_copy().of("CU01", 0)
    assert SAMPLING.of("CU01", 0)["seed"] != SAMPLING.of("CU01", 1)["seed"]
    other = SAMPLING.model_copy(update={"seed": 1}).of("CU01", 0)
    assert other["seed"] != SAMPLING.of("CU01", 0)["seed"]
    assert 0 <= other["seed"] < 2**31


def test_the_rest_of_a_requests_sampling_is_what_was_set():
    assert SAMPLING.of("CU01", 0) | {"seed": 0} == {
        "temperature": 0.6,
        "top_p": 0.95,
        "max_tokens": 64,
        "seed": 0,
    }


def test_a_seed_is_the_first_31_bits_of_a_sha_256_that_anybody_can_compute():
    # A seed that moves asks everything again: change it knowingly.
    hexadecimal = hashlib.sha256(b'[0,"XAV","CU01",0]').hexdigest()
    bits = f"{int(hexadecimal, 16):0256b}"
    assert SAMPLING.of("XAV", "CU01", 0)["seed"] == int(bits[:31], 2)


@pytest.mark.parametrize(
    "faulty", [{"temperature": -0.1}, {"top_p": 0}, {"top_p": 1.1}, {"max_tokens": 0}, {"top_k": 3}]
)
def test_sampling_that_no_server_takes_is_refused(faulty):
    with pytest.raises(ValidationError, match=next(iter(faulty))):
        Sampling(**faulty)


def test_a_model_is_told_by_its_path_and_has_defaults_for_the_rest():
    assert ModelSpec(path="some/model").model_dump() == {
        "path": "some/model",
        "revision": None,
        "dtype": "auto",
        "trust_remote_code": False,
        "max_model_len": None,
    }
