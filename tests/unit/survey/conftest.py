import pytest

from mores.method.items import load_bank

BANK = """
survey: small
topics: {t: a topic}
items:
  - {id: Q1, topic: t, wording: Do they sing?, options: [Often, Seldom, Never]}
  - {id: Q94, topic: t, wording: Do they belong?, options: ["No", "Yes"], codes: [0, 1]}
"""


@pytest.fixture
def bank(tmp_path):
    path = tmp_path / "bank.yaml"
    path.write_text(BANK)
    return load_bank(path)


@pytest.fixture
def cells():
    """Marginals as (country, item) to code to share."""

    def tell(marginals):
        found = {}
        for country, item, code, share, *_ in marginals.iter_rows():
            found.setdefault((country, item), {})[code] = share
        return found

    return tell
