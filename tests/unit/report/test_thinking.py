"""Thinking for the page: one sample an item, cut to what a page can hold."""

from mores.report import thinking
from mores.report.reviews import judged
from mores.report.thinking import Showing, Thought, shortened, show_thinking, thinking_table


def said(item, sample, text, choice=1):
    return {"item": item, "sample": sample, "thinking": text, "choice": choice}


def test_the_first_sample_that_thought_is_kept_of_each_item_and_country():
    answers = [said("q", 0, ""), said("q", 1, "one\ttwo\n three", None), said("q", 2, "later")]
    rows = show_thinking(Showing(countries=("AAA", "AAB")), [answers, [said("q", 0, "other")]])
    assert rows == [
        {"country": "AAA", "item": "q", "answer": None, "thinking": "one two three"},
        {"country": "AAB", "item": "q", "answer": 1, "thinking": "other"},
    ]


def test_a_long_text_keeps_its_beginning_and_its_end():
    text = shortened("a" * 900 + "b" * 900, 400)
    assert len(text) == 399 and text.startswith("aaa") and text.endswith("bbb")
    assert shortened("short", 400) == "short"


def test_many_samples_are_cut_to_the_budget_of_the_page(monkeypatch):
    monkeypatch.setattr(thinking, "BUDGET", 3_000)
    file = [
        {"country": "AAA", "item": str(n), "answer": 1, "thinking": f"{n} " * 99} for n in range(50)
    ]
    table = thinking_table((Thought(model="m", method="v"),), [file])
    texts = table["columns"][table["names"].index("thinking")]["texts"]
    assert len(texts) == 50 and 2_000 < sum(map(len, texts)) <= 3_000


def test_labels_are_counted_for_mined_norms_alone():
    key = "id\tsource\tcountry\ttopic\tnorm\n"
    key += "1\tmined\tAAA\tfaith\tPray.\n2\tturned\tAAA\tfaith\tDo not pray.\n"
    key += "3\tmined\tAAA\tfaith\tNever judged.\n"
    labels = "rater\tid\tquestion\tlabel\nx\t1\taccurate\tyes\ny\t1\taccurate\tno\n"
    labels += "x\t2\taccurate\tno\n"
    assert judged(key, labels) == [
        {
            "country": "AAA",
            "topic": "faith",
            "text": "Pray.",
            "labels": {"accurate": {"yes": 1, "no": 1}},
        }
    ]
