"""Progress on standard error: a bar on a terminal, a line now and then elsewhere."""

import sys

LINE_SECONDS = 20


class Lines:
    """A stream that turns a bar's redrawings into lines, for logs."""

    def write(self, text: str) -> None:
        if drawn := text.strip("\r\n "):
            sys.stderr.write(drawn + "\n")

    def flush(self) -> None:
        sys.stderr.flush()


def progress(label: str, total: int, done: int):
    """A tqdm of `total` requests, `done` of them before: requests/s and the time left."""
    from tqdm import tqdm

    terminal = sys.stderr.isatty()
    return tqdm(
        desc=label,
        total=total,
        initial=done,
        unit="request",
        file=sys.stderr if terminal else Lines(),
        ncols=None if terminal else 100,
        mininterval=0.5 if terminal else LINE_SECONDS,
        disable=done == total,
    )
