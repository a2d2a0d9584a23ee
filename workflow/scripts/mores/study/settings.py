"""Settings: configuration files, then the command line, merged and checked before any job starts.

Mappings merge, anything else replaces, `null` takes an entry away. Under `models`, `methods` and
`evaluations` a name, a comma list or a list *selects* from the entries so far; on the command line
so it does under `countries`. `survey: FILE` is short for `survey: {path: FILE}`.
"""

import difflib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mores.errors import InputError, shown
from mores.method.countries import Country, load_countries
from mores.shipped import locate
from mores.spec import is_path
from mores.study.config import Config, parse_config
from mores.study.secrets import check_secrets
from mores.yamls import read_yaml

A_COUNTRY_S = re.compile("[A-WYZ][A-Z]{2}")  # codes in X are nobody's
TABLES = ("models", "methods", "evaluations")


@dataclass(frozen=True)
class Settings:
    """A checked configuration, the countries that may lend norms, and how countries are named.

    `pool` holds the countries of the configuration files and any selected besides: what is drawn or
    averaged over countries takes it, so that a run of one country gives the rows of the full run.
    `models` and `methods` are likewise all that the files name, and not the selected ones alone.
    """

    config: Config
    pool: tuple[str, ...]
    names: dict[str, Country]
    models: tuple[str, ...]
    methods: tuple[str, ...]


def load_settings(files: Sequence[str | Path], overrides: dict[str, Any]) -> Settings:
    """The settings of configuration files, in order, and of the command line's `overrides`."""
    return settings_of([read_layer(path) for path in files], overrides)


def settings_of(
    layers: Sequence[dict[str, Any]], overrides: dict[str, Any] | None = None
) -> Settings:
    """Merge layers in order, then the command line's `overrides`, and check the outcome's form.

    Raises InputError naming the key, what is wrong with it, and the nearest valid name.
    """
    raw: dict[str, Any] = {}
    overrides = overrides or {}
    for layer in layers:
        raw = add_layer(raw, layer)
    listed = _names(raw.get("countries") or [], "countries")
    models, methods = (_entries(raw, table) for table in ("models", "methods"))
    raw = add_layer(raw, {key: overrides[key] for key in overrides if key != "countries"})
    wanted = _names(overrides.get("countries") or listed, "countries")
    in_order = [code for code in listed if code in wanted]
    raw["countries"] = list(dict.fromkeys([*in_order, *wanted]))
    check_secrets(raw)
    names = _read_names(raw.get("country_names", Config.model_fields["country_names"].default))
    _check_names(raw["countries"] if names else [], names, raw.get("country_names"))
    config = parse_config(raw, "the configuration")
    return Settings(
        config,
        pool=_all(listed, wanted),
        names=names,
        models=_all(models, config.models),
        methods=_all(methods, config.methods),
    )


def _entries(raw: dict[str, Any], table: str) -> list[str]:
    """The names of a table; none where it is no table, of which `parse_config` tells."""
    entries = raw.get(table)
    return [str(name) for name in entries] if isinstance(entries, dict) else []


def _all(listed: Iterable[str], wanted: Iterable[str]) -> tuple[str, ...]:
    """What files list, and what is selected besides."""
    return tuple(dict.fromkeys([*listed, *wanted]))


def read_layer(path: str | Path) -> dict[str, Any]:
    """One configuration file, YAML or JSON."""
    layer = read_yaml(path)
    if not isinstance(layer, dict | None):
        raise InputError(f"{path}: keys with values are wanted, not {type(layer).__name__}")
    return layer or {}


def add_layer(raw: dict[str, Any], layer: dict[str, Any]) -> dict[str, Any]:
    """Merge a layer into what the layers before it say."""
    layer = dict(layer)
    if isinstance(layer.get("survey"), str):
        layer["survey"] = {"path": layer["survey"]}
    chosen = {key: layer.pop(key) for key in TABLES if isinstance(layer.get(key), str | list)}
    merged = merge(raw, layer)
    for key, names in chosen.items():
        table = merged.get(key)
        merged[key] = select(table if isinstance(table, dict) else {}, _names(names, key), key)
    return merged


def merge(old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    """Mappings merge deeply, other values replace, None removes."""
    merged = {key: value for key, value in old.items() if new.get(key, value) is not None}
    for key, value in new.items():
        if isinstance(value, dict):
            below = merged.get(key)
            merged[key] = merge(below if isinstance(below, dict) else {}, value)
        elif value is not None:
            merged[key] = value
    return merged


def select(table: dict[str, Any], names: list[str], key: str) -> dict[str, Any]:
    """The named entries of a table, in the table's order."""
    for name in names:
        if name not in table:
            raise InputError(f"{key}: no {shown(name)} in the configuration; {hint(name, table)}")
    return {name: entry for name, entry in table.items() if name in names}


def _read_names(path: Any) -> dict[str, Country]:
    """How countries are named; nothing where the key is missing or odd: `parse_config` tells."""
    if not isinstance(path, str) or not is_path(path):
        return {}
    if not locate(path).is_file():
        raise InputError(f"country_names: no file {path}; check the path")
    return load_countries(locate(path))


def _check_names(codes: Iterable[str], names: dict[str, Country], path: Any) -> None:
    """Every country must have a name; one called by its name is told its code."""
    for code in codes:
        if code not in names:
            raise InputError(f"countries: {unnamed(code, names, path)}")


def unnamed(code: str, names: dict[str, Country], path: Any) -> str:
    """What there is to say of a country without a name: the file to add it to, or its code."""
    by_name = {country.name: one for one, country in names.items()}
    file = path or Config.model_fields["country_names"].default
    add = f"with `name` and `adjective`, to {file}, or to a file of yours under `country_names`"
    meant = hint(code, names, by_name)
    if A_COUNTRY_S.fullmatch(code):  # as like another as it may be
        return f"{shown(code)} is not among the country names; add it, {add}. Misspelt? {meant}"
    return f"{shown(code)} is not among the country names; {meant} Else add it, {add}"


def _names(value: Any, key: str) -> list[str]:
    """A name, a comma list or a list as a list."""
    if isinstance(value, str):
        return [name.strip() for name in value.split(",") if name.strip()]
    if isinstance(value, list):
        return [str(name) for name in value]
    raise InputError(f"{key}: {shown(value)} is no name, comma list or list of names")


def hint(name: str, valid: Iterable[str], aliases: dict[str, str] | None = None) -> str:
    """Which valid name was meant; `aliases` lead to valid names."""
    aliases = {entry.lower(): entry for entry in map(str, valid)} | {
        alias.lower(): entry for alias, entry in (aliases or {}).items()
    }
    near = difflib.get_close_matches(name.lower(), aliases, n=1, cutoff=0.4)
    if near:
        return f"did you mean {aliases[near[0]]!r}?"
    return f"there are {', '.join(sorted(set(aliases.values())))}"
