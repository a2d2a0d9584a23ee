from pathlib import Path

import pytest

from mores.fingerprint import code_digest, import_closure, template_digest

ROOT = Path(__file__).parents[2]
SCRIPTS = ROOT / "workflow/scripts"

FILES = {
    "stage.py": (
        '"""Say."""\nimport json\n\nfrom kit.work import go\n\n\n'
        'def main():\n    """Go."""\n    go()\n'
    ),
    "kit/__init__.py": '"""Kit."""\n',
    "kit/work.py": (
        "from . import near\n\n\ndef go():\n    from kit.lazy import late  # when needed\n\n"
        "    return late(near.HERE)\n"
    ),
    "kit/lazy.py": "import kit.deep.well\n\n\ndef late(x):\n    return x\n",
    "kit/near.py": "HERE = None\n",
    "kit/deep/__init__.py": "DEPTH = 1\n",
    "kit/deep/well.py": "WATER = 1\n",
    "kit/unused.py": "IDLE = 1\n",
    "other.py": "import kit.unused\n",
}


@pytest.fixture
def scripts(tmp_path):
    """Make a folder of scripts; each call is a fresh one, since digests are kept by path."""
    count = iter(range(100))

    def make(**edits: tuple[str, str]) -> Path:
        folder = tmp_path / str(next(count))
        for name, text in FILES.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            old, new = edits.get(name.replace("/", "_").removesuffix(".py"), ("", ""))
            assert old in text
            path.write_text(text.replace(old, new) if old else text)
        return folder / "stage.py"

    return make


def test_the_closure_follows_imports_in_functions_packages_and_relative_ones(scripts):
    script = scripts()
    found = {str(path.relative_to(script.parent)) for path in import_closure(script)}
    assert found == set(FILES) - {"kit/unused.py", "other.py"}


@pytest.mark.parametrize(
    "edit",
    [
        {"stage": ('"""Go."""', '"""Go on, in other words."""')},
        {"stage": ('    """Go."""\n', "")},
        {"stage": ('"""Say."""', "# Say")},
        {"kit_work": ("  # when needed", "")},
        {"kit_work": ("late(near.HERE)", "late(\n        near.HERE\n    )")},
        {"kit_unused": ("1", "2")},
    ],
)
def test_words_and_layout_and_what_is_not_imported_do_not_count(scripts, edit):
    assert code_digest(scripts(**edit)) == code_digest(scripts())


@pytest.mark.parametrize(
    "edit",
    [
        {"stage": ("    go()", "    go(), go()")},
        {"kit_lazy": ("return x", "return -x")},
        {"kit_near": ("None", "False")},
        {"kit_deep___init__": ("1", "2")},
        {"kit_deep_well": ("1", "1.0")},
        {"kit_deep_well": ("1", "'1'")},
    ],
)
def test_code_counts_wherever_it_is_imported(scripts, edit):
    assert code_digest(scripts(**edit)) != code_digest(scripts())


def test_scoring_code_does_not_make_answers_stale():
    """The closures of the real scripts, which share no more than they must."""
    answering = {path.name for path in import_closure(SCRIPTS / "answer_items.py")}
    scoring = import_closure(SCRIPTS / "score_cell.py")
    assert "generate.py" in answering
    assert not any("scoring" in path.parts for path in import_closure(SCRIPTS / "answer_items.py"))
    assert not any("engine" in path.parts for path in scoring)


def test_a_template_counts_with_what_it_includes(tmp_path):
    def digest_of(main: str, part: str) -> str:
        folder = tmp_path / str(len(list(tmp_path.iterdir())))
        folder.mkdir()
        (folder / "main.j2").write_text(main)
        (folder / "part.j2").write_text(part)
        return template_digest(folder, "main")

    main = "Answer. {% include 'part.j2' %}"
    assert digest_of(main, "one") == digest_of(main, "one")
    assert digest_of(main, "one") != digest_of(main, "two")
    assert digest_of("Answer.", "one") == digest_of("Answer.", "two")
