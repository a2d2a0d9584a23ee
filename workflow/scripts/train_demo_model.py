"""Train the demo model from the project's prompts and item banks, as resources/demo/model was."""

import argparse
import random
from pathlib import Path

from mores.demo.card import CONDITIONS, card
from mores.demo.dialogues import Writer
from mores.demo.model import Recipe, save, train
from mores.demo.reading import HeldOut, accuracy, sample
from mores.demo.survey import COUNTRIES
from mores.files import write_text
from mores.method.countries import load_countries
from mores.method.items import load_bank
from mores.method.prompts import Prompts, load_neutral
from mores.process import run


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--banks", nargs="+", required=True, help="item banks, the demo's first")
    parser.add_argument("--names", required=True, help="names of countries (YAML)")
    parser.add_argument("--prompts", required=True, help="folder of prompt templates")
    parser.add_argument("--neutral", required=True, help="lines that state no norm (text)")
    parser.add_argument("--card", type=Path, required=True, help="template of the model card")
    parser.add_argument("--output", type=Path, required=True, help="model folder to write")
    args = parser.parse_args()
    recipe, prompts = Recipe(), Prompts(args.prompts)
    banks = [load_bank(path) for path in args.banks]
    neutral = load_neutral(args.neutral)
    writer = Writer(banks, prompts, neutral, random.Random(recipe.seed))
    tokenizer, model = train(writer, recipe)
    save(tokenizer, model, args.output)

    names = load_countries(args.names)
    countries = [names[code] for code in COUNTRIES]
    held_out = HeldOut(banks[0], prompts, neutral, countries, recipe.seed)
    figures = {}
    for condition in CONDITIONS:
        probes = held_out.probes(condition)
        texts = sample(model, tokenizer, [probe.dialogue for probe in probes], recipe.seed)
        figures[condition] = accuracy(probes, texts)
    told = f"--banks {' '.join(args.banks)} --names {args.names} --prompts {args.prompts}"
    told += f" --neutral {args.neutral}"
    text = card(args.card, recipe, told, model.num_parameters(), figures)
    write_text(args.output / "README.md", text)


if __name__ == "__main__":
    run(main)
