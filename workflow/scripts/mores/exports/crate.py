"""A study as an RO-Crate: what its files are, and which made which.

RO-Crate 1.2 (https://w3id.org/ro/crate/1.2) with the profile Process Run Crate 0.5: each job is a
`CreateAction` from what it read to what it wrote, as the records beside the results tell.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import quote

METADATA = "ro-crate-metadata.json"
SPECIFICATION = "https://w3id.org/ro/crate/1.2"
PROFILE = "https://w3id.org/ro/wfrun/process/0.5"
SOFTWARE = "mores/workflow/Snakefile"
LICENCE = (
    "No licence is given yet. The survey's and the models' terms decide what may be shared; name "
    "the licence here before this is published."
)
KINDS = {
    ".tsv": "text/tab-separated-values",
    ".csv": "text/csv",
    ".json": "application/json",
    ".jsonl": "application/jsonl",
    ".parquet": "application/vnd.apache.parquet",
    ".html": "text/html",
    ".yaml": "application/yaml",
    ".md": "text/markdown",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".py": "text/x-python",
}


@dataclass(frozen=True)
class Part:
    """A file of the crate: its path there, bytes, and SHA-256."""

    path: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Made:
    """A job: its rule, what it read and wrote, as paths in the crate, and when it had ended."""

    rule: str
    inputs: tuple[str, ...]
    output: str
    ended: str


def crate(
    name: str, told: str, date: str, software: str, parts: Iterable[Part], made: Iterable[Made]
) -> dict[str, Any]:
    """The metadata document. `date` is that of the crate, `software` the digest of the code.

    Of what a job read, that which is no part of the crate (weights of adapters) is left out.
    """
    files = {part.path: _file(part) for part in parts}
    within = _within(files)
    actions = [_action(one, within) for one in made if one.output in within]
    files[SOFTWARE] |= {
        "@type": ["File", "SoftwareSourceCode", "ComputationalWorkflow"],
        "name": "mores",
        "programmingLanguage": "Snakemake",
        "version": software,
    }
    root = {
        "@id": "./",
        "@type": "Dataset",
        "name": name,
        "description": told,
        "datePublished": date,
        "license": LICENCE,
        "conformsTo": _ref(PROFILE),
        "hasPart": [_ref(_id(path)) for path in files],
        "mentions": [_ref(action["@id"]) for action in actions],
    }
    return {
        "@context": f"{SPECIFICATION}/context",
        "@graph": [
            {
                "@id": METADATA,
                "@type": "CreativeWork",
                "about": _ref("./"),
                "conformsTo": _ref(SPECIFICATION),
            },
            root,
            {
                "@id": PROFILE,
                "@type": ["CreativeWork", "Profile"],
                "name": "Process Run Crate",
                "version": "0.5",
            },
            *files.values(),
            *actions,
        ],
    }


def _file(part: Part) -> dict[str, Any]:
    suffix = "." + part.path.rpartition(".")[2]
    kind = {"encodingFormat": KINDS[suffix]} if suffix in KINDS else {}
    return {
        "@id": _id(part.path),
        "@type": "File",
        "name": part.path,
        "contentSize": str(part.size),
        "sha256": part.sha256,
        **kind,
    }


def _within(files: Iterable[str]) -> dict[str, list[str]]:
    """By path of a file or folder the files in it."""
    found: dict[str, list[str]] = {}
    for file in files:
        for path in (file, *map(str, PurePosixPath(file).parents)):
            found.setdefault(path, []).append(file)
    return found


def _action(one: Made, within: dict[str, list[str]]) -> dict[str, Any]:
    read = [_ref(_id(file)) for path in one.inputs for file in within.get(path, [])]
    return {
        "@id": f"#{quote(one.output)}",
        "@type": "CreateAction",
        "name": one.rule,
        "instrument": _ref(_id(SOFTWARE)),
        "object": read,
        "result": [_ref(_id(file)) for file in within[one.output]],
        "endTime": one.ended,
    }


def _id(path: str) -> str:
    return quote(path)


def _ref(name: str) -> dict[str, str]:
    return {"@id": name}
