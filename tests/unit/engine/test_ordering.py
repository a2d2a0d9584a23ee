"""What a job makes of its order's fate; trainers themselves run in tests/e2e and tests/cluster."""

from pathlib import Path

import pytest

from mores.contents import seal
from mores.engine import locks, ordering
from mores.engine.adapter_store import adapters, unfinished
from mores.engine.ordering import Advance, train_once
from mores.engine.settings import Engine, Resources, Training
from mores.engine.trainer_files import Order, TrainerFiles, placed
from mores.engine.training import Trainee
from mores.errors import EngineError, InputError
from mores.method.models import ModelSpec
from mores.method.objectives import sft

SETTINGS = sft.Settings(objective="sft", data="answers")
BASE = ModelSpec(path="someone/tiny", revision="abc")
TRAINEE = Trainee("tiny", BASE, "someone/tiny@abc", "someone/tiny", SETTINGS, {})


class Scripted:
    """A launcher whose trainer is there and does `act` to each order."""

    marks, poll = locks, 0

    def __init__(self, act, files: TrainerFiles):
        self.act, self.files = act, files

    def there(self) -> bool:
        for order in placed(self.files.orders):
            self.act(order)
        return True


@pytest.fixture
def ordered(tmp_path, monkeypatch):
    """A function that orders an adapter of a trainer that does something to orders."""
    monkeypatch.chdir(tmp_path)

    def order(act, **given) -> Path:
        monkeypatch.setattr(ordering, "launcher_of", lambda files: Scripted(act, files))
        train = train_once(TRAINEE, Training(), Engine(**given), Resources(), Path("work"))
        return train([{"prompt": "a", "answer": "1"}])

    return order


def keep(order: Order) -> None:
    """Train, as far as a job sees it."""
    order.log.write_text("trained by a child\n")
    folder = adapters(Path("work")) / order.key
    folder.mkdir(parents=True, exist_ok=True)
    seal(folder, folder)
    order.end({})


@pytest.mark.parametrize("launcher", ["local", "endpoint"])
def test_an_order_is_told_to_a_trainer_of_this_host_and_leaves_nothing(ordered, capfd, launcher):
    orders = set()

    def act(order: Order) -> None:
        orders.add(order.folder.parent.parent)
        keep(order)

    assert ordered(act, launcher=launcher).parent == adapters(Path("work"))
    assert capfd.readouterr().err == "trained by a child\n"
    (folder,) = orders
    assert folder.name != "slurm"
    assert not list(folder.glob("*.orders/*")) and not list(folder.glob("*.leases/*"))


@pytest.mark.parametrize(
    ("result", "error", "told"),
    [
        ({"kind": "InputError", "message": "no examples"}, InputError, "no examples"),
        ({"kind": "EngineError", "message": "ended twice"}, EngineError, "ended twice"),
        ({"kind": "OSError", "message": [28, "No space", "work"]}, OSError, "No space.*'work'"),
    ],
)
def test_what_a_training_raised_is_raised_by_the_job(ordered, result, error, told):
    with pytest.raises(error, match=told):
        ordered(lambda order: order.end(result))
    assert not list(Path("work/engine").glob("*/*.orders/*"))


def test_a_job_that_was_taken_for_dead_says_so_and_does_not_wait_for_ever(ordered):
    """As one whose host hung for longer than its mark lives."""
    with pytest.raises(EngineError, match=r"taken for dead.*; run again"):
        ordered(Order.forget)


def test_a_trainer_comes_on_by_any_step_and_by_nothing_else(tmp_path, model):
    files, store = TrainerFiles(tmp_path, model, Engine(), tmp_path / "logs"), tmp_path / "store"
    first, behind = files.new_order("aa"), files.new_order("bb")
    for order in (first, behind):
        order.place({})
    advance = Advance(files, store)

    def save(key: str, step: int) -> None:
        folder = unfinished(store) / key / f"checkpoint-{step}"
        folder.mkdir(parents=True)
        seal(folder, folder)

    assert not advance.came_on()
    save("aa", 5)
    assert advance.came_on()
    assert not advance.came_on()
    save("cc", 5)  # of another trainer's, in the same store
    assert not advance.came_on()
    files.new_order("cc").place({})  # it comes with what it has
    assert not advance.came_on()
    behind.forget()  # its job gave up
    assert not advance.came_on()
    (adapters(store) / "aa").mkdir(parents=True)
    seal(adapters(store) / "aa", adapters(store) / "aa")
    first.forget()
    assert advance.came_on()
    assert not advance.came_on()
