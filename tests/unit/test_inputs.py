"""Every reader on generated files: what it reads is what they hold, or one line says what is wrong.

`benchmarks/fuzz_readers.py` runs the same on hundreds of thousands.
"""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from inputs.good import damaged
from inputs.readers import READERS, outcome

FIXED = settings(
    max_examples=60,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[*HealthCheck],
)


@pytest.mark.parametrize("name", READERS)
def test_a_good_file_is_read_as_it_stands(name, tmp_path):
    @FIXED
    @given(READERS[name].good)
    def check(data: bytes):
        assert outcome(READERS[name], tmp_path, data) in ("read", "unsure")

    check()


@pytest.mark.parametrize("name", READERS)
def test_a_damaged_file_is_read_as_it_stands_or_refused_in_a_line(name, tmp_path):
    @FIXED
    @given(damaged(READERS[name].good) | st.binary(max_size=40))
    def check(data: bytes):
        assert outcome(READERS[name], tmp_path, data).startswith(
            ("read", "told", "refused", "unsure")
        )

    check()
