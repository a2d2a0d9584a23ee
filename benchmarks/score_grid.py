"""The paper's grid scored from simulated answers: processor seconds by step, and memory.

18 countries x 4 models x 25 methods, 194 items, five answers each: cells, table (but for the rows
that need no model, and places) and the contrasts that the methods of config/paper.yaml suggest,
with up to 10,000 flips. Below 60 s and 4 GB; the seconds are the processor's, summed over cores.

    python benchmarks/score_grid.py
"""

import json
import resource
import sys
import time
from itertools import product
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "workflow" / "scripts"))

from mores.evaluations.survey.columns import Columns  # noqa: E402
from mores.evaluations.survey.table import LAYOUT  # noqa: E402
from mores.method.items import Bank, load_bank  # noqa: E402
from mores.scoring.cell import score_cell  # noqa: E402
from mores.scoring.contrasts import contrasts_table  # noqa: E402
from mores.scoring.resample import Resampling  # noqa: E402
from mores.scoring.table import scores_table  # noqa: E402
from mores.study.contrasts import contrasts  # noqa: E402
from mores.study.settings import Settings, load_settings  # noqa: E402
from mores.survey.split import split_items  # noqa: E402

SPEC = Resampling()
NO_SURVEY = {"survey": "simulated"}  # of which nothing is read


def answered(bank: Bank, country: str, rng: np.random.Generator) -> tuple[list[dict], list[dict]]:
    """Answers to the items, and the country's own rows."""
    rows = []
    for item in bank.items.values():
        for sample, choice in enumerate(rng.choice(item.codes, 5).tolist()):
            told = {"item": item.id, "sample": sample, "answer": str(choice), "choice": choice}
            rows.append(told | {"invalid": None, "n_norms": 5})
    own = np.random.default_rng([*country.encode()])
    test = [{"item": item.id, "top": int(own.choice(item.codes))} for item in bank.items.values()]
    return rows, test


def simulated(settings: Settings) -> tuple[list[dict], float]:
    """The cells of the grid, and the seconds it took to score them."""
    config = settings.config
    bank = load_bank(config.survey.bank)
    parts = split_items(bank, config.split)
    items = {name: item for name, item in bank.items.items() if parts[name] == "test"}
    tested, rng = Bank(bank.survey, bank.topics, items), np.random.default_rng(0)
    topics = {"topics": [item.topic for item in items.values()]}
    cells, taken = [], 0.0
    for country, model, method in product(config.countries, config.models, config.methods):
        answers, test = answered(tested, country, rng)
        begun = time.process_time()
        scored = score_cell(answers, test, tested, "simulated")
        taken += time.process_time() - begun
        cells.append({"country": country, "model": model, "method": method} | scored | topics)
    return cells, taken


def main() -> None:
    settings = load_settings([ROOT / "config/config.yaml", ROOT / "config/paper.yaml"], NO_SURVEY)
    compared = contrasts(settings, "values")
    cells, taken = simulated(settings)
    seconds = {"cells": taken}
    items = cells[0]["items"]
    begun = time.process_time()
    scores_table(cells, [], items, SPEC, LAYOUT, Columns(cells, {}, items, SPEC).of)
    seconds["table"] = time.process_time() - begun
    begun = time.process_time()
    contrasts_table(compared, cells, SPEC, LAYOUT)
    seconds["contrasts"] = time.process_time() - begun
    told = {name: round(value, 1) for name, value in seconds.items()}
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    counts = {"n_cells": len(cells), "n_contrasts": len(compared)}
    print(
        json.dumps(
            counts | told | {"seconds": round(sum(seconds.values()), 1)} | {"gb": round(peak, 2)}
        )
    )


if __name__ == "__main__":
    main()
