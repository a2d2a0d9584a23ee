"""What files and folders hold, by digest; files are read again only when they seem to differ."""

import hashlib
import os
from pathlib import Path

from mores.canonical import digest
from mores.errors import InputError
from mores.files import write_json
from mores.rows import read_json

CACHE = Path("work/digests")
# Told of what is no longer what a job was planned with.
AGAIN = "changed since this run was planned; run again, and what it shapes is made anew"
# What Snakemake puts into folders that its rules make.
SNAKEMAKE = ".snakemake_timestamp"


def sha256(path: str | Path) -> str:
    """SHA-256 of a file's bytes, as 64 hexadecimal digits."""
    with open(path, "rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def file_digest(path: str | Path) -> str:
    """SHA-256 of a file, read only if its size or a time is new; a fresh clone's is what it was.

    The time of its last change (ctime) counts too: no program can set that one back.
    """
    path = Path(path).resolve()
    cache = CACHE / f"{hashlib.sha256(str(path).encode()).hexdigest()[:16]}.json"
    stat = path.stat()
    times = [stat.st_mtime_ns, stat.st_ctime_ns]
    now = {"path": str(path), "size": stat.st_size, "times": times}
    known = read_json(cache) if cache.exists() else {}
    if {key: known.get(key) for key in now} == now:
        return known["digest"]
    found = sha256(path)
    write_json(cache, now | {"digest": found})
    return found


def folder_digest(folder: str | Path, *left_out: str) -> str:
    """Digest of the names and contents of a folder's files, hidden ones and some patterns aside."""
    folder, files = Path(folder), {}
    for below, _, names in os.walk(folder, followlinks=True):
        for path in sorted(Path(below, name) for name in names):
            name = path.relative_to(folder)
            hidden = any(part.startswith(".") for part in name.parts)
            if not hidden and not any(path.match(one) for one in left_out):
                files[str(name)] = file_digest(path)
    return digest(files)


def content_digest(path: str | Path) -> str:
    """Digest of a result: of a file, or of all files in a folder, read whatever their times."""
    path = Path(path)
    if not path.is_dir():
        return sha256(path)
    files = sorted(one for one in path.rglob("*") if one.is_file() and one.name != SNAKEMAKE)
    return digest({str(one.relative_to(path)): sha256(one) for one in files})


def seal(folder: Path, made: Path) -> None:
    """Note beside a folder what it is to hold: what has been made, there or elsewhere."""
    write_json(_seal(folder), content_digest(made))


def is_sealed(folder: Path) -> bool:
    """Whether a folder holds what was noted when it was sealed; no, if it never was."""
    try:
        return folder.is_dir() and read_json(_seal(folder)) == content_digest(folder)
    except (InputError, OSError):  # no note, or what cannot be read
        return False


def _seal(folder: Path) -> Path:
    return folder.with_name(f"{folder.name}.json")
