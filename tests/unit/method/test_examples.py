"""The step that collects examples: each objective gets the sources that it learns from."""

from mores.method.examples import Collecting, collect_examples

TRAIN = [{"item": "CU01", "topic": "customs", "top": 2}]
RIGHT = {"item": "CU01", "verdict": "right", "text": "so\n</think>\n\n2", "request": "key"}
WRONG = {"item": "CU01", "verdict": "wrong", "text": "no\n</think>\n\n3", "request": "other"}


def collecting(objective, **more):
    return Collecting.model_construct(objective=objective, keys={}, **more)


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


def traces_of(item, *verdicts):
    return [
        {"item": item, "verdict": one, "text": f"{item} {n}\n</think>\n\n2", "request": "key"}
        for n, one in enumerate(verdicts)
    ]


def test_of_an_item_s_right_traces_the_first_so_many_are_learnt_from(stage):
    sampled = traces_of("CU01", "wrong", "right", "right", "right") + traces_of("CU02", "right")
    learnt = collect_examples(collecting("sft", right_per_item=2), stage, traces=sampled)
    assert [row["completion"][:6] for row in learnt] == ["CU01 1", "CU01 2", "CU02 0"]
    kept = collect_examples(collecting("kto", right_per_item=1), stage, traces=sampled)
    assert [row["wanted"] for row in kept] == [False, True, True]
    every = collect_examples(collecting("sft"), stage, traces=sampled)
    assert len(every) == 4


def test_what_the_tuned_model_says_by_itself_may_be_preferred(stage, caplog):
    caplog.set_level("INFO")
    sampled = traces_of("CU01", "right", "wrong") + traces_of("CU02", "right", "wrong")
    own = [
        row | {"text": f"own {row['text']}"}
        for row in traces_of("CU01", "right", "right", "wrong") + traces_of("CU02", "wrong")
    ]
    spec = collecting("dpo", chosen="tuned")
    pairs = collect_examples(spec, stage, traces=sampled, rejected=own)
    assert {row["item"] for row in pairs} == {"CU01"}
    assert all(row[side].startswith("own CU01") for row in pairs for side in ("chosen", "rejected"))
    assert len(pairs) == 2 and "1 item(s) have no right trace of their own: CU02" in caplog.text
    one = collecting("dpo", chosen="tuned", right_per_item=1)
    assert len(collect_examples(one, stage, traces=sampled, rejected=own)) == 1


def test_keys_that_are_not_used_are_in_no_spec():
    told = collecting("sft", country=None, templates={}, bank=None).model_dump()
    assert not {"right_per_item", "chosen"} & {*told}
    assert collecting("dpo", chosen="tuned", right_per_item=3).model_dump()["right_per_item"] == 3
