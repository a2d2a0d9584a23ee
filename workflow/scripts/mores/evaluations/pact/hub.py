"""A data set by its id on the Hugging Face hub, from its cache where the host is offline."""

import re
from pathlib import Path

from mores.errors import InputError

ID = re.compile(r"[\w.-]+/[\w.-]+")


def files_of(path: Path, revision: str | None) -> list[Path]:
    """The CSV files of a path, or of the data set of that id; InputError where there is neither."""
    if path.is_file():
        return [path]
    if path.suffix == ".csv" or not ID.fullmatch(str(path)):
        raise InputError(f"{path}: no such file, nor the id of a data set; check `path`")
    from huggingface_hub import snapshot_download

    try:
        folder = snapshot_download(
            str(path), repo_type="dataset", revision=revision, allow_patterns="*.csv"
        )
    except (OSError, ValueError) as error:  # the hub's own errors are kinds of these
        told = str(error).splitlines()[0]
        raise InputError(
            f"{path}: no file of this name, and no data set of this id could be had ({told}); "
            "download it and name its file under `path`"
        ) from None
    found = sorted(Path(folder).rglob("*.csv"))
    if not found:
        raise InputError(f"{path}: this data set has no CSV file; download it and name a file")
    return found
