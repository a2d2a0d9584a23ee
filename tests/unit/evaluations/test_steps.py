"""The steps find the module of an evaluation's kind by its name."""

from pathlib import Path

import polars as pl
import pytest

from mores.errors import InputError
from mores.evaluations.ask import Evaluating, answer_items
from mores.evaluations.questions import Asking, Questions, module_of
from mores.evaluations.score import CellScoring, chosen, score_cell
from mores.evaluations.survey.table import LAYOUT
from mores.evaluations.table import Table, score_table
from mores.method.answers import Answering, answer_country
from mores.method.countries import Country
from mores.method.items import Bank, load_bank
from mores.method.models import Sampling
from mores.scoring import cell
from mores.study.config import TAGGED
from mores.survey.part import BankPart
from mores.survey.split import Split

ROOT = Path(__file__).parents[3]
BANK_FILE = str(ROOT / "resources/items/demo.yaml")
BANK = load_bank(BANK_FILE)
AVETHIA = Country(code="XAV", name="Avethia", adjective="Avethian")
SPLIT = Split(seed=2026, train_per_topic=16)
SURVEY = {"kind": "survey"}
ASKING = Asking(evaluation=SURVEY, questions=BankPart.of(BANK, "test", split=SPLIT))


def answers(questions, choice=1):
    return [
        {"item": name, "sample": 0, "answer": str(choice), "choice": choice, "invalid": None}
        | {"n_norms": 0}
        for name in questions.bank.items
    ]


def test_every_kind_has_its_four_modules_and_the_settings_of_its_name():
    for kind, settings in TAGGED["evaluations"][1].items():
        assert module_of({"kind": kind}, "questions").Settings is settings
        assert callable(module_of({"kind": kind}, "questions").read)
        assert callable(module_of({"kind": kind}, "ask").answer)
        assert callable(module_of({"kind": kind}, "score").score)
        assert callable(module_of({"kind": kind}, "table").table)


def test_the_survey_asks_its_test_items(stage):
    questions = ASKING.read(BANK_FILE, AVETHIA)
    assert len(questions.bank.items) == len(BANK.topics)
    sampling = Sampling(temperature=0.6, top_p=0.95, max_tokens=64, seed=0)
    spec = Evaluating.model_construct(asks=ASKING, samples=1, sampling=sampling, prompt="answer")
    rows = answer_items(spec, stage, questions)
    assert [row["item"] for row in rows] == list(questions.bank.items)


def test_questions_that_changed_since_the_plan_stop_a_job(tmp_path):
    changed = tmp_path / "bank.yaml"
    text = Path(BANK_FILE).read_text(encoding="utf-8")
    changed.write_text(text.replace("old feasts", "ancient feasts"), encoding="utf-8")
    whole = Asking(evaluation=SURVEY, questions=BankPart.of(BANK, "all"))
    with pytest.raises(InputError, match=r"bank\.yaml: changed since this run was planned"):
        whole.read(str(changed), AVETHIA)


def test_a_cell_says_whose_scores_it_has():
    questions = ASKING.read(BANK_FILE, AVETHIA)
    test = [{"item": name, "top": 1, "shares": {"1": 1}} for name in questions.bank.items]
    spec = CellScoring(country=AVETHIA, model="demo", method="top1", asks=ASKING, packages={})
    scores = score_cell(spec, questions, answers(questions), test)
    named = {"country": "XAV", "model": "demo", "method": "top1"}
    named["chosen"] = dict.fromkeys(questions.bank.items, 1)
    topics = {"topics": [BANK.items[name].topic for name in scores["items"]]}
    own = topics | cell.score_cell(answers(questions), test, BANK, "answers.jsonl")
    assert repr(scores) == repr(named | own)  # of answers that do not vary a correlation is nan
    with pytest.raises(InputError, match=r"the answers of XAV demo top1: "):
        score_cell(spec, questions, answers(questions)[1:], test)


def test_the_survey_s_table_is_over_the_test_items_of_the_split():
    questions = ASKING.read(BANK_FILE, AVETHIA)
    test = [{"item": name, "top": 2} for name in questions.bank.items]
    spec = CellScoring(country=AVETHIA, model="demo", method="vanilla", asks=ASKING, packages={})
    cells = [score_cell(spec, questions, answers(questions), test)]
    rows = "".join(f"{name}\tt\ttest\n" for name in questions.bank.items)
    split = f"item\ttopic\tpart\nQ98\tt\ttrain\n{rows}"
    table = Table(resamples=200, evaluation=SURVEY, packages={})
    references = pl.DataFrame(
        [
            {"country": "XAV", "reference": name, "item": next(iter(questions.bank.items))}
            | {
                "squares": [square],
                "weight": 9.0,
                "hits": 0.0,
                "closeness": 0.5,
                "similarity": None,
            }
            for name, square in (("midpoint", 4.0), ("ceiling", 0.0))
        ]
    )
    header, *lines = score_table(table, cells, references, split).splitlines()
    found = [dict(zip(header.split("\t"), line.split("\t"), strict=True)) for line in lines]
    assert header.split("\t") == [*LAYOUT.columns]
    rows = {(row["country"], row["method"]): row for row in found}
    asked = len(questions.bank.items)
    assert rows["MEAN", "vanilla"]["n_items"] == str(asked)
    assert rows["XAV", "vanilla"]["floor"] == "midpoint"
    assert rows["MEAN", "ceiling"]["alignment"] == "100.0000"


def test_right_answers_that_changed_stop_a_job():
    known = Questions(BANK, {"CU01": 2})
    assert known.gold_digest and Questions(BANK).gold_digest is None
    assert known.gold_digest != Questions(BANK, {"CU01": 3}).gold_digest


def test_the_choice_of_an_item_is_what_most_answers_name_and_of_several_the_lowest():
    said = {"a": [3, 2, 3], "b": [2, 1], "c": [None, 4], "d": [None]}
    rows = [{"item": item, "choice": choice} for item, all_ in said.items() for choice in all_]
    assert chosen(rows) == {"a": 3, "b": 1, "c": 4}


def test_a_model_that_always_takes_the_first_option_is_as_inconsistent_as_can_be(stage, endpoint):
    """From question to table: what an order makes is seen, and the same in letters is not."""
    first = {"letters": "A", "codes": "1"}
    two = [item for item in BANK.items.values() if len(item.codes) == 2][:6]
    gold = {item.id: 1 for item in two}
    questions = Questions(
        Bank("quiz", {item.topic: "" for item in two}, {i.id: i for i in two}), gold
    )
    methods = {
        "vanilla": {},
        "turned": {"order": "reversed"},
        "letters": {"labels": "letters"},
    }
    cells = []
    for name, keys in methods.items():
        label = first[keys.get("labels", "codes")]
        endpoint.reply = lambda body, label=label: f"so\n</think>\n\n{label}"
        how = Answering.model_construct(
            samples=1, sampling=Sampling(max_tokens=64), prompt="answer", **keys
        )
        rows = answer_country(how, stage, questions.bank)
        asks = ASKING.model_copy(update={"evaluation": {"kind": "choices"}})
        spec = CellScoring(country=AVETHIA, model="m", method=name, asks=asks, packages={})
        cells.append(score_cell(spec, questions, rows))
    variants = dict.fromkeys(("turned", "letters"), "vanilla")
    spec = Table(evaluation={"kind": "choices"}, variants=variants, packages={}, resamples=100)
    header, *lines = score_table(spec, cells).splitlines()
    found = [dict(zip(header.split("\t"), line.split("\t"), strict=True)) for line in lines]
    told = {
        row["method"]: [row[name] for name in ("accuracy", "variant_of", "consistency", "spread")]
        for row in found
        if (row["country"], row["model"]) == ("XAV", "m")
    }
    assert told == {
        "vanilla": ["100.0000", "", "", "100.0000"],
        "turned": ["0.0000", "vanilla", "0.0000", ""],
        "letters": ["100.0000", "vanilla", "100.0000", ""],
    }
