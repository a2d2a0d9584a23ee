"""The commands that README and docs show, page by page, in the order in which they stand."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
# What begins a command; and the languages of blocks, of which `sh` alone has commands.
PROGRAMS = ("snakemake", "make", "python", "pytest", "pip", "vllm", "git", "cd", "hf", ".")
LANGUAGES = {"sh", "yaml", "python", "text", "", "{toctree}"}
FENCE = re.compile(r"^([ >]*)```([^\n]*)\n(.*?)^\1```$", re.M | re.S)


def commands() -> list[tuple[str, str]]:
    """Every command of a block of shell, on one line, with its page."""
    found = []
    for page in PAGES:
        for _, language, block in FENCE.findall(page.read_text(encoding="utf-8")):
            if language == "sh":
                lines = re.sub(r"\\\n\s*", " ", block).splitlines()
                parts = [one for line in lines for one in line.partition(" #")[0].split("&&")]
                found += [(page.name, part) for one in parts if (part := " ".join(one.split()))]
    return [(page, command) for page, command in found if not command.startswith("#")]


def hidden() -> list[tuple[str, str]]:
    """Lines that look like commands where nothing is looked for: a fault each."""
    found = []
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        for _, language, block in FENCE.findall(text):
            if language not in LANGUAGES:
                found.append((page.name, f"```{language}"))
            if language != "sh":
                found += [(page.name, line) for line in block.splitlines() if _is_command(line)]
        bare = FENCE.sub("", text).splitlines()
        indented = [line for line in bare if line.startswith(("    ", "\t"))]
        found += [(page.name, line) for line in indented if _is_command(line)]
    return found


def _is_command(line: str) -> bool:
    words = line.removeprefix("$ ").split()
    return len(words) > 1 and words[0] in PROGRAMS
