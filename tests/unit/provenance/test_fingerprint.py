"""Digests of code: of packages made here, and of the real scripts."""

import re
import tomllib
from pathlib import Path

import pytest

from mores.provenance import fingerprint
from mores.provenance.fingerprint import HOW, SCRIPTS, import_closure, module_digests, step_modules

ROOT = Path(__file__).parents[3]

FILES = {
    "stage.py": (
        '"""Say."""\nimport json\n\nfrom mores.kit.work import go\n'
        "from mores.runner import run\n\n\n"
        'def main():\n    """Go."""\n    go()\n'
    ),
    "mores/__init__.py": '"""All."""\n',
    "mores/kit/__init__.py": '"""Kit."""\n',
    "mores/kit/work.py": (
        "from typing import TYPE_CHECKING\n\nfrom . import near\n\n"
        "if TYPE_CHECKING:\n    from mores.kit.checked import Kind\n\n\n"
        "def go(times: int = 1):\n    from mores.kit.lazy import late  # when needed\n\n"
        "    return late(near.HERE)\n"
    ),
    "mores/kit/lazy.py": "import mores.kit.deep.well\n\n\ndef late(x):\n    return x\n",
    "mores/kit/near.py": (
        'from mores.files import whole\n\nHERE = None\n\n\nclass Near:\n    """A place."""\n\n'
        '    how: int = 3\n    """How near."""\n'
    ),
    "mores/kit/deep/__init__.py": "DEPTH = 1\n",
    "mores/kit/deep/well.py": "WATER = 1\n",
    "mores/kit/checked.py": "KIND = 1\n",
    "mores/kit/unused.py": "IDLE = 1\n",
    "mores/files.py": "WHOLE = 1\n",
    "mores/runner.py": "import mores.kit.unused\n",
    "mores/engine/__init__.py": "",
    "mores/engine/ask.py": "PATIENCE = 1\n",
    "other.py": "import mores.kit.unused\n",
}
IMPORTED = set(FILES) - {
    *("mores/kit/checked.py", "mores/kit/unused.py", "mores/files.py", "mores/runner.py"),
    *("mores/engine/__init__.py", "mores/engine/ask.py", "other.py"),
}


@pytest.fixture
def scripts(tmp_path, monkeypatch):
    """Make a folder of scripts; each call is a fresh one, since digests are kept by path."""
    monkeypatch.chdir(tmp_path)
    count = iter(range(100))

    def make(name: str = "stage.py", old: str = "", new: str = "") -> Path:
        folder = tmp_path / str(next(count))
        for file, text in FILES.items():
            path = folder / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        assert old in FILES[name], f"{name} has no {old!r}"
        (folder / name).write_text(FILES[name].replace(old, new, 1) if old else FILES[name])
        monkeypatch.setattr(fingerprint, "SCRIPTS", folder)
        return folder / "stage.py"

    return make


def changed(scripts, *edit: str) -> set[str]:
    """The files whose digest an edit changes, or that it adds or takes away."""
    before, after = module_digests(scripts()), module_digests(scripts(*edit))
    return {name for name in {*before, *after} if before.get(name) != after.get(name)}


def test_the_closure_follows_imports_in_functions_packages_and_relative_ones(scripts):
    script = scripts()
    found = {str(path.relative_to(script.parent)) for path in import_closure(script)}
    assert found == IMPORTED


@pytest.mark.parametrize(
    "edit",
    [
        ("stage.py", '"""Go."""', '"""Go on, in other words."""'),
        ("stage.py", '    """Go."""\n', ""),
        ("stage.py", '"""Say."""', "# Say"),
        ("stage.py", "import json\n\n", "import json\n\n\n\n# What is imported:\n"),
        ("mores/kit/work.py", "  # when needed", ""),
        ("mores/kit/work.py", "late(near.HERE)", "late(\n        near.HERE\n    )"),
        ("mores/kit/near.py", '"""How near."""', '"""How near, in metres."""'),
        ("mores/kit/near.py", '    """How near."""\n', ""),
        ("mores/kit/near.py", '    """A place."""\n\n', ""),
        ("mores/kit/work.py", "checked import Kind", "unused import IDLE"),
        (
            "mores/kit/work.py",
            "if TYPE_CHECKING:\n    from mores.kit.checked import Kind\n\n\n",
            "",
        ),
        ("mores/kit/checked.py", "1", "2"),
        ("mores/kit/unused.py", "1", "2"),
        ("mores/files.py", "1", "2"),
        ("mores/runner.py", "unused", "checked"),
    ],
)
def test_words_layout_types_and_what_is_not_imported_do_not_count(scripts, edit):
    assert changed(scripts, *edit) == set()


@pytest.mark.parametrize(
    "edit",
    [
        ("stage.py", "    go()", "    go(), go()"),
        ("stage.py", "    go()", '    go("""Go.""")'),
        ("mores/kit/lazy.py", "return x", "return -x"),
        ("mores/kit/work.py", "times: int = 1", "times: int = 2"),
        ("mores/kit/work.py", "times: int = 1", "times: float = 1"),
        ("mores/kit/near.py", "None", "False"),
        ("mores/kit/near.py", "how: int = 3", "how: int = 4"),
        ("mores/kit/deep/__init__.py", "1", "2"),
        ("mores/kit/deep/well.py", "1", "1.0"),
        ("mores/kit/deep/well.py", "1", "'1'"),
        ("mores/kit/deep/well.py", "1", "True"),
    ],
)
def test_code_counts_wherever_it_is_imported(scripts, edit):
    assert changed(scripts, *edit) == {edit[0]}


def test_a_changed_import_counts_with_what_it_brings(scripts):
    edit = ("mores/kit/lazy.py", "mores.kit.deep.well", "mores.kit.unused")
    gone = {"mores/kit/deep/__init__.py", "mores/kit/deep/well.py"}
    assert changed(scripts, *edit) == {"mores/kit/lazy.py", "mores/kit/unused.py"} | gone


def test_an_import_that_runs_where_types_are_not_checked_counts(scripts):
    edit = ("mores/kit/work.py", "Kind\n", "Kind\nelse:\n    from mores.kit import unused\n")
    found = changed(scripts, *edit)
    assert {"mores/kit/work.py", "mores/kit/unused.py"} <= found


def test_of_the_other_side_nothing_is_found_however_it_is_imported(scripts):
    for line in (
        "import mores.engine.ask",
        "from mores.engine import ask",
        "from mores import engine",
        "from mores.engine.ask import PATIENCE",
    ):
        edit = ("mores/kit/lazy.py", "def late", f"{line}\n\n\ndef late")
        assert changed(scripts, *edit) == {"mores/kit/lazy.py"}


def steps() -> list[str]:
    """The rules whose scripts run a step."""
    scripts = SCRIPTS.glob("*.py")
    return sorted(one.stem for one in scripts if "from mores.runner import run" in one.read_text())


def test_each_rule_with_a_spec_runs_a_step():
    rules = "".join(path.read_text() for path in (ROOT / "workflow/rules").glob("*.smk"))
    named = set(re.findall(r'\*\*step\("(\w+)"', rules))
    figures = (ROOT / "workflow/scripts/mores/study/figures.py").read_text()  # rules in a loop
    drawings = re.findall(r'(?:^        |Figure\()"(\w+)"', figures, re.M)
    assert sorted(named | {f"draw_{one}" for one in drawings}) == steps()
    assert all((ROOT / f"workflow/report/{one}.rst").exists() for one in drawings)


@pytest.mark.parametrize("rule", steps())
@pytest.mark.parametrize(
    "by_name",
    [
        None,
        "mores.method.objectives.sft",
        "mores.evaluations.choices.ask",
        "mores.evaluations.pact.ask",
    ],
)
def test_the_code_of_a_step_is_of_its_own_side(rule, by_name):
    found = step_modules(rule, by_name)
    parts = {name.removesuffix(".py").split("/")[1] for name in found if name.startswith("mores/")}
    assert not parts & {*HOW, "demo"}
    assert {f"{rule}.py", "mores/__init__.py", "mores/rows.py"} <= found.keys()
    assert {name for name in found if not name.startswith("mores/")} == {f"{rule}.py"}


def test_the_sides_are_the_linters_and_hold_all_there_is():
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wall, *_ = settings["tool"]["importlinter"]["contracts"]
    assert wall["type"] == "forbidden"
    forbidden, sources = set(wall["forbidden_modules"]), set(wall["source_modules"])
    assert forbidden == {f"mores.{name}" for name in HOW} | {"mores.demo"}
    package = SCRIPTS / "mores"
    there = {path.stem for path in package.iterdir() if path.suffix == ".py" or path.is_dir()}
    named = {name.removeprefix("mores.") for name in forbidden | sources}
    assert named == there - {"__init__", "__pycache__"}


def test_scoring_code_does_not_make_answers_stale():
    """The closures of the real scripts, which share no more than they must."""
    kind = "mores.evaluations.survey"
    answering = step_modules("answer_items", f"{kind}.ask")
    scoring = step_modules("score_cell", f"{kind}.score")
    tabling = step_modules("score_table", f"{kind}.table")
    assert "mores/evaluations/survey/table.py" in tabling
    assert "mores/scoring/table.py" not in scoring
    assert not any("choices" in name for name in [*answering, *scoring, *tabling])
    assert {"mores/method/answers.py", "mores/method/chat.py"} <= answering.keys()
    assert not any("scoring" in name or "score" in name for name in answering)
    assert "mores/scoring/cell.py" in scoring
    assert "mores/method/answers.py" not in scoring


def test_an_objectives_code_is_in_its_own_trainings_alone(tmp_path, monkeypatch):
    def trained(edited: str | None = None) -> dict[str, dict[str, str]]:
        folder = tmp_path / str(edited)
        for path in SCRIPTS.rglob("*.py"):
            copy = folder / path.relative_to(SCRIPTS)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(path.read_bytes())
        monkeypatch.setattr(fingerprint, "SCRIPTS", folder)
        monkeypatch.setattr(fingerprint, "ROWS", folder / "mores/rows.py")
        if edited:
            module = folder / f"mores/method/objectives/{edited}.py"
            module.write_text(module.read_text() + "\nMORE = 1\n")
        named = {one: f"mores.method.objectives.{one}" for one in ("sft", "dpo")}
        return {one: step_modules("train_adapter", name) for one, name in named.items()}

    before, dpo, common = trained(), trained("dpo"), trained("common")
    assert dpo["sft"] == before["sft"]
    assert dpo["dpo"] != before["dpo"]
    assert common["sft"] != before["sft"] and common["dpo"] != before["dpo"]
    assert "mores/method/objectives/dpo.py" not in before["sft"]
    assert "mores/method/objectives/sft.py" in before["sft"]


def test_a_module_beside_the_scripts_counts(scripts):
    script = scripts()
    script.write_text(script.read_text() + "\nimport rounding\n")
    beside = script.with_name("rounding.py")
    beside.write_text("DIGITS = 4\n")
    assert "rounding.py" in module_digests(script)


def as_another_job() -> None:
    """Forget what this process knows of code."""
    for known in (fingerprint._facts, import_closure, module_digests):
        known.cache_clear()


def test_a_text_that_was_once_parsed_is_not_parsed_again(scripts, monkeypatch):
    script, parsed = scripts(), []
    found = module_digests(script)
    as_another_job()
    with monkeypatch.context() as patch:
        patch.setattr(fingerprint, "_plain", parsed.append)
        assert module_digests(script) == found and not parsed
    file = script.parent / "mores/kit/lazy.py"
    file.write_text(file.read_text().replace("return x", "return -x"))
    as_another_job()
    after = module_digests(script)
    assert {name for name in found if found[name] != after[name]} == {"mores/kit/lazy.py"}


def test_what_was_kept_by_other_rules_is_not_believed(scripts, monkeypatch):
    script, parsed = scripts(), []
    module_digests(script)
    as_another_job()
    monkeypatch.setattr(fingerprint, "_own_code", lambda: "another day's")
    monkeypatch.setattr(fingerprint, "_plain", parsed.append)
    module_digests(script)
    assert len(parsed) == len(IMPORTED)
