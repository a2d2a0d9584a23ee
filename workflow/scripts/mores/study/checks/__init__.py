"""What is wrong with a configuration beyond its form, told before any job starts."""

from mores.errors import InputError
from mores.study.checks import asking, engine, files
from mores.study.limits import misfits
from mores.study.settings import Settings


def check(settings: Settings) -> None:
    """Raise one InputError that lists every file, endpoint or country that a run would miss."""
    faults = [
        *files.files(settings),
        *files.models(settings),
        *asking.evaluations(settings),
        *asking.methods(settings),
        *asking.norm_effects(settings),
        *asking.replicates(settings),
        *asking.guardrails(settings),
        *asking.contrasts(settings),
        *asking.hypotheses(settings),
        *asking.tunings(settings),
        *engine.training(settings),
        *engine.server_args(settings),
        *engine.endpoints(settings),
    ]
    faults = faults or [*misfits(settings)]  # which looks up what the others have found to be there
    if faults:
        listed = "\n".join(f"  {fault}" for fault in faults)
        raise InputError(f"the configuration has {len(faults)} fault(s):\n{listed}")
