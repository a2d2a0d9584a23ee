"""Import of microdata of WVS-7's size: ours against a plain pandas way, in one run.

Generates a CSV of 97,000 respondents and 600 columns (seeded), then imports it in child processes,
in turns, and prints the ratios (ours / pandas) of time and of peak memory: both below 0.5.

    python benchmarks/import_survey.py [--rounds 3]
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
BANK = ROOT / "resources/items/wvs7.yaml"
ROWS, COLUMNS, COUNTRIES = 97_000, 600, 64

OURS = """
import sys
sys.path.insert(0, {scripts!r})
from mores.method.items import load_bank
from mores.survey.importing import read_survey
read_survey({csv!r}, load_bank({bank!r})).write_parquet({out!r})
"""
PANDAS = """
import sys
import pandas as pd
sys.path.insert(0, {scripts!r})
from mores.method.items import load_bank
frame = pd.read_csv({csv!r})
parts = []
for name, item in load_bank({bank!r}).items.items():
    answers = frame.loc[frame[name].isin(item.codes), ["B_COUNTRY_ALPHA", "W_WEIGHT", name]]
    sums = answers.groupby(["B_COUNTRY_ALPHA", name])["W_WEIGHT"].sum()
    shares = sums / sums.groupby(level=0).transform("sum")
    rows = shares.rename("share").reset_index().assign(item=name)
    parts.append(rows.rename(columns={{"B_COUNTRY_ALPHA": "country", name: "code"}}))
pd.concat(parts).to_parquet({out!r})
"""


def generate(path: Path) -> None:
    """Write the CSV: the bank's items with missing answers, and columns nobody asks for."""
    import numpy as np
    import polars as pl

    sys.path.insert(0, str(ROOT / "workflow/scripts"))
    from mores.method.items import load_bank

    rng = np.random.default_rng(0)
    columns = {
        "B_COUNTRY_ALPHA": np.sort(
            rng.choice([f"C{chr(65 + n // 26)}{chr(65 + n % 26)}" for n in range(COUNTRIES)], ROWS)
        ),
        "W_WEIGHT": rng.uniform(0.3, 3, ROWS).round(6),
    }
    for name, item in load_bank(BANK).items.items():
        columns[name] = rng.choice([*item.codes, -1, -2], ROWS).astype(np.int16)
    for number in range(COLUMNS - len(columns)):
        columns[f"X{number}"] = rng.integers(-5, 100, ROWS).astype(np.int16)
    pl.DataFrame(columns).write_csv(path)


def measure(program: str) -> tuple[float, float]:
    """Seconds and peak memory (MB) of a child process that runs a program."""
    start = time.perf_counter()
    child = subprocess.Popen([sys.executable, "-c", program])
    _, status, usage = os.wait4(child.pid, 0)
    if status:
        sys.exit("an import failed")
    return time.perf_counter() - start, usage.ru_maxrss / 1024


def check_agreement(ours: Path, pandas: Path) -> None:
    """Both ways must give the same shares."""
    import polars as pl

    key = ["country", "item", "code"]
    left = pl.read_parquet(ours).filter(pl.col("share") > 0).select(*key, "share")
    both = left.join(pl.read_parquet(pandas), on=key, suffix="_pandas")
    assert len(both) == len(left)
    assert (both["share"] - both["share_pandas"]).abs().max() < 1e-9


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as folder:
        csv = Path(folder) / "microdata.csv"
        generate(csv)
        out = {name: Path(folder) / f"{name}.parquet" for name in ("ours", "pandas")}
        programs = {
            name: text.format(
                scripts=str(ROOT / "workflow/scripts"), csv=str(csv), bank=str(BANK), out=str(path)
            )
            for (name, path), text in zip(out.items(), (OURS, PANDAS), strict=True)
        }
        taken = [{name: measure(text) for name, text in programs.items()} for _ in range(rounds)]
        check_agreement(out["ours"], out["pandas"])
        size = csv.stat().st_size / 1e6
    report = {"file_mb": round(size)}
    for index, figure in enumerate(("seconds", "peak_mb")):
        median = {n: statistics.median(turn[n][index] for turn in taken) for n in programs}
        report |= {f"{figure}_{name}": round(value, 1) for name, value in median.items()}
        report[f"{figure}_ratio"] = round(median["ours"] / median["pandas"], 3)
    print(json.dumps(report))


if __name__ == "__main__":
    main()
