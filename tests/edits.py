"""Edits of a study, each with the names of the jobs that must run again for it."""

import json
import re

import yaml
from consequences import (
    COUNTRIES,
    DRAWN_ANEW,
    LEFT_OUT,
    QUIZZED,
    SEED,
    answered,
    asked,
    every_adapter,
    finding,
    high,
    low,
    of_country,
    paired,
    preferred,
    rejected,
    scored,
    showing,
    taught_on_traces,
    taught_together,
    traced,
    trained_on_traces,
    trained_together,
)

from mores.study.grid import lender


def answers_of_one_country(project) -> set[str]:
    change_answers(project, "XBO")
    return {"import_survey"} | of_country("XBO")


def change_answers(project, country: str) -> None:
    """The shares of the first item that is asked stand the other way round."""
    first = yaml.safe_load((project.folder / "bank.yaml").read_text())["items"][0]["id"]
    path = project.folder / "resources/demo/survey.json"
    survey = yaml.safe_load(path.read_text(encoding="utf-8"))
    shares = survey[country][first]
    survey[country][first] = dict(zip(shares, reversed(shares.values()), strict=True))
    path.write_text(json.dumps(survey))


def a_country_added(project) -> set[str]:
    countries = [*COUNTRIES, "XKI"]
    project.write_study({"countries": countries})
    draws = {
        c: (lender(c, tuple(COUNTRIES), SEED), lender(c, tuple(countries), SEED)) for c in COUNTRIES
    }
    moved = [country for country, (old, new) in draws.items() if old != new]
    jobs = of_country("XKI") | answered(countries=["XKI"])
    return jobs | answered(["placebo"], moved) | trained_together()


def a_country_removed(project) -> set[str]:
    left = ["XAV", "XDU"]
    project.write_study({"countries": left})
    moved = [c for c in left if lender(c, tuple(COUNTRIES), SEED) not in left]
    together = {"train_adapter sft demo POOLED"} | answered(["pooled"], left)
    tables = {"score_references", "score_table quiz", "list_leaks", "norm_review"}
    return answered(["placebo"], moved) | tables | together | finding() | showing()


def countries_in_another_order(project) -> set[str]:
    """The pooled adapter learns in this order, and the first country is a reference."""
    project.write_study({"countries": [*reversed(COUNTRIES)]})
    return trained_together() | {"score_references", "score_table scores"}


def a_model_added(project) -> set[str]:
    engine = {"endpoints": {"second": {"url": project.url, "served_model": "second"}}}
    model = {"second": {"path": "resources/demo/model", "dtype": "float32"}}
    project.write_study({"models": model, "engine": engine})
    return low(model="second") | taught_together(model="second") | answered(model="second")


def traces_with_norms_of_another_model(project) -> set[str]:
    """That model's own traces are with its own norms in any case."""
    added = a_model_added(project)
    engine = {"endpoints": {"second": {"url": project.url, "served_model": "second"}}}
    model = {"second": {"path": "resources/demo/model", "dtype": "float32"}}
    traces = {"norm_model": "second"}
    project.write_study({"models": model, "engine": engine, "traces": traces})
    return added | traced()


def a_split_by_battery(project) -> set[str]:
    """Other items are for training, of the topics that have batteries."""
    project.write_study({"split": {"by": "battery", "train_per_topic": 3}})
    jobs = {"split_items", "score_references"} | {f"split_country {c}" for c in COUNTRIES}
    return jobs | low() | taught_together() | answered(quiz=())


def a_method_added(project) -> set[str]:
    project.write_study({"methods": {"short": {"norms": "top1", "norms_per_topic": 1}}})
    return answered(["short"])


def a_method_added_that_needs_norms(project) -> set[str]:
    project.write_study({"methods": {"topic": {"norms": "topic"}}})
    mined = {f"mine_topic_norms topic demo {country}" for country in COUNTRIES}
    return mined | answered(["topic"]) | {"norm_review", "show_thinking topic demo"}


def norms_of_another_country_left_out(project) -> set[str]:
    project.write_study({"norm_effects": {"countries": ["XAV", "XBO"]}})
    cells = {f"values {method} demo XBO" for method in LEFT_OUT}
    jobs = {f"{rule} {cell}" for rule in ("answer_items", "score_cell") for cell in cells}
    return jobs | {"score_norm_effects"}


def another_replicate(project) -> set[str]:
    """Nothing of those before it is made again."""
    project.write_study({"replicates": {"mining": 3}})
    made = high(["top1"]) | {f"mine_low_norms top1 demo {country}" for country in COUNTRIES}
    return {DRAWN_ANEW.sub(r"\1 \2+m2 \3", job) for job in made if DRAWN_ANEW.match(job)}


def a_template(project) -> set[str]:
    project.edit("resources/prompts/high_norm.j2", "sum them up", "boil them down")
    return high()


def the_answer_template(project) -> set[str]:
    project.edit("resources/prompts/_reply.j2", "briefly", "well")
    return traced() | taught_together() | answered()


def another_way_s_template(project) -> set[str]:
    project.edit("resources/prompts/ranked_norm.j2", "Which norm", "What norm")
    return low(["ranked"])


def a_word_in_an_item(project, part: str) -> None:
    split = (project.folder / "results/survey/split.tsv").read_text().splitlines()
    item = next(line.split("\t")[0] for line in split if line.endswith(part))
    text = (project.folder / "bank.yaml").read_text(encoding="utf-8")
    bank = yaml.safe_load(text)
    next(one for one in bank["items"] if one["id"] == item)["wording"] += " Truly?"
    dumped = yaml.safe_dump(bank, sort_keys=False, allow_unicode=True)
    (project.folder / "bank.yaml").write_text(dumped, encoding="utf-8")


def a_word_in_a_test_item(project) -> set[str]:
    """It is another wording that nothing may tell."""
    a_word_in_an_item(project, "test")
    return answered(quiz=()) | {f"check_leaks demo {country}" for country in COUNTRIES}


def a_word_in_a_training_item(project) -> set[str]:
    a_word_in_an_item(project, "train")
    return low() | taught_together() | rejected() | answered(["examples"])


def topics_in_another_order(project) -> set[str]:
    """`shuffled` gives each topic the norms of the next, and rows of norms stand in this order."""
    bank = yaml.safe_load((project.folder / "bank.yaml").read_text(encoding="utf-8"))
    bank["topics"] = dict(reversed(bank["topics"].items()))
    dumped = yaml.safe_dump(bank, sort_keys=False, allow_unicode=True)
    (project.folder / "bank.yaml").write_text(dumped, encoding="utf-8")
    rows = {f"split_country {country}" for country in COUNTRIES}
    return {"import_survey", "split_items", "score_references"} | rows | asked() | taught_together()


def scoring_code(project) -> set[str]:
    append(project, "mores/scoring/cell.py")
    return scored()


def the_quiz_s_scoring(project) -> set[str]:
    append(project, "mores/evaluations/choices/score.py")
    return of_quiz("score_cell")


def the_quiz_s_table(project) -> set[str]:
    """Guardrails are checked by its layout."""
    append(project, "mores/evaluations/choices/table.py")
    return {"score_table quiz", "score_guardrails"}


def of_quiz(*rules: str, countries=COUNTRIES) -> set[str]:
    """These steps of the quiz, for all of its methods, and its table."""
    cells = {f"quiz {method} demo {country}" for method in QUIZZED for country in countries}
    return {f"{rule} {cell}" for rule in rules for cell in cells} | {"score_table quiz"}


def a_word_in_the_quiz(project) -> set[str]:
    project.edit("quiz.jsonl", "Is a guest", "Is any guest")
    return of_quiz("answer_items", "score_cell")


def a_right_answer_of_one_country(project) -> set[str]:
    """What is right is not shown: nothing is asked again."""
    project.edit("quiz.jsonl", '"XBO": "Yes"', '"XBO": "No"')
    return of_quiz("score_cell", countries=["XBO"])


def a_country_of_the_quiz_that_is_not_in_the_study(project) -> set[str]:
    project.edit("quiz.jsonl", '"XMO": "Yes"', '"XMO": "No"')
    return set()


def append(project, module: str, line: str = "CHANGED = True") -> None:
    with open(project.folder / "workflow/scripts" / module, "a") as stream:
        stream.write(f"\n{line}\n")


def a_comment_and_a_docstring(project) -> set[str]:
    project.edit("workflow/scripts/mores/scoring/cell.py", '"""', '"""Well, ')
    project.edit("workflow/scripts/mores/method/models.py", '"""Thinking and answer', '"""Both,')
    append(project, "mores/method/norms.py", "# a remark")
    return set()


def a_module_of_two_steps(project) -> set[str]:
    append(project, "mores/method/traces.py")
    return traced() | rejected()


def what_the_device_holds(project) -> set[str]:
    """Dropout draws its masks anew for what is on the device at once."""
    project.write_study({"tunings": {"cnca_sft": {"device_batch": 1}}})
    return trained_on_traces()


def beta(project) -> set[str]:
    project.write_study({"tunings": {"cnca_dpo": {"beta": 0.2}}})
    return preferred()


def two_values_swapped(project) -> set[str]:
    project.write_study({"tunings": {"cnca_sft": {"epochs": 16, "batch_size": 3}}})
    return trained_on_traces()


def another_start_of_dpo(project) -> set[str]:
    tunings = {"again": FAST_ON_TRACES, "cnca_dpo": {"start": "again"}}
    project.write_study({"tunings": tunings})
    jobs = {f"collect_examples again demo {c} {c}" for c in COUNTRIES}
    jobs |= {f"train_adapter again demo {c}" for c in COUNTRIES}
    return jobs | {f"sample_rejected again demo {c} {c}" for c in COUNTRIES} | paired()


FAST_ON_TRACES = {"objective": "sft", "data": "traces", "learning_rate": 0.01, "epochs": 2}


def the_way_of_traces(project) -> set[str]:
    """Norms are looked for in the thinking that are of this way."""
    project.write_study({"traces": {"norms": "ranked"}})
    return traced() | finding()


def runtime_keys(project) -> set[str]:
    engine = {"concurrency": 3, "retries": 1, "request_timeout": 5, "adapter_slots": 9}
    resources = {"demo": {"resources": {"gpus": 2, "minutes": 5}}}
    training = {"save_steps": 3, "gradient_checkpointing": True}
    project.write_study({"engine": engine, "models": resources, "training": training})
    return set()


def touched_files(project) -> set[str]:
    for folder in ("config", "workflow", "resources"):
        for path in (project.folder / folder).rglob("*"):
            path.touch()
    return set()


def mining_k(project) -> set[str]:
    """The only norm of a topic can still be left out; there is no second one."""
    project.write_study({"mining": {"norms_per_topic": 1}})
    return {job for job in high() if LEFT_OUT[1] not in job}


def ranked_top_k(project) -> set[str]:
    project.write_study({"mining": {"ways": {"ranked": {"top_k": 2}}}})
    return low(["ranked"])


def the_split_s_seed(project) -> set[str]:
    """Another seed draws other lenders too."""
    project.write_study({"split": {"seed": SEED + 1, "train_per_topic": 3}})
    jobs = {"split_items", "score_references"} | {f"split_country {c}" for c in COUNTRIES}
    return jobs | low() | taught_together() | answered(quiz=())


def a_lock(project, package: str) -> None:
    """Another version of a package, faked through the lock."""
    lock = (project.folder / "workflow/envs/gpu.txt").read_text(encoding="utf-8")
    version = re.search(rf"^{package}==([\d.]+)", lock, re.M)[1]
    project.edit("workflow/envs/gpu.txt", f"\n{package}=={version}", f"\n{package}==99.{version}")


def the_engine_s_version(project) -> set[str]:
    """Another engine answers otherwise."""
    a_lock(project, "vllm")
    project.player.version += 1
    return asked()


def the_renderer_s_version(project) -> set[str]:
    """Jinja writes every prompt, and every chat template."""
    a_lock(project, "jinja2")
    return asked() | every_adapter()


def the_trainer_s_version(project) -> set[str]:
    a_lock(project, "trl")
    return every_adapter()


def the_scorer_s_version(project) -> set[str]:
    a_lock(project, "numpy")
    return scored(quiz=QUIZZED) | {"import_survey", "score_references"}


def the_importer_s_version(project) -> set[str]:
    a_lock(project, "polars")
    return {"import_survey", "score_references", "score_table scores"}


def a_fix_in_an_objective(project) -> set[str]:
    project.edit(
        "workflow/scripts/mores/method/objectives/dpo.py", "beta=settings.beta", "beta=0.3"
    )
    return paired()


def a_fix_in_what_objectives_share(project) -> set[str]:
    """The cosine that became a constant, and nobody saw it."""
    common = "workflow/scripts/mores/method/objectives/common.py"
    project.edit(common, '"cosine"', '"constant"')
    return taught_on_traces() | paired() | taught_together()


def a_fix_in_the_importer(project) -> set[str]:
    """Shares change, top answers do not, so that only what holds shares has other bytes."""
    aggregate = "workflow/scripts/mores/survey/aggregate.py"
    project.edit(aggregate, "float(share) for code", "float(share) ** 2 for code")
    return {"import_survey"}.union(*map(of_country, COUNTRIES))


def a_remark_in_the_importer(project) -> set[str]:
    """Its code is another, the answers of every country are what they were."""
    append(project, "mores/survey/aggregate.py")
    return {"import_survey", "score_references", "score_table scores"}


def a_fix_in_the_reply_parser(project) -> set[str]:
    parser = "workflow/scripts/mores/method/choice.py"
    project.edit(parser, '    return code, "not_an_option" if', '    return 1, "not_an_option" if')
    return asked()


def a_fix_in_the_chat_s_rendering(project) -> set[str]:
    chat = "workflow/scripts/mores/method/chat.py"
    project.edit(chat, "return END_THINKING", 'return f"So.{END_THINKING}"')
    return answered() | taught_on_traces() | paired() | taught_together()


def a_fix_in_the_client(project) -> set[str]:
    """It lets a model see something else, so its protocol's number is raised."""
    protocol = "workflow/scripts/mores/engine/protocol.py"
    project.edit(protocol, "PROTOCOL = 3", "PROTOCOL = 4")
    project.edit(protocol, "**asked, **request.sampling", '**asked, **request.sampling, "top_k": 9')
    return asked()


def files_of_the_model(project) -> set[str]:
    """Servers and tokenizers read more than weights and configuration."""
    extra = project.folder / "resources/demo/model/additional_chat_templates"
    extra.mkdir()
    (extra / "tool_use.jinja").write_text("{{ messages }}")
    return asked() | every_adapter()


def code_of_the_model(project) -> set[str]:
    (project.folder / "resources/demo/model/modeling_demo.py").write_text("pass\n")
    return asked() | every_adapter()


def a_card_beside_the_model(project) -> set[str]:
    (project.folder / "resources/demo/model/README.md").write_text("Another card.\n")
    return set()


def a_log_message_of_a_launcher(project) -> set[str]:
    launcher = "workflow/scripts/mores/engine/launchers/slurm.py"
    project.edit(launcher, "the %s of %s, SLURM job %s", "%s of %s is SLURM job %s")
    return set()


def a_path_constant(project) -> set[str]:
    project.edit("workflow/scripts/mores/engine/lease.py", "logs/engine", "logs/servers")
    project.edit("workflow/scripts/mores/study/grid.py", "results/published/", "results/shared/")
    return set()


def a_hint_and_a_help_text(project) -> set[str]:
    project.edit("workflow/scripts/mores/process.py", "free some space", "make some space")
    project.edit("workflow/scripts/mores/runner.py", "file that keeps the log", "the log")
    return set()


def provenance_and_study(project) -> set[str]:
    for module in ("provenance/audit.py", "provenance/records.py", "study/costs.py"):
        append(project, f"mores/{module}")
    return set()


def an_argument_of_the_command(project) -> set[str]:
    """What is left out of the command that runs every step is how, not what."""
    project.edit("workflow/rules/common.smk", " --log {log:q}", "")
    return set()


EDITS = [
    answers_of_one_country,
    a_country_added,
    a_country_removed,
    countries_in_another_order,
    a_model_added,
    traces_with_norms_of_another_model,
    a_split_by_battery,
    a_method_added,
    a_method_added_that_needs_norms,
    norms_of_another_country_left_out,
    another_replicate,
    a_template,
    the_answer_template,
    another_way_s_template,
    a_word_in_a_test_item,
    a_word_in_a_training_item,
    topics_in_another_order,
    scoring_code,
    the_quiz_s_scoring,
    the_quiz_s_table,
    a_word_in_the_quiz,
    a_right_answer_of_one_country,
    a_module_of_two_steps,
    beta,
    what_the_device_holds,
    two_values_swapped,
    another_start_of_dpo,
    the_way_of_traces,
    mining_k,
    ranked_top_k,
    the_split_s_seed,
    the_engine_s_version,
    the_renderer_s_version,
    the_trainer_s_version,
    the_scorer_s_version,
    the_importer_s_version,
    a_fix_in_an_objective,
    a_fix_in_what_objectives_share,
    a_fix_in_the_importer,
    a_remark_in_the_importer,
    a_fix_in_the_reply_parser,
    a_fix_in_the_chat_s_rendering,
    a_fix_in_the_client,
    files_of_the_model,
    code_of_the_model,
]

# One of each sort, for the default suite.
QUICK = [
    answers_of_one_country,
    a_model_added,
    the_answer_template,
    what_the_device_holds,
    the_engine_s_version,
    a_fix_in_an_objective,
]

# How, and not what.
NOTHING = [
    a_comment_and_a_docstring,
    runtime_keys,
    touched_files,
    a_country_of_the_quiz_that_is_not_in_the_study,
    a_card_beside_the_model,
    a_log_message_of_a_launcher,
    a_path_constant,
    a_hint_and_a_help_text,
    provenance_and_study,
    an_argument_of_the_command,
]
