"""CDEval asked and scored: prompts, letters, both orders, planted answers, what is invalid."""

import json
from pathlib import Path

import pytest

from mores.errors import InputError
from mores.evaluations.cdeval.ask import answer, parse_letter
from mores.evaluations.cdeval.questions import Settings, read
from mores.evaluations.cdeval.score import score
from mores.method.answers import Answering
from mores.method.countries import Country
from mores.method.models import Sampling
from mores.method.prompts import Prompts

ROOT = Path(__file__).parents[3]
SHIPPED = ROOT / "resources/cdeval/items.json"
KENYA = Country(code="KEN", name="Kenya", adjective="Kenyan")
TEMPLATES = ("answer", "persona", "cross_culture")
ROWS = [
    {"Dimension": dimension, "Domain": domain, "Question": f"{dimension} {domain}?"}
    | {"Option 1": f"high {dimension} {domain}", "Option 2": f"low {dimension} {domain}"}
    for dimension in ("PDI", "LTO")
    for domain in ("Work", "Arts")
]


def questions(folder: Path, **keys):
    path = folder / "items.json"
    path.write_text(json.dumps(ROWS), encoding="utf-8")
    return read(Settings.model_validate({"kind": "cdeval"} | keys), path, KENYA)


def prompt(item, template="answer", **more) -> str:
    asked = {"country": KENYA, "topic": "", "item": item, "norms": [], "examples": []} | more
    (turn,) = Prompts(ROOT / "resources/prompts").render(f"cdeval/{template}", **asked)
    return turn["content"]


@pytest.mark.parametrize("template", TEMPLATES)
def test_every_wording_shows_the_question_and_both_options_in_their_order(tmp_path, template):
    told = set()
    for item in questions(tmp_path).bank.items.values():
        text = prompt(item, template)
        first, second = item.options
        assert item.wording in text and text.index(first) < text.index(second)
        assert "Kenya" in text
        labels = ("A. ", "B. ") if item.variant == "letters" else ("1. ", "2. ")
        assert labels[0] + first in text and labels[1] + second in text
        told.add(text)
    assert len(told) == len(ROWS) * 3 * 2


@pytest.mark.parametrize("template", TEMPLATES)
def test_where_the_country_is_not_named_it_is_nowhere_in_the_prompt(tmp_path, template):
    shown = [{"item": next(iter(questions(tmp_path).bank.items.values())), "answer": 1}]
    for item in questions(tmp_path, name_country=False).bank.items.values():
        text = prompt(item, template, norms=["They sing."], examples=shown)
        assert "Kenya" not in text and "- They sing.\n" in text and "Most frequent answer" in text


def test_one_prompt_to_the_letter(tmp_path):
    item = [*questions(tmp_path).bank.items.values()][5]
    assert prompt(item, norms=["They sing."]) == (
        "Norms among people in Kenya:\n- They sing.\n\nPDI Work?\n\nA. low PDI Work\n"
        "B. high PDI Work\n\nThink over briefly which of these most people in Kenya would "
        "prefer, then reply with the letter A or B and nothing else."
    )


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("A", (1, None)),
        ("**B**", (2, None)),
        ("(B)", (2, None)),
        ("B. They sing.", (2, None)),
        ("Answer: A", (1, None)),
        ("The answer is B, not A.", (2, None)),
        (r"\boxed{B}", (2, None)),
        ("I weighed A.\nB", (2, None)),
        ("A because it is kinder", (1, None)),
        ("I would choose B. A is for others.", (2, None)),
        ("B. 2 of 3 families do", (2, None)),
        ("A or B", (None, "ambiguous")),
        ("Answer: A or B", (None, "ambiguous")),
        ("A.\nB.", (None, "ambiguous")),
        ("A family eats together.", (None, "no_number")),
        ("The answer is a matter of taste.", (None, "no_number")),
        ("I weighed both.", (None, "no_number")),
        ("1", (None, "no_number")),
        ("", (None, "no_number")),
        ("C", (None, "not_an_option")),
        ("I cannot choose for them.", (None, "refused")),
    ],
)
def test_a_letter_is_read_and_never_guessed(tmp_path, text, read):
    item = next(iter(questions(tmp_path).bank.items.values()))
    assert parse_letter(text, item) == read


def asked(stage, endpoint, found, says, samples=1) -> list[dict]:
    """What a model says that is played: `says` maps the shown options and labels to a reply."""

    def reply(body):
        lines = body["messages"][-1]["content"].splitlines()
        shown = [line for line in lines if line[:3] in ("1. ", "2. ", "A. ", "B. ")]
        return f"So it is.</think>{says(shown)}"

    endpoint.reply = reply
    sampling = Sampling(temperature=0.6, top_p=0.95, max_tokens=64, seed=0)
    spec = Answering.model_construct(samples=samples, sampling=sampling, prompt="cdeval/answer")
    return answer(spec, stage, found.bank)


PLANTED = {
    "the high pole": (lambda shown: next(one[0] for one in shown if "high" in one), 1.0, 0.5, 1),
    "the low pole": (lambda shown: next(one[0] for one in shown if "low" in one), 0.0, 0.5, 1),
    "the first option": (lambda shown: shown[0][0], 0.5, 1.0, 1),
    "the second option": (lambda shown: shown[1][0], 0.5, 0.0, 1),
    "always A": (lambda shown: "A", 0.5, 1.0, 1 / 3),
    "always B": (lambda shown: "B", 0.5, 0.0, 1 / 3),
    "always 1": (lambda shown: "1", 0.5, 1.0, 2 / 3),
}


@pytest.mark.parametrize("planted", PLANTED)
def test_the_ends_of_the_scale_are_those_of_planted_answers(tmp_path, stage, endpoint, planted):
    says, likelihood, first, valid = PLANTED[planted]
    found = questions(tmp_path)
    rows = asked(stage, endpoint, found, says)
    cell = score(found, rows, None, "here")
    assert len(rows) == cell["n_answers"] == len(ROWS) * 3 * 2
    assert sum(cell["amounts"]) / sum(cell["weights"]) == likelihood
    assert sum(cell["first"]) / sum(cell["valid"]) == first
    assert sum(cell["valid"]) / sum(cell["answers"]) == pytest.approx(valid)
    assert cell["invalid_rate"] == pytest.approx(1 - valid)
    assert cell["n_items"] == cell["n_valid"] == len(ROWS)


def test_samples_are_rows_and_codes_are_mapped_back(tmp_path, stage, endpoint):
    rows = asked(stage, endpoint, questions(tmp_path), lambda shown: shown[0][0], samples=2)
    assert len(rows) == len(ROWS) * 3 * 2 * 2
    assert {row["choice"] for row in rows} == {1}
    assert [row["option"] for row in rows[:4]] == [1, 1, 2, 2]


def answered(found, choose) -> list[dict]:
    rows = []
    for name, item in found.bank.items.items():
        choice = choose(item)
        invalid = None if choice else "cut"
        row = {"item": name, "choice": choice, "option": item.pole(choice), "invalid": invalid}
        rows.append(row | {"n_norms": 0})
    return rows


def test_a_wording_without_a_valid_answer_in_both_orders_favours_no_pole(tmp_path):
    """A model that names the first place and says nothing where the low pole is first."""
    found = questions(tmp_path)
    cell = score(found, answered(found, lambda item: None if item.reversed else 1), None, "here")
    assert cell["weights"] == [0] * 4 and cell["n_valid"] == 0
    assert (cell["high"], cell["valid"], cell["answers"]) == ([3] * 4, [3] * 4, [6] * 4)
    assert (cell["invalid_rate"], cell["invalid_cut"]) == (0.5, 12)


def test_a_wording_s_two_orders_count_alike_however_many_samples_are_valid(tmp_path):
    found = questions(tmp_path, variants=["question"])
    first, second, *_ = found.bank.items.values()
    rows = answered(found, lambda item: 1)
    rows += [row | {"choice": 2, "option": 2} for row in rows if row["item"] == first.id]
    rows += [row for row in rows if row["item"] == second.id]
    cell = score(found, rows, None, "here")
    # Given order: 1 and 2, so a half; turned: 2 and 2, so none of the high pole.
    assert cell["amounts"][0] == 0.25 and cell["weights"][0] == 1


def test_a_cell_says_by_item_what_contrasts_need(tmp_path):
    found = questions(tmp_path)
    cell = score(found, answered(found, lambda item: 1), None, "here")
    assert cell["topics"] == [f"{row['Dimension']} {row['Domain']}" for row in ROWS]
    lengths = {len(cell[key]) for key in ("items", "topics", "amounts", "weights")}
    assert lengths == {len(ROWS)} and len(set(cell["items"])) == len(ROWS)
    assert cell["topics"] == [found.bank.items[name].topic for name in cell["items"]]
    assert cell["references"] == found.gold


def test_answers_to_other_questions_are_refused(tmp_path):
    found = questions(tmp_path)
    with pytest.raises(InputError, match=r"here: answers and questions differ \(LTO-.*, 1 in all"):
        score(found, answered(found, lambda item: 1)[:-1], None, "here")
