"""What replies cost, as sums of what stands in rows and in the table."""

from mores.report.costs import costs_table, of_rows, of_scores

KEPT = {"text": "a", "prompt_tokens": 10, "completion_tokens": 3}
UNCOUNTED = {"text": "b", "prompt_tokens": None, "completion_tokens": None}
NEVER_ASKED = {"norm": None, "text": None}


def test_replies_are_summed_by_step_model_and_way():
    spent = [
        of_rows("norms", "m", "top1", [KEPT, KEPT, NEVER_ASKED]),
        of_rows("norms", "m", "top1", [KEPT, UNCOUNTED]),
        of_rows("traces", "m", "", []),
    ]
    assert costs_table(spent).splitlines() == [
        "step\tmodel\tway\treplies\tprompt_tokens\tcompletion_tokens",
        "norms\tm\ttop1\t4\t30\t9",
        "traces\tm\t\t0\t0\t0",
    ]


def test_answers_count_by_country_and_means_and_references_not_again():
    head = "country\tmodel\tmethod\tn_answers\tprompt_tokens\tcompletion_tokens\n"
    rows = ["XAV\tm\ttop1\t4\t10.25\t2.5", "XBO\tm\ttop1\t2\t\t", "MEAN\tm\ttop1\t6\t10.25\t2.5"]
    rows += ["XAV\treference\trandom\t\t\t"]
    found = of_scores(head + "\n".join(rows) + "\n")
    assert [tuple(one) for one in found] == [
        ("answers", "m", "top1", 4, 41.0, 10.0),
        ("answers", "m", "top1", 2, 0.0, 0.0),
    ]
    assert costs_table(found).splitlines()[1] == "answers\tm\ttop1\t6\t41\t10"
