"""The staleness matrix: an edit, and the exact jobs that must run again for it.

Results are stand-ins (what matters is what they were made from), recorded as jobs record them and
made known to Snakemake by `--touch`. Each edit is planned by Snakemake itself, and audited: both
must come to the same results. tests/e2e/test_demo.py checks some rows against what then really ran.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yaml

from mores.audit import audit
from mores.cells import lender
from mores.fingerprint import module_digests
from mores.records import write_records
from mores.results import every_result
from mores.settings import load_settings
from mores.specs import Specs

ROOT = Path(__file__).parents[2]
COUNTRIES = ["XAV", "XBO", "XDU"]
IN_CONTEXT = {"top1": "top1", "ranked": "ranked", "placebo": "top1", "examples": None}
TUNED = ("sft", "cnca_dpo")
METHODS = ("vanilla", *IN_CONTEXT, *TUNED)
STUDY = {
    "countries": COUNTRIES,
    "methods": {"topic": None, "cnca_sft": None, "examples": {"examples": 2}},
}
SEED = 2026


class Job:
    """A job as a dry run tells it."""

    def __init__(self, told: str):
        self.fields = dict(re.findall(r"^    (\w+): (.*)$", told, re.M))
        rule = re.search(r"^(?:local)?rule (\w+):$", told, re.M)[1]
        wildcards = re.findall(r"\w+=(\w+)", self.fields.get("wildcards", ""))
        self.name = " ".join([rule, *wildcards])

    def results(self, field: str) -> list[str]:
        """Its inputs or outputs that are results."""
        paths = self.fields.get(field, "").split(", ")
        return [path for path in paths if path.startswith("results/")]


class Project:
    """A copy of the repository in which all of the study's results are there and fresh."""

    def __init__(self, folder: Path):
        self.folder = folder
        for name in ("config", "workflow", "profiles", "resources"):
            shutil.copytree(ROOT / name, folder / name)
        shutil.copy(ROOT / "Snakefile", folder)
        self.write_study({})

    def write_study(self, changed: dict) -> None:
        """The study's configuration, with some keys changed."""
        study = STUDY | changed
        study["methods"] = STUDY["methods"] | changed.get("methods", {})
        (self.folder / "study.yaml").write_text(yaml.safe_dump(study))

    def results(self):
        settings = load_settings(["config/config.yaml", "study.yaml"], {})
        return every_result(settings, Specs(settings))

    def make(self) -> None:
        """Put a stand-in and a record where each result goes, and tell Snakemake."""
        for result in self.results():
            path = Path(result.path)
            folder = "/adapters/" in result.path
            (path if folder else path.parent).mkdir(parents=True, exist_ok=True)
            (path / "adapter_config.json" if folder else path).write_text(f"{result}\n")
        told = self.snakemake("--touch", "--forceall")
        assert told.returncode == 0, told.stderr
        read = {output: job for job in self.jobs("--forceall") for output in job.results("output")}
        for result in self.results():
            modules = module_digests(Path(f"workflow/scripts/{result.rule}.py"))
            inputs = read[result.path].results("input")
            write_records(result.rule, json.loads(result.spec), modules, inputs, [result.path])

    def snakemake(self, *arguments: str, target="results/scores.tsv"):
        command = [sys.executable, "-m", "snakemake", "--cores", "2", *arguments]
        command += ["--configfile", "study.yaml", *(["--", target] if target else [])]
        return subprocess.run(command, cwd=self.folder, capture_output=True, text=True, timeout=120)

    def jobs(self, *arguments: str) -> list["Job"]:
        """The jobs of a dry run."""
        done = self.snakemake("--dry-run", *arguments)
        assert done.returncode == 0, done.stderr
        blocks = re.split(r"^\[.*\]$", done.stdout + done.stderr, flags=re.M)
        return [Job(block) for block in blocks if re.search(r"^    output: ", block, re.M)]

    def planned(self) -> set[str]:
        """The jobs of a dry run: rule and wildcards, in the wildcards' order."""
        return {job.name for job in self.jobs()}

    def edit(self, path: str, old: str, new: str) -> None:
        text = (self.folder / path).read_text(encoding="utf-8")
        assert old in text, f"{path} has no {old!r}"
        (self.folder / path).write_text(text.replace(old, new, 1), encoding="utf-8")


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Project:
    project = Project(tmp_path_factory.mktemp("staleness"))
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(project.folder)
        project.make()
    return project


@pytest.fixture
def project(made, monkeypatch) -> Iterator[Project]:
    """The project, put back after each edit with the times its files had."""
    sources = [made.folder / name for name in ("config", "workflow", "resources", "study.yaml")]
    files = [
        file for source in sources for file in ([source] if source.is_file() else source.rglob("*"))
    ]
    before = {
        file: (file.read_bytes(), file.stat())
        for file in files
        if file.is_file() and file.suffix != ".pyc"
    }
    monkeypatch.chdir(made.folder)
    yield made
    for file, (content, stat) in before.items():
        if file.read_bytes() != content or file.stat().st_mtime_ns != stat.st_mtime_ns:
            file.write_bytes(content)
            os.utime(file, ns=(stat.st_atime_ns, stat.st_mtime_ns))


def answered(methods, countries=COUNTRIES, model="demo") -> set[str]:
    """Cells answered and scored anew."""
    return {
        f"{rule} {method} {model} {country}"
        for rule in ("answer_items", "score_cell")
        for method in methods
        for country in countries
    } | {"score_table"}


def scored(methods, countries=COUNTRIES) -> set[str]:
    """Cells whose answers stand."""
    return {job for job in answered(methods, countries) if not job.startswith("answer_items")}


def high(ways, countries=COUNTRIES, model="demo") -> set[str]:
    """High-level norms mined anew, and the cells they stand before: placebo's are its lender's."""
    jobs = {f"mine_high_norms {way} {model} {country}" for way in ways for country in countries}
    jobs |= answered(list(ways), countries, model)
    if "top1" in ways:
        borrowers = [c for c in COUNTRIES if lender(c, tuple(COUNTRIES), SEED) in countries]
        jobs |= answered(["placebo"], borrowers, model)
    return jobs


def low(ways, countries=COUNTRIES, model="demo") -> set[str]:
    """Low-level norms mined anew, and what follows."""
    jobs = {f"mine_low_norms {way} {model} {country}" for way in ways for country in countries}
    return (
        jobs
        | high(ways, countries, model)
        | (traced(countries, model) if "top1" in ways else set())
    )


def traced(countries=COUNTRIES, model="demo") -> set[str]:
    """Traces sampled anew, and what follows."""
    jobs = {f"sample_traces {model} {country}" for country in countries}
    return jobs | taught("cnca_sft", countries, model)


def taught(tuning, countries=COUNTRIES, model="demo") -> set[str]:
    """Examples of a supervised tuning collected anew, and what follows."""
    jobs = {f"collect_examples {tuning} {model} {c} {c}" for c in countries}
    return jobs | trained(tuning, countries, model)


def trained(tuning, countries=COUNTRIES, model="demo") -> set[str]:
    """Adapters trained anew, and what follows."""
    jobs = {f"train_sft {tuning} {model} {country}" for country in countries}
    if tuning == "sft":
        return jobs | answered(["sft"], countries, model)
    return jobs | rejected(countries, model)


def rejected(countries=COUNTRIES, model="demo") -> set[str]:
    """What the tuned model says sampled anew, and what follows."""
    jobs = {f"sample_rejected cnca_sft {model} {c} {c}" for c in countries}
    return jobs | paired(countries, model)


def paired(countries=COUNTRIES, model="demo") -> set[str]:
    jobs = {f"pair_traces cnca_dpo {model} {c} {c}" for c in countries}
    return jobs | preferred(countries, model)


def preferred(countries=COUNTRIES, model="demo") -> set[str]:
    jobs = {f"train_dpo cnca_dpo {model} {country}" for country in countries}
    return jobs | answered(["cnca_dpo"], countries, model)


def of_country(country: str, model="demo") -> set[str]:
    """All that depends on what a country answered; `vanilla` asks nothing of it."""
    jobs = {f"split_country {country}", "score_references"}
    jobs |= low(["top1", "ranked"], [country], model) | taught("sft", [country], model)
    return jobs | answered(["examples"], [country], model) | scored(METHODS, [country])


def answers_of_one_country(project: Project) -> set[str]:
    path = project.folder / "resources/demo/survey.json"
    survey = json.loads(path.read_text(encoding="utf-8"))
    shares = survey["XBO"]["CU01"]
    survey["XBO"]["CU01"] = dict(zip(shares, reversed(shares.values()), strict=True))
    path.write_text(json.dumps(survey))
    return {"import_survey"} | of_country("XBO")


def a_country_added(project: Project) -> set[str]:
    countries = [*COUNTRIES, "XKI"]
    project.write_study({"countries": countries})
    draws = {
        c: (lender(c, tuple(COUNTRIES), SEED), lender(c, tuple(countries), SEED)) for c in COUNTRIES
    }
    moved = [country for country, (old, new) in draws.items() if old != new]
    jobs = of_country("XKI") | answered(METHODS, ["XKI"])
    return jobs | answered(["placebo"], moved)


def a_country_removed(project: Project) -> set[str]:
    left = ["XAV", "XDU"]
    project.write_study({"countries": left})
    moved = [c for c in left if lender(c, tuple(COUNTRIES), SEED) not in left]
    return answered(["placebo"], moved) | {"score_references"}


def a_model_added(project: Project) -> set[str]:
    project.write_study(
        {"models": {"second": {"path": "resources/demo/model", "dtype": "float32"}}}
    )
    jobs = low(["top1", "ranked"], model="second") | taught("sft", model="second")
    return jobs | answered(METHODS, model="second")


def a_method_added(project: Project) -> set[str]:
    project.write_study({"methods": {"no_think": {"norms": "top1", "thinking": "none"}}})
    return answered(["no_think"])


def a_method_added_that_needs_norms(project: Project) -> set[str]:
    project.write_study({"methods": {"topic": {"norms": "topic"}}})
    return {f"mine_topic_norms topic demo {country}" for country in COUNTRIES} | answered(["topic"])


def a_template(project: Project) -> set[str]:
    project.edit("resources/prompts/high_norm.j2", "sum them up", "boil them down")
    return high(["top1", "ranked"])


def the_answer_template(project: Project) -> set[str]:
    project.edit("resources/prompts/_reply.j2", "briefly", "well")
    return traced() | taught("sft") | answered(METHODS)


def another_way_s_template(project: Project) -> set[str]:
    project.edit("resources/prompts/ranked_norm.j2", "Which norm", "What norm")
    return low(["ranked"])


def item_of(part: str) -> str:
    settings = load_settings(["config/config.yaml", "study.yaml"], {})
    return Specs(settings).parts[part][0].wording


def a_word_in_a_test_item(project: Project) -> set[str]:
    wording = item_of("test")
    project.edit("resources/items/demo.yaml", wording, f"{wording} Truly?")
    return answered(METHODS)


def a_word_in_a_training_item(project: Project) -> set[str]:
    wording = item_of("train")
    project.edit("resources/items/demo.yaml", wording, f"{wording} Truly?")
    return low(["top1", "ranked"]) | taught("sft") | rejected() | answered(["examples"])


def scoring_code(project: Project) -> set[str]:
    with open("workflow/scripts/mores/scoring/cell.py", "a") as stream:
        stream.write("\nCHANGED = True\n")
    return scored(METHODS)


def a_comment_and_a_docstring(project: Project) -> set[str]:
    project.edit("workflow/scripts/mores/scoring/cell.py", '"""', '"""Well, ')
    with open("workflow/scripts/mores/norms.py", "a") as stream:
        stream.write("\n# a remark\n")
    return set()


def a_module_that_two_scripts_import(project: Project) -> set[str]:
    with open("workflow/scripts/mores/examples.py", "a") as stream:
        stream.write("\nCHANGED = True\n")
    return taught("sft") | taught("cnca_sft") | paired()


def beta(project: Project) -> set[str]:
    project.write_study({"tunings": {"cnca_dpo": {"beta": 0.2}}})
    return preferred()


def runtime_keys(project: Project) -> set[str]:
    engine = {"concurrency": 3, "retries": 1, "request_timeout": 5, "adapter_slots": 9}
    resources = {"demo": {"resources": {"gpus": 2, "minutes": 5}}}
    training = {"device_batch": 1, "save_steps": 3, "gradient_checkpointing": True}
    project.write_study({"engine": engine, "models": resources, "training": training})
    return set()


def touched_files(project: Project) -> set[str]:
    for folder in ("config", "workflow", "resources"):
        for path in (project.folder / folder).rglob("*"):
            path.touch()
    return set()


def two_values_swapped(project: Project) -> set[str]:
    project.write_study({"tunings": {"cnca_sft": {"epochs": 16, "batch_size": 15}}})
    return trained("cnca_sft")


def mining_k(project: Project) -> set[str]:
    project.write_study({"mining": {"norms_per_topic": 2}})
    return high(["top1", "ranked"])


def ranked_top_k(project: Project) -> set[str]:
    project.write_study({"mining": {"ways": {"ranked": {"top_k": 2}}}})
    return low(["ranked"])


def the_split_s_seed(project: Project) -> set[str]:
    """Another seed draws other lenders too."""
    project.write_study({"split": {"seed": SEED + 1}})
    jobs = {"split_items", "score_references"} | {f"split_country {c}" for c in COUNTRIES}
    return jobs | low(["top1", "ranked"]) | taught("sft") | answered(METHODS)


def the_engine_s_version(project: Project) -> set[str]:
    project.edit("workflow/envs/gpu.txt", "vllm==0.32.0", "vllm==0.33.0")
    return low(["top1", "ranked"]) | rejected() | answered(METHODS)


def the_trainer_s_version(project: Project) -> set[str]:
    project.edit("workflow/envs/gpu.txt", "trl==1.16.0", "trl==1.17.0")
    return trained("sft") | trained("cnca_sft") | preferred()


def the_scorer_s_version(project: Project) -> set[str]:
    project.edit("workflow/envs/gpu.txt", "numpy==2.3.5", "numpy==2.3.6")
    return scored(METHODS) | {"score_references"}


EDITS = [
    answers_of_one_country,
    a_country_added,
    a_country_removed,
    a_model_added,
    a_method_added,
    a_method_added_that_needs_norms,
    a_template,
    the_answer_template,
    another_way_s_template,
    a_word_in_a_test_item,
    a_word_in_a_training_item,
    scoring_code,
    a_comment_and_a_docstring,
    a_module_that_two_scripts_import,
    beta,
    runtime_keys,
    touched_files,
    two_values_swapped,
    mining_k,
    ranked_top_k,
    the_split_s_seed,
    the_engine_s_version,
    the_trainer_s_version,
    the_scorer_s_version,
]


@pytest.mark.parametrize("edit", EDITS, ids=lambda edit: edit.__name__)
def test_an_edit_makes_exactly_this_stale(project, edit: Callable[[Project], set[str]]):
    expected = edit(project)
    found = project.planned()
    assert found == expected, {"too many": found - expected, "too few": expected - found}
    assert audited(project) == {job.split()[0] for job in expected if job}


def audited(project: Project) -> set[str]:
    """The rules of which the audit finds results that are not fresh."""
    code = (
        "import json, sys; sys.path.insert(0, 'workflow/scripts');"
        "from mores.audit import audit; from mores.results import every_result;"
        "from mores.settings import load_settings; from mores.specs import Specs;"
        "settings = load_settings(['config/config.yaml', 'study.yaml'], {});"
        "found = audit(every_result(settings, Specs(settings)));"
        "print(json.dumps(sorted({one.rule for one in found if one.state != 'fresh'})))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=project.folder, capture_output=True, text=True, check=True
    )
    return set(json.loads(done.stdout))


def test_the_audit_names_key_module_and_input(project):
    project.write_study({"tunings": {"cnca_dpo": {"beta": 0.2}}})
    with open("workflow/scripts/mores/scoring/cell.py", "a") as stream:
        stream.write("\nCHANGED = True\n")
    done = project.snakemake("audit", target=None)
    assert done.returncode == 0, done.stderr
    told = {line.split()[1]: line for line in done.stdout.splitlines() if line.startswith("stale")}
    adapter = "results/adapters/cnca_dpo/demo/XAV"
    assert told[f"{adapter}:"].endswith(": key settings.beta")
    answers = "results/answers/cnca_dpo/demo/XAV.jsonl"
    assert told[f"{answers}:"].endswith(f": input {adapter} is stale")
    cell = told["results/cells/vanilla/demo/XAV.json:"]
    assert cell.endswith(": module mores/scoring/cell.py")
    stale = Path("work/stale.txt").read_text().split()
    assert {adapter, answers, "results/scores.tsv"} <= set(stale)
    assert "results/answers/vanilla/demo/XAV.jsonl" not in stale


def test_the_audit_tells_what_was_changed_by_hand_is_missing_or_has_no_record(project):
    sheet = Path("results/cells/vanilla/demo/XAV.json")
    content, stat = sheet.read_bytes(), sheet.stat()
    sheet.write_text("{}")
    record = Path("results/made/answers/sft/demo/XBO.jsonl.json")
    hidden = record.rename("record.json")
    gone = Path("results/references-kept.json")
    Path("results/cells/references.json").rename(gone)
    findings = {one.path: one for one in audit(project.results())}
    assert "changed by hand" in findings[str(sheet)].reasons[0]
    assert findings["results/answers/sft/demo/XBO.jsonl"].state == "unknown"
    assert findings["results/cells/sft/demo/XBO.json"].state == "stale"
    assert findings["results/cells/references.json"].state == "missing"
    assert findings["results/cells/vanilla/demo/XBO.json"].state == "fresh"
    gone.rename("results/cells/references.json")
    hidden.rename(record)
    sheet.write_bytes(content)
    os.utime(sheet, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert {one.state for one in audit(project.results())} == {"fresh"}


def test_a_rule_whose_spec_says_nothing_fails_the_matrix(project):
    """The counter-check: break one rule's params, and the edit that it should see goes unseen."""
    spec = 'code=code("train_dpo")'
    whole = "spec=lambda wildcards: SPECS.train_adapter(**wildcards),\n        " + spec
    project.edit("workflow/rules/finetune.smk", whole, 'spec="{{}}",\n        ' + spec)
    assert project.snakemake("--touch", "--forceall").returncode == 0
    assert beta(project) - project.planned() == preferred()


def test_the_audit_still_tells_when_snakemake_s_own_notes_are_lost(project):
    shutil.rmtree(".snakemake")
    expected = beta(project)
    assert project.planned() == set()  # Snakemake is blind to params now
    assert audited(project) == {job.split()[0] for job in expected}
