"""How surveys tell countries: by their ISO 3166 codes."""

import re
from collections.abc import Iterable

from mores.errors import InputError, shown

COUNTRY = re.compile(r"[A-Z]{3}")


def check_countries(codes: Iterable[str | None], where: str) -> None:
    """Raise InputError at the first code of a country that is not three capital letters."""
    for code in codes:
        if not COUNTRY.fullmatch(code or ""):
            meant = (code or "").strip().upper()
            mend = f"did you mean {meant}?" if COUNTRY.fullmatch(meant) else "mend it"
            raise InputError(
                f"{where}: {shown(code)} is no country's code, which is three capital letters "
                f"(ISO 3166); {mend}"
            )
