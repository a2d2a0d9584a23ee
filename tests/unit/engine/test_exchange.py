"""What surrounds a request: the time a server asks for, and how its words are shown."""

import re
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from mores.engine.exchange import PATIENCE, Exchange, escaped, seconds_asked


def test_retry_after_is_a_number_or_a_date_within_patience():
    later = format_datetime(datetime.now(UTC) + timedelta(seconds=60), usegmt=True)
    assert seconds_asked("2") == 2
    assert 50 < seconds_asked(later) <= 60
    assert seconds_asked("soon") == seconds_asked("") == seconds_asked("-5") == 0
    assert seconds_asked("nan") == 0
    assert seconds_asked("inf") == seconds_asked("1e308") == seconds_asked("86400") == PATIENCE


@pytest.mark.parametrize("said", ["\x1b[31m", "a\nb", "\r", "\u202e", "\u2028", "\x9b2J", "\ud800"])
def test_nothing_that_is_shown_acts(said):
    assert re.fullmatch("[ -~]+", escaped(said)) and said not in escaped(said)
    assert escaped("déjà 漢字") == "déjà 漢字"
    assert len(escaped("a" * 1000)) == 200


def test_a_key_is_never_shown_in_part():
    exchange = Exchange("http://127.0.0.1/v1", "sk-planted", 1)
    for before in range(190, 202):
        assert "sk" not in exchange.shown("x" * before + "sk-planted")
