"""What every script in workflow/scripts does around its own work."""

import errno
import logging
import sys
from collections.abc import Callable
from pathlib import Path

from mores.errors import EngineError, InputError
from mores.stop import end_on_sigterm

# What is wrong with a place to write to, and the mend.
PLACES = {
    errno.ENOSPC: "free some space and run again",
    errno.EDQUOT: "free some of your quota and run again",
    errno.EROFS: "make it writable and run again",
    errno.EACCES: "get the right to it and run again",
    errno.EPERM: "get the right to it and run again",
}


def run(main: Callable[[], None]) -> None:
    """Call `main`; errors a user can mend end in one line and exit status 1, no traceback.

    So does SIGTERM, with its own status.
    """
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    end_on_sigterm()
    try:
        main()
    except (InputError, EngineError) as error:
        logging.getLogger("mores").error("%s", error)
        sys.exit(1)
    except OSError as error:
        if error.errno not in PLACES:
            raise
        told = (error.filename or "a file", error.strerror, PLACES[error.errno])
        logging.getLogger("mores").error("%s: %s; what was written before is kept: %s", *told)
        sys.exit(1)


def log_to(path: str | None) -> None:
    """Write the log to `path` as well as to standard error."""
    if path is None:
        return
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    handler = logging.FileHandler(path, mode="w")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    logging.getLogger().addHandler(handler)
