"""Scenes read from files of the public set's fields, in any size."""

from dataclasses import asdict

import pytest

from mores.errors import InputError
from mores.evaluations.pact import file
from mores.evaluations.pact.file import Columns
from mores.evaluations.pact.regions import REGION, SDG_REGIONS
from mores.evaluations.pact.scenes import read_scenes, relation
from mores.method.countries import load_countries


def read(path, columns=None, per_country=None, seed=0):
    return read_scenes([path], columns or Columns(), per_country, seed)


def test_a_row_is_a_scene(row, written):
    (scene,) = read(written(row()))
    assert (scene.base, scene.theme, scene.relation) == ("Kenya", "visits", "same")
    assert scene.region == "Sub-Saharan Africa"
    assert asdict(scene.actor) == {"country": "Kenya", "age": "18-29", "gender": "woman"}
    assert scene.receiver.age == "60 or older"
    assert scene.expectation == "A guest drinks the tea."
    assert (scene.allowed, scene.raters) == (None, None)


def test_without_ids_a_scene_is_told_by_what_is_told(row, written):
    other = row(actor_age="30-59")
    rated = row(human_allow="1", human_raters="3")
    one = [scene.id for scene in read(written(row(), other))]
    assert one == [scene.id for scene in read(written(other, row()))][::-1]
    assert len(set(one)) == 2
    assert [scene.id for scene in read(written(rated))] == one[:1]


def test_rows_that_are_alike_are_one_scene_and_those_that_are_not_need_ids(row, written):
    assert len(read(written(row(), row(), row(actor_age="30-59")))) == 2
    rated = [row(human_allow=allow, human_raters="3") for allow in "12"]
    with pytest.raises(InputError, match=r"row 2: \w{12} is told otherwise in .*row 1"):
        read(written(*rated))
    with pytest.raises(InputError, match=r"row 2: s1 is told otherwise"):
        read(written(row(id="s1"), row(id="s1", actor_age="30-59")))


def test_an_id_that_another_scene_s_question_has_is_refused(row, scenes):
    with pytest.raises(InputError, match=r"row 2: the id s1\.turned is taken"):
        scenes(row(id="s1"), row(id="s1.turned", actor_age="30-59"))


def test_columns_may_be_called_otherwise(row, written):
    renamed = {("norm" if key == "cultural_expectation" else key): v for key, v in row().items()}
    (scene,) = read(written(renamed), Columns(cultural_expectation="norm"))
    assert scene.expectation == "A guest drinks the tea."
    with pytest.raises(InputError, match=r"no column cultural_expectation; it has situation.*norm"):
        read(written(renamed))


@pytest.mark.parametrize(
    ("actor", "receiver", "near"),
    [
        ("Kenya", "kenya", "same"),
        ("United States", "the United States", "same"),
        ("Kenya", "Nigeria", "close"),
        ("Kenya", "Japan", "far"),
        ("Kenya", "Atlantis", ""),
    ],
)
def test_how_near_two_countries_are(actor, receiver, near):
    assert relation(actor, receiver, REGION) == near


def test_a_file_may_have_regions_of_its_own(row, written):
    rows = [
        row(base_country=base, base_region=region, actor_country="Atlantis")
        for base, region in (("Atlantis", "sea"), ("Kenya", "sea"), ("Japan", "isles"))
    ]
    rows[1]["receiver_country"], rows[2]["receiver_country"] = "Kenya", "Japan"
    found = read(written(*rows))
    assert [scene.region for scene in found] == ["sea", "sea", "isles"]
    assert [scene.relation for scene in found][1:] == ["close", "far"]


def test_every_country_that_has_a_name_has_one_region(shipped_countries):
    listed = [name for names in SDG_REGIONS.values() for name in names]
    assert len(listed) == len(set(listed))
    assert {*listed} == shipped_countries


@pytest.fixture
def shipped_countries(request):
    path = request.config.rootpath / "resources/countries.yaml"
    invented = {"XAV", "XBO", "XDU", "XKI", "XLE", "XMO"}
    return {one.name for code, one in load_countries(path).items() if code not in invented}


def test_human_answers_are_two_whole_numbers(row, written):
    (scene,) = read(written(row(human_allow="2", human_raters="5.0")))
    assert (scene.allowed, scene.raters) == (2, 5)
    (scene,) = read(written(row(human_allow="0", human_raters="0")))
    assert (scene.allowed, scene.raters) == (None, None)
    for allow, raters in (("3", "2"), ("0.5", "2"), ("", "2"), ("1", ""), ("-1", "2")):
        with pytest.raises(InputError, match=r"row 1: .* raters: two whole numbers are needed"):
            read(written(row(human_allow=allow, human_raters=raters)))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "not CSV"),
        ("situation\n", "no column base_country"),
        ("\xff", "not CSV|no column"),
    ],
)
def test_a_file_that_cannot_be_used_is_told(tmp_path, text, told):
    path = tmp_path / "scenes.csv"
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(InputError, match=rf"scenes\.csv: ({told})"):
        read(path)


def test_a_row_that_cannot_be_used_is_told_by_its_number(row, written, tmp_path):
    with pytest.raises(InputError, match=r"row 2: nothing under 'situation'; mend the row"):
        read(written(row(), row(situation=" ")))
    path = written(row())
    path.write_text(path.read_text() + "a,b\n")
    with pytest.raises(InputError, match=r"row 2: nothing under 'actor_country'"):
        read(path)
    path.write_text(path.read_text() + ",".join("x" * 20) + "\n")
    with pytest.raises(InputError, match=r"scenes\.csv: not CSV"):
        read(path)
    with pytest.raises(InputError, match="no such file"):
        read(tmp_path / "none.csv")
    path.write_text(path.read_text().splitlines()[0] + "\n")
    with pytest.raises(InputError, match="no scene in this file"):
        read(path)


def test_a_draw_takes_so_many_of_each_country_and_stays_what_it_was(row, written):
    rows = [
        row(base_country=base, situation=f"{n}") for base in ("Kenya", "Japan") for n in range(20)
    ]
    drawn = read(written(*rows), per_country=5)
    assert [scene.base for scene in drawn] == ["Kenya"] * 5 + ["Japan"] * 5
    assert drawn != read(written(*rows), per_country=5, seed=1)
    assert len(read(written(*rows), per_country=50)) == 40
    turned = read(written(*rows[::-1], *rows), per_country=5)
    assert {scene.id for scene in turned} == {scene.id for scene in drawn}
    fewer = read(written(*rows[:-1]), per_country=5)
    assert len({scene.id for scene in fewer} & {scene.id for scene in drawn}) >= 9


def test_rows_are_counted_through_all_batches(row, written, monkeypatch):
    monkeypatch.setattr(file, "BATCH", 10)
    rows = [row(situation=str(number)) for number in range(1032)]
    found = read(written(*rows))
    assert [scene.situation for scene in found] == [str(number) for number in range(len(rows))]
    assert found[-1].where.endswith(f"row {len(rows)}")
    rows[975]["base_country"] = ""
    with pytest.raises(InputError, match="row 976: nothing under 'base_country'"):
        read(written(*rows))
