"""What fuzzing and users found stays found: each is read right, or refused in its line."""

import re
from pathlib import Path

import pytest
from inputs.corpus import READ, REFUSED
from inputs.readers import READERS

from mores.errors import InputError


def each(table):
    return [
        pytest.param(name, data, expected, id=f"{name}-{number}")
        for name, cases in table.items()
        for number, (data, expected) in enumerate(cases)
    ]


def written(folder: Path, name: str, data: str | bytes) -> Path:
    path = folder / READERS[name].name
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return path


@pytest.mark.parametrize(("name", "data", "said"), each(REFUSED))
def test_what_has_no_one_meaning_is_refused_with_file_and_mend(name, data, said, tmp_path):
    path = written(tmp_path, name, data)
    with pytest.raises(InputError) as error:
        READERS[name].read(path)
    told = str(error.value)
    assert str(path) in told and told.isprintable() and len(told) < 700
    assert re.search(said, told)


@pytest.mark.parametrize(("name", "data", "value"), each(READ))
def test_what_was_misread_is_read_as_it_stands(name, data, value, tmp_path):
    assert READERS[name].read(written(tmp_path, name, data)) == value
