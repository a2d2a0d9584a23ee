"""A study as one file to archive: its results, how they were made, and what made them."""

import hashlib
import zipfile
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from mores.contents import folder_digest, sha256
from mores.exports.crate import METADATA, Made, Part, crate
from mores.files import whole
from mores.provenance.records import read_record
from mores.rows import json_text
from mores.shipped import ROOT
from mores.study.plan import CONFIG, Result, Study
from mores.study.specs import Specs
from mores.study.specs.telling import settings_told

SHIPPED = ("CITATION.cff", "LICENSE", "Snakefile", "workflow", "resources")
WEIGHTS = ".safetensors"  # of adapters and models: large, and shared on the hub
SETTINGS = "configuration.json"  # of all files and the command line, as far as it shapes results
TOLD = (
    "How close language models are to the values of countries, as the survey {survey} has them, "
    "and what brings them closer: tables, norms, answers, adapters without their weights, a record "
    "of what made each, the configuration, and the workflow. The survey itself is not in it."
)


def archive(study: Study, specs: Specs, there: Sequence[Result], results: Path, out: Path) -> int:
    """Write the crate as a zip; how many files it holds."""
    files = dict(_files(study, specs, results))
    parts = [Part(name, path.stat().st_size, sha256(path)) for name, path in files.items()]
    configured = json_text(settings_told(specs.settings.config)).encode()
    parts.append(Part(SETTINGS, len(configured), hashlib.sha256(configured).hexdigest()))
    survey = specs.bank.survey
    document = crate(
        name=f"A study of language models and the survey {survey}",
        told=TOLD.format(survey=survey),
        date=datetime.now(UTC).date().isoformat(),
        software=folder_digest(ROOT / "workflow", "*.pyc"),
        parts=parts,
        made=[*_made(there)],
    )
    with (
        whole(out) as temporary,
        zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED, strict_timestamps=False) as packed,
    ):
        packed.writestr(METADATA, json_text(document))
        packed.writestr(SETTINGS, configured)
        for name, path in files.items():
            packed.write(path, name)
    return len(parts)


def _files(study: Study, specs: Specs, results: Path) -> Iterator[tuple[str, Path]]:
    """The files by their names in the crate: results, what was configured, the workflow."""
    config = specs.settings.config
    configured = [Path(CONFIG), *study.configfiles, Path(config.survey.bank), Path(config.prompts)]
    for place in [results, *configured]:
        if not place.resolve().is_relative_to(ROOT / "resources"):  # which follows below
            for path in _below(place):
                yield _named(path), path
    for name in SHIPPED:
        for path in _below(ROOT / name):
            yield f"mores/{path.relative_to(ROOT)}", path


def _below(place: Path) -> list[Path]:
    """A file, or those of a folder that are not weights, hidden, or a machine's own."""
    if place.is_file():
        return [place]
    return [
        path
        for path in sorted(place.rglob("*"))
        if path.is_file()
        and path.suffix != WEIGHTS
        and not any(one.startswith((".", "__")) for one in path.relative_to(place).parts[:-1])
        and not path.name.startswith(".")
    ]


def _named(path: Path) -> str:
    """A file's name in the crate: its path in the study's folder, or what it is called."""
    if path.is_absolute() and path.is_relative_to(Path.cwd()):
        path = path.relative_to(Path.cwd())
    outside = path.is_absolute() or ".." in path.parts
    return f"config/{path.name}" if outside else path.as_posix()


def _made(there: Sequence[Result]) -> Iterator[Made]:
    for result in there:
        if record := read_record(result.path):
            ended = datetime.fromtimestamp(Path(result.path).stat().st_mtime, UTC)
            inputs = tuple(record["inputs"])
            yield Made(result.rule, inputs, result.path, ended.isoformat(timespec="seconds"))
