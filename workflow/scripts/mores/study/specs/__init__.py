"""What each rule's result depends on, besides its input files and its code: a typed spec a rule.

Survey, item bank, country names, templates and models enter by the content a rule uses of them,
never by a file's time, so that a fresh clone or a touched file makes nothing stale. The engine's
settings do not enter at all. A job checks what it reads against its spec.
"""

from mores.study.specs.making import Making
from mores.study.specs.telling import Telling


class Specs(Making, Telling):
    """The specs of all rules of a checked configuration (see `mores.study.checks`)."""
