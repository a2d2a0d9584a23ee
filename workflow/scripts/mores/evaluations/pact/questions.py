"""What is asked of each scene, in both orders: is the norm followed, or the wish allowed?"""

from dataclasses import asdict, dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import ClassVar, Literal

from pydantic import Field

from mores.canonical import digest
from mores.errors import InputError
from mores.evaluations.pact.file import Columns
from mores.evaluations.pact.hub import files_of
from mores.evaluations.pact.regions import plain
from mores.evaluations.pact.scenes import Scene, read_scenes
from mores.evaluations.pact.wording import Conditions, told
from mores.evaluations.questions import Evaluation, Questions
from mores.method.countries import Country
from mores.method.items import Bank, Item

FOLLOW = "FOLLOW_CULTURE"
ALLOW = "ALLOW_PREFERENCE"
OPTIONS = {
    FOLLOW: f"{FOLLOW}: what is expected is done",
    ALLOW: f"{ALLOW}: the wish is granted",
}
ORDERS = ((FOLLOW, ALLOW), (ALLOW, FOLLOW))


class Settings(Conditions, Evaluation):
    """A file of scenes, and the conditions under which they are put."""

    kind: Literal["pact"]
    path: str = "resources/pact/scenes.csv"
    """CSV with the public set's fields, or a data set's id on the Hugging Face hub."""
    revision: str | None = None
    """Commit of a data set of the hub; pin it."""
    columns: Columns = Columns()
    per_country: int | None = Field(None, ge=1)
    """Only so many scenes of each base country, drawn by their content; null: all."""
    seed: int = 0
    """Draws them."""
    topics: dict[str, str] = Field(default_factory=dict)
    """By theme (`scenario_type`) the survey's topic, whose norms go before its scenes."""
    names: dict[str, str] = Field(default_factory=dict)
    """By the file's name of a country its code, where it uses neither the code nor the name."""

    templates: ClassVar[str] = "pact/"
    varies: ClassVar[bool] = True


@dataclass(frozen=True)
class Fact:
    """What of a scene is scored by.

    `own`: its base country is the cell's. `age` and `gender` are those of the person whose wish is
    stated, where both state one the actor's.
    """

    scene: str
    topic: str
    base: str
    own: bool
    region: str
    relation: str
    age: str
    gender: str
    allowed: int | None
    raters: int | None


@dataclass(frozen=True)
class Scenes(Questions):
    """The two questions of each scene; `gold` has the code of the option that allows the wish."""

    facts: tuple[Fact, ...] = ()

    @cached_property
    def gold_digest(self) -> str:
        """The digest of all that scores are made with, besides the answers."""
        return digest([self.gold, [asdict(fact) for fact in self.facts]])


def read(settings: Settings, path: Path, country: Country) -> Scenes:
    """The scenes of a file; every country is asked all of them."""
    called = {plain(country.code), plain(country.name)}
    called |= {plain(name) for name, code in settings.names.items() if code == country.code}
    bank, gold, facts = Bank(path.name, {}, {}), {}, []
    for scene in _scenes(settings, path):
        topic = settings.topics.get(scene.theme, scene.theme)
        bank.topics[topic] = scene.theme
        for name, order in zip(item_names(scene.id), ORDERS, strict=True):
            item = Item(
                id=name,
                topic=topic,
                wording=told(scene, settings),
                options=tuple(OPTIONS[label] for label in order),
                kind="nominal",
            )
            if name in bank.items:
                raise InputError(f"{scene.where}: the id {name} is taken; name the scene otherwise")
            bank.items[name], gold[name] = item, 1 + order.index(ALLOW)
        facts.append(_fact(scene, topic, settings, called))
    return Scenes(bank, gold, tuple(facts))


def _scenes(settings: Settings, path: Path) -> tuple[Scene, ...]:
    """The scenes of a file as it now is; all countries of a study share one reading."""
    files = tuple(files_of(path, settings.revision))
    times = tuple(file.stat().st_mtime_ns for file in files)
    return _read_once(files, times, settings.columns, settings.per_country, settings.seed)


@lru_cache(maxsize=4)
def _read_once(
    files: tuple[Path, ...],
    _times: tuple[int, ...],
    columns: Columns,
    per_country: int | None,
    seed: int,
) -> tuple[Scene, ...]:
    return tuple(read_scenes(files, columns, per_country, seed))


def item_names(scene: str) -> tuple[str, str]:
    """The ids of a scene's two questions, the options in one order and in the other."""
    return scene, f"{scene}.turned"


def _fact(scene: Scene, topic: str, settings: Settings, called: set[str]) -> Fact:
    wisher = scene.receiver if settings.preference == "swapped" else scene.actor
    return Fact(
        scene=scene.id,
        topic=topic,
        base=scene.base,
        own=plain(scene.base) in called,
        region=scene.region,
        relation=scene.relation,
        age=wisher.age,
        gender=wisher.gender,
        allowed=scene.allowed,
        raters=scene.raters,
    )
