"""One text, and one digest, for values that are equal."""

import hashlib
import json
from typing import Any


def canonical(value: Any) -> str:
    """One JSON string for equal values: keys sorted, no spaces."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def digest(value: Any) -> str:
    """SHA-256 of the canonical JSON of `value`, as 64 hexadecimal digits.

    Keys of a mapping are sorted: where their order counts, give a list of pairs.
    """
    return hashlib.sha256(canonical(value).encode()).hexdigest()
