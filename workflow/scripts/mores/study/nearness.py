"""The countries that are nearest and farthest by their answers, from whom norms may be lent."""

from functools import cache

from mores.contents import file_digest
from mores.errors import InputError
from mores.method.items import load_bank
from mores.provenance.surveys import stored_marginals
from mores.scoring.neighbours import distances
from mores.shipped import locate
from mores.study.config import Survey
from mores.study.settings import Settings
from mores.survey.answered import answers_by_country
from mores.survey.split import Split, split_items

TURNS = {"nearest": 1, "farthest": -1}


def by_nearness(settings: Settings, which: str, country: str) -> str:
    """The other country of the pool whose top answers are most, or least, like a country's own.

    They are those to the training items of the study's own split, as norms are mined from
    (`mores.scoring.neighbours`); of two that are as far the one whose code comes first.
    """
    survey = settings.config.survey
    contents = tuple(file_digest(locate(path)) for path in (survey.path, survey.bank))
    apart = _apart(survey, contents, settings.config.split, settings.pool)[country]
    if not apart:
        raise InputError(
            f"methods: {country} has no {which} country: no other of the configuration has answers "
            f"to the same training items in {survey.path}; name one by its code"
        )
    return min(apart, key=lambda other: (TURNS[which] * apart[other], other))


@cache
def _apart(
    survey: Survey, contents: tuple[str, ...], split: Split, pool: tuple[str, ...]
) -> dict[str, dict[str, float]]:
    """How far each country of the pool is from each other one; once for the same `contents`."""
    bank = load_bank(locate(survey.bank))
    path = str(locate(survey.path))
    marginals = stored_marginals(path, bank, survey.format, survey.weights)
    answered = answers_by_country(marginals.filter(marginals["country"].is_in(pool)))
    known = {country: answered.get(country, {}) for country in pool}
    parts = split_items(bank, split)
    train = [item for item in bank.items.values() if parts[item.id] == "train"]
    return {
        country: distances(known, country, [other for other in pool if other != country], train)
        for country in pool
    }
