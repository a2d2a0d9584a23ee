"""What every script in workflow/scripts does around its own work."""

import logging
import sys
from collections.abc import Callable
from pathlib import Path

from mores.errors import EngineError, InputError


def run(main: Callable[[], None]) -> None:
    """Call `main`; errors a user can mend end in one line and exit status 1, no traceback."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    try:
        main()
    except (InputError, EngineError) as error:
        logging.getLogger("mores").error("%s", error)
        sys.exit(1)


def log_to(path: str | None) -> None:
    """Write the log to `path` as well as to standard error."""
    if path is None:
        return
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    handler = logging.FileHandler(path, mode="w")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    logging.getLogger().addHandler(handler)
