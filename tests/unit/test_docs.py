"""The site: built without a warning, its reference complete, its tutorial's output the demo's."""

import importlib.util
import re
import subprocess
import sys
from pathlib import Path

import pytest
from documented import commands, hidden
from snakemake.cli import get_argument_parser
from studies import LISTED
from studies import TOPICS as BY_TOPIC

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"


@pytest.fixture(scope="module")
def reference():
    spec = importlib.util.spec_from_file_location("reference", DOCS / "reference.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_site_is_built_without_a_warning_and_every_link_in_it_leads_somewhere(tmp_path):
    command = [sys.executable, "-m", "sphinx", "-b", "html", "-W", "--keep-going", "-n", "-q"]
    done = subprocess.run(
        [*command, "-d", tmp_path / "trees", DOCS, tmp_path / "html"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    pages = {path.resolve() for path in (tmp_path / "html").rglob("*.html")}
    for page in pages:
        for link in re.findall(r'href="([^":#?]+\.html)', page.read_text(encoding="utf-8")):
            assert (page.parent / link).resolve() in pages, (page.name, link)


def test_every_page_has_its_place_in_the_index():
    index = (DOCS / "index.md").read_text(encoding="utf-8")
    listed = set(re.findall(r"^([\w/]+)$", index, re.M))
    pages = {str(path.relative_to(DOCS).with_suffix("")) for path in DOCS.rglob("*.md")}
    assert pages - {"index"} <= listed
    assert len(listed) == len(re.findall(r"^([\w/]+)$", index, re.M))


def test_no_line_is_too_long_to_be_read():
    """Else prose hides in a table's cells."""
    for page in [ROOT / "README.md", *DOCS.glob("*.md")]:
        lines = page.read_text(encoding="utf-8").splitlines()
        assert max(map(len, lines)) < 300, page.name


def test_every_column_of_every_table_is_explained(reference):
    told = reference.tables()
    for name, (_, columns) in reference.TABLES.items():
        section = told.partition(f"## {name}\n")[2].partition("\n## ")[0]
        assert re.findall(r"^- `(\w+)`: \S", section, re.M) == list(columns)


def test_lists_have_the_columns_that_the_reference_says(reference):
    assert (reference.ITEMS, reference.TOPICS) == (LISTED, BY_TOPIC)


def test_a_column_that_no_page_explains_is_a_fault(reference):
    with pytest.raises(KeyError, match="says nothing of brand_new"):
        reference.explained("scores", ("alignment", "brand_new"))


@pytest.mark.parametrize(
    ("cell", "column", "named"),
    [
        ("`accurate`, `specific`, `_low`", "specific_low", True),
        ("`likelihood_min`, `_max`", "likelihood_max", True),
        ("`invalid_cut` ... `invalid_ambiguous`", "invalid_refused", True),
        ("`*_low`, `*_high`", "distance_high", True),
        ("`delta`, `low`", "delta_low", False),
    ],
)
def test_names_of_columns_are_read_as_a_reader_does(reference, cell, column, named):
    assert reference._names(cell, column) is named


def test_keys_and_rules_of_the_code_are_all_there(reference):
    keys = reference.configuration()
    assert "- `max_model_len` (integer" in keys and "`norms_per_topic`" in keys
    told = reference.rules()
    rules = [
        rule
        for path in (ROOT / "workflow/rules").glob("*.smk")
        for rule in re.findall(r"^rule (\w+):", path.read_text(encoding="utf-8"), re.M)
    ]
    assert len(rules) > 30
    for rule in rules:
        assert f"### `{rule}`\n" in told


def test_commands_stand_in_blocks_of_shell_where_they_are_looked_for():
    """tests/e2e/test_documented.py tries them; what stands elsewhere nobody would."""
    assert hidden() == []
    assert len(commands()) > 60


def test_what_commands_name_is_there(reference):
    """Targets are rules or results, scripts and configurations are files, make has its targets."""
    parser = get_argument_parser()
    rules = set(re.findall(r"^### `(\w+)`", reference.rules(), re.M))
    rules |= set(re.findall(r"^rule (\w+):", (ROOT / "workflow/Snakefile").read_text(), re.M))
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.M))
    for page, command in commands():
        first, *words = command.removeprefix("exec ").split()
        if first == "make":
            assert {word for word in words if "=" not in word} <= targets, (page, command)
        elif first == "snakemake":
            # As Snakemake reads it: `--configfile FILE target` would be two files and no target.
            given = parser.parse_args(words)
            named = [*map(str, given.configfile), *(given.profile or [])]
            named += [str(given.snakefile)] if given.snakefile else []
            files = [ROOT / one.removeprefix("mores/") for one in named if one != "study.yaml"]
            assert all(file.exists() for file in files), (page, command)
            assert all(one in rules or "/" in one for one in given.targets), (page, command)
        elif first == "python" and words[0].startswith("workflow/"):
            assert (ROOT / words[0]).is_file(), (page, command)


def test_the_tutorial_tells_the_numbers_of_the_readme():
    """Both show the same run: each method's score, its interval, and its difference."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    tutorial = (DOCS / "tutorial.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (?:reference )?`(\w+)`[^|]*\|([^|]*)\|([^|]*)\|([^|]*)\|", readme, re.M)
    shown = {
        fields[1]: fields[2:]
        for fields in map(str.split, tutorial.splitlines())
        if len(fields) > 4 and fields[0] in ("demo", "reference")
    }
    assert len(rows) > 8
    for method, score, interval, delta in rows:
        if method in shown:
            told = [
                score.strip(),
                *interval.split(),
                *([delta.strip().lstrip("+")] * bool(delta.strip())),
            ]
            assert shown[method][: len(told)] == told
