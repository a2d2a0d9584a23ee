from pathlib import Path

from mores.method.items import load_bank
from mores.method.models import Sampling
from mores.method.traces import Tracing, sample_rejected, sample_traces

ROOT = Path(__file__).parents[3]
BANK = load_bank(ROOT / "resources/items/demo.yaml")
SAMPLING = Sampling(temperature=0.6, top_p=0.95, max_tokens=64, seed=0)
ONE_ROUND = Tracing.model_construct(samples=2, second_round=None, sampling=SAMPLING)
TWO_ROUNDS = ONE_ROUND.model_copy(update={"second_round": 1.1})
OF_THREE = ONE_ROUND.model_copy(update={"samples": 3})
RIGHT, WRONG = "they agree\n</think>\n\n2", "they do not\n</think>\n\n3"
REFUSED = "so\n</think>\n\nI cannot answer that."


def low_row(item="CU01", norm="People here agree.", reason=None):
    """A low-level norm of an item whose most frequent answer is 2."""
    topic = BANK.items[item].topic
    return {"item": item, "topic": topic, "survey_answer": 2, "norm": norm, "reason": reason}


def train_row(item="CU01", top=2):
    return {"item": item, "topic": BANK.items[item].topic, "top": top}


def script(endpoint, *replies):
    told = iter(replies)
    endpoint.reply = lambda body: next(told)


def prompt(body):
    return body["messages"][0]["content"]


def verdicts(rows):
    return [row["verdict"] for row in rows]


def test_a_trace_that_ends_in_the_most_frequent_answer_is_right(stage, endpoint):
    script(endpoint, RIGHT, WRONG)
    rows = sample_traces(ONE_ROUND, stage, [low_row()])
    assert verdicts(rows) == ["right", "wrong"]
    assert [row["choice"] for row in rows] == [2, 3]
    assert rows[0]["thinking"] == "they agree"
    assert rows[0]["text"] == RIGHT


def test_the_norm_stands_in_the_prompt_of_its_item(stage, endpoint):
    endpoint.reply = lambda body: RIGHT
    sample_traces(ONE_ROUND, stage, [low_row(norm="People here agree.")])
    assert all("- People here agree." in prompt(body) for body in endpoint.bodies)


def test_a_trace_that_was_cut_is_no_answer(stage, endpoint):
    script(endpoint, ("they do\n</think>\n\n2", "length"), RIGHT)
    rows = sample_traces(ONE_ROUND, stage, [low_row()])
    assert verdicts(rows) == ["cut", "right"]
    assert rows[0]["choice"] is None


def test_a_trace_that_refuses_or_names_no_option_says_so(stage, endpoint):
    script(endpoint, REFUSED, "so\n</think>\n\n9")
    rows = sample_traces(ONE_ROUND, stage, [low_row()])
    assert verdicts(rows) == ["refused", "not_an_option"]


def test_a_repeated_trace_counts_once_for_its_item(stage, endpoint):
    endpoint.reply = lambda body: RIGHT
    rows = sample_traces(ONE_ROUND, stage, [low_row("CU01"), low_row("CU02")])
    assert verdicts(rows) == ["right", "duplicate", "right", "duplicate"]


def test_a_repeated_wrong_trace_is_a_duplicate_whatever_its_blanks(stage, endpoint):
    script(endpoint, WRONG, WRONG + "\n")
    assert verdicts(sample_traces(ONE_ROUND, stage, [low_row()])) == ["wrong", "duplicate"]


def test_what_is_invalid_twice_stays_invalid(stage, endpoint):
    endpoint.reply = lambda body: REFUSED
    assert verdicts(sample_traces(ONE_ROUND, stage, [low_row()])) == ["refused", "refused"]


def test_a_right_trace_is_no_duplicate_of_one_that_was_cut(stage, endpoint):
    script(endpoint, (RIGHT, "length"), RIGHT)
    assert verdicts(sample_traces(ONE_ROUND, stage, [low_row()])) == ["cut", "right"]


def test_an_item_without_a_norm_keeps_a_row_and_is_not_asked(stage, endpoint):
    endpoint.reply = lambda body: RIGHT
    rows = sample_traces(ONE_ROUND, stage, [low_row("CU01", None, "malformed"), low_row("CU02")])
    assert [row["item"] for row in rows] == ["CU01", "CU02", "CU02"]
    assert (rows[0]["verdict"], rows[0]["reason"], rows[0]["norm"]) == (
        "no_norm",
        "malformed",
        None,
    )
    assert len(endpoint.bodies) == 2


def test_items_without_any_norm_need_no_engine(stage, endpoint):
    rows = sample_traces(TWO_ROUNDS, stage, [low_row("CU01", None, "malformed")])
    assert verdicts(rows) == ["no_norm"]
    assert endpoint.bodies == []


def test_only_items_without_a_right_trace_get_a_second_round(stage, endpoint):
    script(endpoint, RIGHT, WRONG, WRONG, REFUSED, "other\n</think>\n\n2", WRONG)
    rows = sample_traces(TWO_ROUNDS, stage, [low_row("CU01"), low_row("CU02")])
    assert [(row["item"], row["round"], row["sample"]) for row in rows] == [
        ("CU01", 1, 0),
        ("CU01", 1, 1),
        ("CU02", 1, 0),
        ("CU02", 1, 1),
        ("CU02", 2, 0),
        ("CU02", 2, 1),
    ]
    assert verdicts(rows) == ["right", "wrong", "wrong", "refused", "right", "duplicate"]


def test_the_second_round_has_its_temperature_and_new_seeds(stage, endpoint):
    endpoint.reply = lambda body: WRONG
    rows = sample_traces(TWO_ROUNDS, stage, [low_row()])
    assert [body["temperature"] for body in endpoint.bodies] == [0.6, 0.6, 1.1, 1.1]
    assert len({body["seed"] for body in endpoint.bodies}) == 4
    assert [row["sampling"]["temperature"] for row in rows] == [0.6, 0.6, 1.1, 1.1]


def test_no_second_round_where_every_item_has_a_right_trace(stage, endpoint):
    script(endpoint, WRONG, RIGHT)
    assert len(sample_traces(TWO_ROUNDS, stage, [low_row()])) == 2


def test_every_requested_sample_has_a_row_in_the_order_of_the_items(stage, endpoint):
    endpoint.reply = lambda body: RIGHT
    items = ["ST01", "CU02", "CU01"]
    rows = sample_traces(OF_THREE, stage, [low_row(item) for item in items])
    assert [(row["item"], row["sample"]) for row in rows] == [
        (item, sample) for item in items for sample in range(3)
    ]
    assert len({row["request"] for row in rows}) == 9


def test_items_without_a_right_trace_are_named_in_a_warning(stage, endpoint, caplog):
    script(endpoint, RIGHT, RIGHT, WRONG, REFUSED)
    low = [low_row("CU01"), low_row("CU02"), low_row("ST01", None, "no_survey_answer")]
    sample_traces(ONE_ROUND, stage, low)
    (warning,) = [record for record in caplog.records if record.levelname == "WARNING"]
    assert warning.getMessage() == "XAV: no right trace for 2 item(s): CU02, ST01"


def test_verdicts_are_counted_in_the_log(stage, endpoint, caplog):
    caplog.set_level("INFO")
    script(endpoint, RIGHT, WRONG, "so\n</think>\n\n3")
    sample_traces(OF_THREE, stage, [low_row()])
    assert "XAV: of the traces 2 wrong, 1 right" in caplog.text


def test_nothing_is_warned_of_where_all_items_have_a_right_trace(stage, endpoint, caplog):
    endpoint.reply = lambda body: RIGHT
    sample_traces(ONE_ROUND, stage, [low_row()])
    assert [record for record in caplog.records if record.levelname == "WARNING"] == []


def test_the_tuned_model_is_asked_without_norms(stage, endpoint):
    script(endpoint, RIGHT, WRONG)
    rows = sample_rejected(ONE_ROUND, stage, [train_row()])
    assert verdicts(rows) == ["right", "wrong"]
    assert [(row["norm"], row["survey_answer"]) for row in rows] == [(None, 2), (None, 2)]
    assert all("Norms" not in prompt(body) for body in endpoint.bodies)


def test_the_tuned_model_is_not_asked_what_the_country_was_not(stage, endpoint):
    endpoint.reply = lambda body: WRONG
    rows = sample_rejected(ONE_ROUND, stage, [train_row("CU01", None), train_row("CU02")])
    assert [row["item"] for row in rows] == ["CU02", "CU02"]
    assert verdicts(rows) == ["wrong", "duplicate"]
    assert len(endpoint.bodies) == 2


def test_the_tuned_models_verdicts_are_counted_in_the_log(stage, endpoint, caplog):
    caplog.set_level("INFO")
    script(endpoint, WRONG, REFUSED)
    sample_rejected(ONE_ROUND, stage, [train_row()])
    assert "XAV: of the tuned model's own traces 1 wrong, 1 refused" in caplog.text
