"""How a job waits for what a keeper is to bring; keepers themselves run in tests/e2e."""

import pytest

from mores.engine.keepers import STARTS, wait_for
from mores.engine.server_files import ServerFiles
from mores.engine.settings import Engine
from mores.engine.walltime import UNLIMITED, Walltime
from mores.errors import EngineError


class Keepers:
    """A launcher whose keepers live for so many looks each, and then say why they ended."""

    poll = 0

    def __init__(self, *lives: int, failure=None):
        self.lives, self.failure = list(lives), failure
        self.starts, self.left = 0, 0

    def there(self) -> bool:
        self.left -= 1
        if self.left == 0 and self.failure:
            self.failure.write_text("no GPU is free")
        return self.left > 0

    def start(self) -> bool:
        self.starts += 1
        self.left = self.lives.pop(0)
        return True


@pytest.fixture
def files(tmp_path, model) -> ServerFiles:
    return ServerFiles(tmp_path, model, Engine(), tmp_path / "logs")


def never(there: bool) -> None:
    return None


def test_what_comes_is_handed_out_and_a_keeper_started_only_where_none_is(files):
    keepers, looks = Keepers(5), []

    def look(there: bool) -> str | None:
        looks.append(there)
        return "come" if looks[-3:] == [True] * 3 else None

    assert wait_for(files, keepers, look, "it is not there", UNLIMITED) == "come"
    assert looks == [False, True, True, True]
    assert keepers.starts == 1


def test_what_came_from_a_keeper_that_has_ended_starts_no_other(files):
    """An adapter is there for good, whatever became of its trainer meanwhile."""
    keepers = Keepers()
    assert wait_for(files, keepers, lambda there: "come", "it is not there", UNLIMITED) == "come"
    assert keepers.starts == 0


def test_what_a_keeper_says_of_its_end_ends_the_job_and_a_note_from_before_does_not(files):
    files.failure.write_text("of last week")
    with pytest.raises(EngineError, match="no GPU is free"):
        wait_for(files, Keepers(3, failure=files.failure), never, "it is not there", UNLIMITED)


def test_keepers_that_end_without_a_word_are_started_only_so_often(files):
    keepers = Keepers(*[2] * 9)
    with pytest.raises(EngineError, match=f"a server of tiny ended {STARTS} times, and it is not"):
        wait_for(files, keepers, never, "it is not there", UNLIMITED)
    assert keepers.starts == STARTS


def test_no_start_was_in_vain_as_long_as_the_work_comes_on(files):
    """As of a trainer that SLURM preempts again and again."""
    keepers, steps = Keepers(*[2] * 20), iter([False, False, *[True] * 9])
    with pytest.raises(EngineError, match=f"ended {STARTS} times"):
        wait_for(files, keepers, never, "it is not there", UNLIMITED, lambda: next(steps, False))
    assert keepers.starts == 11 + STARTS - 1


def test_a_job_does_not_wait_to_its_time_limit(files):
    with pytest.raises(EngineError, match="time limit is near, and it is not there; what came is"):
        wait_for(files, Keepers(9), never, "it is not there", Walltime(0))
