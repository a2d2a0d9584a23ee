from argparse import Namespace

import pytest

from mores.stage import open_stage


def test_an_output_that_cannot_be_written_is_told_before_anything_is_read(tmp_path, small_disk):
    with small_disk(tmp_path / "results", "8k") as change:
        change("ro")
        with pytest.raises(OSError, match=r"Read-only file system: '.*results'"):
            open_stage(Namespace(output=str(tmp_path / "results/answers.jsonl"), log=None))
