import pytest

from mores.errors import InputError
from mores.scoring.review.filled import Label, read_filled

HEAD = "sheet,id,country,topic,norm,accurate,specific,rater\n"
GOOD = HEAD + 's1,a,Avethia,work,"Rest, they must.",yes,no,\ns1,b,Avethia,work,Idle.,Unsure ,,\n'


@pytest.fixture
def folder(tmp_path):
    def made(**files):
        for name, text in files.items():
            raw = text if isinstance(text, bytes) else text.encode()
            (tmp_path / f"{name}.csv").write_bytes(raw)
        return tmp_path

    return made


def read(folder):
    return read_filled(folder, "s1", ["a", "b"])


def test_labels_are_what_is_filled_in_by_whom(folder):
    assert read(folder(ann=GOOD)) == [
        Label("ann", "a", "accurate", "yes"),
        Label("ann", "a", "specific", "no"),
        Label("ann", "b", "accurate", "unsure"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        GOOD.replace(",", ";").replace("Rest; they", "Rest, they"),
        "\ufeff" + GOOD,
        GOOD.replace("\n", "\r\n"),
    ],
)
def test_a_sheet_that_a_spreadsheet_saved_is_the_same(folder, text):
    assert read(folder(ann=text)) == read(folder(ann=GOOD))


def test_a_rater_is_named_in_the_sheet_or_by_the_file(folder):
    named = GOOD.replace("yes,no,", "yes,no,bob")
    assert {label.rater for label in read(folder(ann=named, cid=GOOD))} == {"bob", "cid"}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (GOOD + "s1,a,,,,no,,\n", "row 3: a stands in row 1 too"),
        (GOOD.replace("s1,b", "s1,z"), "row 2: 'z' is not on sheet s1"),
        (GOOD.replace("s1,b", "s0,b"), "row 2: 'b' is not on sheet s1"),
        (GOOD.replace("yes", "perhaps"), "row 1: 'perhaps' under 'accurate'; write yes, no"),
        (GOOD.replace("Idle", "Oisiveté").encode("latin-1"), "line 3: byte 0xe9 is not UTF-8"),
        (GOOD.replace("accurate", "correct"), "no column accurate"),
        (GOOD.replace("Idle.,Unsure ,,", "Idle.,Unsure ,"), "line 3: 7 field"),
        (GOOD.replace("yes,no", ",").replace("Unsure", ""), "nothing is filled in"),
        (HEAD, "nothing is filled in"),
        ("", "no names of columns"),
        (
            GOOD.replace("yes,no,", "yes,no,ann").replace("Unsure ,,", "Unsure ,,bob"),
            "several rate",
        ),
        (GOOD.encode("utf-16"), "UTF-16"),
    ],
)
def test_a_bad_sheet_is_one_line_that_names_file_and_row(folder, text, told):
    with pytest.raises(InputError, match=told) as caught:
        read(folder(ann=text))
    assert "ann.csv" in str(caught.value) and "\n" not in str(caught.value)


def test_a_rater_s_two_files_and_an_empty_folder_are_told(folder):
    with pytest.raises(InputError, match=r"no filled sheet"):
        read(folder())
    twice = GOOD.replace("yes,no,", "yes,no,bob")
    with pytest.raises(InputError, match=r"the rater 'bob' stands in ann.csv too"):
        read(folder(ann=twice, ben=twice))
