"""What jobs and trainers tell each other; trainers themselves run in tests/e2e/test_training.py."""

from dataclasses import replace
from pathlib import Path

import pytest

from mores.engine import trainer_files
from mores.engine.settings import Engine, Resources
from mores.engine.trainer_files import Order, TrainerFiles, code_digest, placed


@pytest.fixture
def files(tmp_path, model) -> TrainerFiles:
    return TrainerFiles(tmp_path, model, Engine(), tmp_path / "logs")


def test_a_trainer_is_named_by_its_base_and_not_by_how_servers_serve(files):
    settings = files.model.settings
    other = settings.model_copy(update={"dtype": "float16"})
    larger = settings.resources.model_copy(update={"gpus": 4})
    same = replace(
        files,
        model=replace(files.model, settings=settings.model_copy(update={"resources": larger})),
        engine=Engine(concurrency=7, server_env={"A": "b"}),
    )
    assert same.name == files.name
    for model in (replace(files.model, digest="x"), replace(files.model, settings=other)):
        assert replace(files, model=model).name != files.name


def test_an_edit_of_the_code_makes_another_trainer(files, tmp_path, monkeypatch):
    before = files.name
    package = tmp_path / "mores/engine"
    package.mkdir(parents=True)
    monkeypatch.setattr(trainer_files, "PACKAGE", package.parent)
    names = set()
    for text in ("1", "2"):
        (package / "training.py").write_text(text)
        code_digest.cache_clear()
        names.add(files.name)
    code_digest.cache_clear()
    assert len(names | {before}) == 3


def test_orders_are_seen_to_in_the_order_in_which_they_came(tmp_path):
    orders = [Order(tmp_path / name) for name in ("2.b", "1.z", "3.a")]
    for order in orders:
        order.place({"of": order.folder.name})
    Path(tmp_path / "0.half").mkdir()  # whoever made it has not said yet what is wanted
    assert [order.told()["of"] for order in placed(tmp_path)] == ["1.z", "2.b", "3.a"]


def test_an_order_ends_with_a_result_or_is_forgotten(files):
    order = files.new_order("k3y")
    assert (order.key, order.is_placed(), order.is_under_way()) == ("k3y", False, False)
    order.place({})
    assert placed(files.orders) == [order]
    assert (order.is_placed(), order.is_under_way()) == (True, False)
    order.take()
    assert order.is_under_way()
    order.give_back()  # its trainer has died
    assert not order.is_under_way()
    order.take()
    assert order.result() is None
    order.end({})
    assert order.result() == {}
    assert not order.is_under_way()
    order.forget()
    assert not placed(files.orders)


def test_an_order_that_was_forgotten_stays_so(files):
    """The job was taken for dead while its training ended."""
    order = files.new_order("k3y")
    order.place({})
    order.forget()
    order.end({})
    assert not list(files.orders.iterdir())


def test_a_trainer_asks_for_one_gpu_at_most_and_the_rest_as_it_is(files):
    def needs(**given):
        settings = files.model.settings.model_copy(update={"resources": Resources(**given)})
        return replace(files, model=replace(files.model, settings=settings)).needs

    assert needs(gpus=4, cpus=7, mem_mb=9) == Resources(gpus=1, cpus=7, mem_mb=9)
    assert needs(gpus=0) == Resources(gpus=0)
