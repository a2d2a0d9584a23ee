"""What is wanted and what is not, without pairs, and what the loss of a trace covers."""

import pytest

from mores.errors import InputError
from mores.method.objectives import kto
from mores.study.config import parse_config

SETTINGS = kto.Settings(objective="kto", device_batch=2)


def test_right_and_wrong_traces_count_each_by_itself_and_no_others(wording, trace, no_norm):
    traces = [
        trace("CU01", "right", "yes"),
        trace("CU01", "right", "yes too"),
        trace("CU02", "wrong", "no"),
        trace("CU02", "cut", "half"),
        trace("CU02", "duplicate", "no"),
        no_norm("CU03"),
    ]
    rows = kto.examples(wording, traces=traces)
    assert [(row["item"], row["completion"], row["wanted"]) for row in rows] == [
        ("CU01", "yes", True),
        ("CU01", "yes too", True),
        ("CU02", "no", False),
    ]
    assert all("Norms on" not in row["prompt"] for row in rows)


def test_it_learns_from_traces_and_continues_from_nothing():
    assert SETTINGS.sources == ("traces",)
    assert SETTINGS.starts_from is None


def test_one_example_at_a_time_gives_no_estimate():
    raw = {"tunings": {"kto": {"objective": "kto", "device_batch": 1}}}
    with pytest.raises(
        InputError, match=r"tunings\.kto\.device_batch: .* greater than or equal to 2"
    ):
        parse_config(raw)
    odd = {"tunings": {"kto": {"objective": "kto", "batch_size": 15, "device_batch": 4}}}
    with pytest.raises(InputError, match="must share a divisor above 1"):
        parse_config(odd)


@pytest.mark.parametrize(
    ("count", "batch", "others"),
    [
        (4, 2, [1, 0, 3, 2]),
        (4, 4, [3, 0, 1, 2]),
        (5, 2, [1, 0, 3, 2, 3]),  # the last stands alone in its batch
        (3, 4, [2, 0, 1]),
    ],
)
def test_each_row_gets_the_reply_of_another_of_its_batch(count, batch, others):
    rows = [{"completion_ids": [number]} for number in range(count)]
    prepared = kto.with_others(rows, batch)
    assert [row["KL_completion_ids"] for row in prepared] == [[other] for other in others]


def test_traces_of_one_kind_teach_nothing(tmp_path, network_of):
    rows = [{"prompt_ids": [5], "completion_ids": [7, 1], "label": True}] * 4
    with pytest.raises(InputError, match="all are of one kind: raise `traces: samples`"):
        kto.trainer(SETTINGS, rows, None, network_of(64), {"output_dir": str(tmp_path)})


def test_a_key_of_another_objective_is_refused_with_the_nearest():
    raw = {"tunings": {"kto": {"objective": "kto", "start": "cnca_sft", "bta": 0.2}}}
    with pytest.raises(InputError) as error:
        parse_config(raw)
    assert "tunings.kto.bta: unknown key; did you mean `beta`?" in str(error.value)
    assert "tunings.kto.start: unknown key" in str(error.value)


def test_a_policy_that_is_not_its_own_reference_at_first_is_told(network_of):
    kto.check([{"loss": 0.5, "rewards/chosen": 0.0}], network_of(8))
    with pytest.raises(RuntimeError, match="not the model it started from"):
        kto.check([{"loss": 0.4, "rewards/rejected": 0.3}], network_of(8))
