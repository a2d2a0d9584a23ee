"""The errors a user can mend."""


class InputError(ValueError):
    """Bad input: the message names the file, row or key, what is wrong, and the mend."""


class EngineError(RuntimeError):
    """The engine failed: the message names the server's log."""
