import pytest

from mores.errors import InputError
from mores.method.countries import load_countries


def test_a_country_needs_name_and_adjective(tmp_path):
    path = tmp_path / "names.yaml"
    path.write_text("KEN: {name: Kenya}\n")
    with pytest.raises(InputError, match="KEN"):
        load_countries(path)


def test_a_bad_file_of_names_is_named(tmp_path):
    path = tmp_path / "names.yaml"
    with pytest.raises(InputError, match=r"names.yaml: no such file"):
        load_countries(path)
    path.write_text("KEN: {name: Kenya")
    with pytest.raises(InputError, match=r"names.yaml, line 2: not YAML"):
        load_countries(path)
    path.write_text("[KEN]\n")
    with pytest.raises(InputError, match=r"names.yaml: needs country codes"):
        load_countries(path)
