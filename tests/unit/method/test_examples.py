"""The step that collects examples: each objective gets the sources that it learns from."""

from mores.method.examples import Collecting, collect_examples

TRAIN = [{"item": "CU01", "topic": "customs", "top": 2}]
RIGHT = {"item": "CU01", "verdict": "right", "text": "so\n</think>\n\n2", "request": "key"}
WRONG = {"item": "CU01", "verdict": "wrong", "text": "no\n</think>\n\n3", "request": "other"}


def collecting(objective):
    return Collecting.model_construct(objective=objective, keys={})


def test_supervised_tuning_on_answers_gets_training_rows(stage):
    (row,) = collect_examples(collecting("sft"), stage, train=TRAIN)
    assert (row["country"], row["item"], row["answer"]) == ("XAV", "CU01", "2")


def test_supervised_tuning_on_traces_gets_right_ones(stage):
    (row,) = collect_examples(collecting("sft"), stage, traces=[RIGHT, WRONG])
    assert (row["item"], row["completion"]) == ("CU01", RIGHT["text"])


def test_preference_tuning_gets_traces_and_the_tuned_models_own(stage):
    own = [WRONG | {"text": "own no"}]
    (row,) = collect_examples(collecting("dpo"), stage, traces=[RIGHT, WRONG], rejected=own)
    assert (row["chosen"], row["rejected"]) == (RIGHT["text"], "own no")
    assert row["rejected_from"] == "tuned"


def test_sources_that_hold_no_row_make_no_example(stage):
    assert collect_examples(collecting("dpo"), stage, traces=[], rejected=[]) == []
    assert collect_examples(collecting("sft"), stage, traces=[]) == []


def test_the_objectives_module_is_part_of_the_step():
    assert collecting("dpo").by_name == "mores.method.objectives.dpo"
