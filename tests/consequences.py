"""What must run again in the study of conftest.py where something is made anew: names of jobs."""

import re

from mores.study.grid import lender

COUNTRIES = ["XAV", "XBO", "XDU"]
METHODS = (
    *("vanilla", "top1", "ranked", "placebo", "examples", "shuffled", "no_think"),
    *("cnca_dpo", "pooled"),
)
QUIZZED = ("vanilla", "top1")  # answer the quiz too
WORDED = ("top1", "ranked", "placebo", "shuffled")  # have norms in context
THOUGHT = ("vanilla", "top1", "ranked")  # their thinking is shown
GUARDED = ("vanilla", "cnca_dpo", "pooled")  # tuned, and what they are held against
LEFT_OUT = ("top1+without_1", "top1+without_2")  # a norm each, of one country
# What is drawn once more: norms of top1, and what is answered with them.
DRAWN_ANEW = re.compile(
    r"^(mine_low_norms top1|mine_high_norms top1|answer_items values top1|score_cell values top1"
    r"|check_leaks) (\w+) (X..)$"
)
SEED = 2026


def answered(methods=METHODS, countries=COUNTRIES, model="demo", quiz=QUIZZED) -> set[str]:
    """Cells answered and scored anew: of the survey, and of the quiz with those methods."""
    survey = {f"values {method} {model} {country}" for method in methods for country in countries}
    if f"values top1 {model} XAV" in survey:
        survey |= {f"values {method} {model} XAV" for method in LEFT_OUT}
    quizzed = {
        f"quiz {method} {model} {country}"
        for method in set(methods) & set(quiz)
        for country in countries
    }
    tables = {"score_table scores"} | ({"score_table quiz"} if quizzed else set())
    cells = survey | quizzed
    return {f"{rule} {cell}" for rule in ("answer_items", "score_cell") for cell in cells} | tables


def with_tables(jobs: set[str]) -> set[str]:
    """These jobs, their replicates, and the further tables whose cells, or code, are others.

    What is claimed is claimed of the survey's contrasts, what is listed are the survey's items, and
    the report is of all that.
    """
    if not jobs:
        return set()
    made = jobs | {DRAWN_ANEW.sub(r"\1 \2+m1 \3", job) for job in jobs}
    found = {*made, "write_report"} | looked_through(made) | looked_for(made)
    if "list_leaks" in found:
        found |= {"score_table scores", "score_contrasts contrasts", "judge_hypotheses"}
        found |= {"list_items", "score_norm_effects", "score_variance"}
    if any(re.match(r"mine_high_norms (top1|ranked) [^+]*$", job) for job in jobs):
        found.add("norm_review")
    cells = {job for job in made if job.startswith("score_cell values")}
    if any(job.split()[2] in GUARDED for job in cells):
        found.add("score_guardrails")
    if any("+" not in job for job in cells):
        found.add("list_items")
    if any(not set(job.split()) & set(LEFT_OUT) for job in cells):
        found |= {"score_contrasts contrasts", "judge_hypotheses"}
    if any(job.startswith("score_cell values top1 ") for job in cells):
        found.add("score_variance")
    if any(re.match("score_cell values top1.* XAV$", job) for job in jobs):
        found.add("score_norm_effects")
    if "score_table quiz" in jobs:
        found.add("score_contrasts quiz_contrasts")
    return found


def looked_through(jobs: set[str]) -> set[str]:
    """The checks for leaks of what these jobs make, by model and country, and their list."""
    makers = ("mine_low_norms", "mine_high_norms", "mine_topic_norms", "sample_traces")
    named = [job.split() for job in jobs if job.startswith((*makers, "collect_examples"))]
    # The country stands last; the model second to it, or before an adapter's learner.
    found = {
        f"check_leaks {words[2] if words[0] == 'collect_examples' else words[-2]} {words[-1]}"
        for words in named
    }
    checked = found or any(job.startswith("check_leaks") for job in jobs)
    return found | ({"list_leaks"} if checked else set())


def looked_for(jobs: set[str]) -> set[str]:
    """Norms looked for in the thinking, by method and model, and their table; thinking shown.

    In that of a method all countries' norms are, as the first method has them that gets its own.
    """
    found: set[str] = set()
    for rule, *words in map(str.split, jobs):
        if rule == "split_items" and words == []:
            found |= finding()
        if rule == "mine_high_norms" and words[0] == "top1":
            found |= finding(models=words[1:2])
        if rule == "answer_items" and words[0] == "values":
            found |= finding(words[1:2], words[2:3]) | showing(words[1:2], words[2:3])
        if rule == "find_norms":
            found.add("list_stated")
    stated = any(job.startswith("find_norms") for job in found)
    return found | ({"list_stated"} if stated else set())


def showing(methods=THOUGHT, models=("demo",)) -> set[str]:
    """Of the study's own cells."""
    shown = [(method, model) for method in methods for model in models if "+" not in model]
    return {f"show_thinking {method} {model}" for method, model in shown if method in THOUGHT}


def finding(methods=METHODS, models=("demo",)) -> set[str]:
    """Of the study's own cells."""
    return {
        f"find_norms {method} {model}"
        for method in methods
        for model in models
        if "+" not in f"{method}{model}"
    }


def scored(methods=METHODS, countries=COUNTRIES, quiz=()) -> set[str]:
    """Cells whose answers stand."""
    jobs = answered(methods, countries, quiz=quiz)
    return {job for job in jobs if not job.startswith("answer_items")}


def high(ways=("top1", "ranked"), countries=COUNTRIES, model="demo") -> set[str]:
    """High-level norms mined anew, and the cells they stand before: placebo's are its lender's."""
    jobs = {f"mine_high_norms {way} {model} {country}" for way in ways for country in countries}
    jobs |= answered(ways, countries, model)
    if "top1" in ways:
        lenders = {c: lender(c, tuple(COUNTRIES), SEED) for c in COUNTRIES}
        borrowers = [c for c in COUNTRIES if lenders[c] in countries]
        jobs |= answered(["placebo"], borrowers, model) | answered(["shuffled"], countries, model)
    return jobs


def low(ways=("top1", "ranked"), countries=COUNTRIES, model="demo") -> set[str]:
    """Low-level norms mined anew, and what follows."""
    jobs = {f"mine_low_norms {way} {model} {country}" for way in ways for country in countries}
    followed = traced(countries, model) if "top1" in ways else set()
    return jobs | high(ways, countries, model) | followed


def traced(countries=COUNTRIES, model="demo") -> set[str]:
    """Traces sampled anew, and what follows."""
    jobs = {f"sample_traces {model} {country}" for country in countries}
    return jobs | taught_on_traces(countries, model)


def taught_on_traces(countries=COUNTRIES, model="demo") -> set[str]:
    """Examples of cnca_sft collected anew, and what follows."""
    jobs = {f"collect_examples cnca_sft {model} {c} {c}" for c in countries}
    return jobs | trained_on_traces(countries, model)


def trained_on_traces(countries=COUNTRIES, model="demo") -> set[str]:
    return {f"train_adapter cnca_sft {model} {c}" for c in countries} | rejected(countries, model)


def rejected(countries=COUNTRIES, model="demo") -> set[str]:
    """What the tuned model says sampled anew, and what follows."""
    jobs = {f"sample_rejected cnca_sft {model} {c} {c}" for c in countries}
    return jobs | paired(countries, model)


def paired(countries=COUNTRIES, model="demo") -> set[str]:
    return {f"collect_examples cnca_dpo {model} {c} {c}" for c in countries} | preferred(
        countries, model
    )


def preferred(countries=COUNTRIES, model="demo") -> set[str]:
    jobs = {f"train_adapter cnca_dpo {model} {country}" for country in countries}
    return jobs | answered(["cnca_dpo"], countries, model)


def taught_together(countries=COUNTRIES, model="demo") -> set[str]:
    """Examples of the pooled adapter collected anew, and what follows."""
    jobs = {f"collect_examples sft {model} POOLED {c}" for c in countries}
    return jobs | trained_together(model)


def trained_together(model="demo") -> set[str]:
    return {f"train_adapter sft {model} POOLED"} | answered(["pooled"], model=model)


def every_adapter() -> set[str]:
    return trained_on_traces() | preferred() | trained_together()


def asked() -> set[str]:
    """Everything that a model says, and what follows."""
    return low() | rejected() | answered()


def of_country(country: str, model="demo") -> set[str]:
    """All that depends on what a country answered; `vanilla` asks nothing of it."""
    jobs = {f"split_country {country}", "score_references"}
    jobs |= low(countries=[country], model=model) | taught_together([country], model)
    return jobs | answered(["examples"], [country], model) | scored(countries=[country])
