"""Content digests of files, read again only when their size or time changed."""

import hashlib
from pathlib import Path

from mores.files import digest, digest_file, read_json, write_json

CACHE = Path("work/digests")


def file_digest(path: str | Path) -> str:
    """SHA-256 of a file; a touched or freshly cloned file has the digest it had."""
    path = Path(path).resolve()
    cache = CACHE / f"{hashlib.sha256(str(path).encode()).hexdigest()[:16]}.json"
    stat = path.stat()
    now = {"path": str(path), "size": stat.st_size, "time": stat.st_mtime_ns}
    known = read_json(cache) if cache.exists() else {}
    if {key: known.get(key) for key in now} == now:
        return known["digest"]
    found = digest_file(path)
    write_json(cache, now | {"digest": found})
    return found


def folder_digest(folder: str | Path, suffixes: set[str]) -> str:
    """Digest of the names and contents of a folder's files with one of the suffixes."""
    paths = sorted(path for path in Path(folder).iterdir() if path.suffix in suffixes)
    return digest({path.name: file_digest(path) for path in paths})
