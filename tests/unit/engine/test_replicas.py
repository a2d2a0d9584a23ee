"""Which server a job takes; the GPUs are told by a script in nvidia-smi's place."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest
from nvidia_smi import GPUS

from mores.engine.client import Address
from mores.engine.devices import held
from mores.engine.launchers.local import Local
from mores.engine.locks import sign_in, sign_out
from mores.engine.models import ModelRef
from mores.engine.replicas import most_servers, sign_in_at_one
from mores.engine.server_files import ServerFiles
from mores.engine.settings import Engine, Model, Resources
from mores.files import write_json


def servers(folder, name="a", launcher="local", **needs) -> list[ServerFiles]:
    """All that a model of this name may have."""
    resources = Resources(**{"gpus": 1} | needs)
    model = ModelRef(name, Model(path="x", resources=resources), name)
    engine = Engine(launcher=launcher)
    count = range(most_servers(resources, launcher))
    return [ServerFiles(folder, model, engine, folder / "logs", number) for number in count]


def taken(given: list[ServerFiles]) -> int:
    """The number of the server that a job takes, and leases."""
    return sign_in_at_one(given)[0].replica


class Keepers:
    """Supervisors as far as jobs see them: they hold GPUs, and have noted their servers."""

    def __init__(self, folder):
        self.folder, self.ending = folder, ExitStack()

    def keep(self, files: ServerFiles) -> ExitStack:
        """Have this server run."""
        one = self.ending.enter_context(ExitStack())
        one.enter_context(Local(files).keeping())
        count = files.model.settings.resources.gpus
        one.enter_context(held(self.folder, count, lambda: True))
        write_json(files.group, {})
        one.callback(files.group.unlink)
        return one


@pytest.fixture
def keepers(tmp_path):
    made = Keepers(tmp_path)
    with made.ending:
        yield made


def test_a_model_may_have_as_many_as_the_host_has_gpus_for(smi, monkeypatch):
    assert most_servers(Resources(gpus=1), "local") == 3
    assert most_servers(Resources(gpus=2), "local") == 1
    assert most_servers(Resources(gpus=4), "local") == 1  # which is refused where it starts
    assert most_servers(Resources(gpus=1, replicas=2), "local") == 2
    assert most_servers(Resources(gpus=1), "slurm") == 1
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "0,1")
    assert most_servers(Resources(gpus=1), "local") == 2
    monkeypatch.setattr("mores.engine.gpus.on_cpu", lambda: True)
    assert most_servers(Resources(gpus=0), "local") == 1


def test_jobs_that_come_at_once_spread_over_the_gpus_then_share(smi, tmp_path):
    """The supervisors are not there yet: what was promised counts."""
    with ThreadPoolExecutor(9) as jobs:
        found = sorted(jobs.map(taken, [servers(tmp_path)] * 9))
    assert found == sorted([0, 1, 2] * 3)


def test_a_server_without_work_is_taken_before_another_is_started(smi, tmp_path, keepers):
    given = servers(tmp_path)
    first, mark = sign_in_at_one(given)
    keepers.keep(first)
    sign_out(mark)
    assert taken(given) == 0
    assert taken(given) == 1


def test_what_other_models_hold_or_wait_for_is_left_to_them(smi, tmp_path, keepers):
    """A job shares a server of its model, rather than wait for a GPU beside it."""
    other, given = servers(tmp_path, "b", gpus=2), servers(tmp_path)
    chosen, _ = sign_in_at_one(other)
    chosen.write_order()
    assert [taken(given) for _ in range(3)] == [0, 0, 0]  # two of three are promised
    running = keepers.keep(chosen)
    assert taken(given) == 0
    running.close()
    chosen.order.unlink()
    waiting = sign_in(given[0].waiting)
    assert taken(given) == 0
    sign_out(waiting)
    assert taken(given) == 1


def test_a_gpu_that_strangers_use_is_no_room(smi, tmp_path):
    smi.tells(dict.fromkeys(GPUS[1:], 20000) | {GPUS[0]: 81000})
    assert [taken(servers(tmp_path)) for _ in range(3)] == [0, 0, 0]


def test_a_job_takes_the_server_that_another_has_left(smi, tmp_path, keepers):
    given = servers(tmp_path)
    leased = [sign_in_at_one(given) for _ in range(4)]
    for files, _ in leased[:3]:
        keepers.keep(files)
    shared = leased[3][0].replica
    left = leased[(shared + 1) % 3]
    sign_out(left[1])
    assert taken(given) == left[0].replica
    assert taken(given) != shared  # which two jobs lease, the others one


def test_of_slurms_one_that_it_has_a_job_of_is_taken_before_another_is_submitted(tmp_path):
    """Trainers have no address; by heartbeats nobody leases one."""
    named = servers(tmp_path, replicas=5, launcher="slurm")
    named[2].ticket.write_text("4711")
    assert taken(named) == 2
    assert taken(named) != 2


def test_replicas_that_are_named_are_taken_in_turn_whatever_is_free(smi, tmp_path):
    named = servers(tmp_path, replicas=5)
    assert sorted(taken(named) for _ in range(5)) == [0, 1, 2, 3, 4]
    named[3].publish(Address("http://127.0.0.1:1/v1", "a", None, None))
    assert taken(named) == 3  # of those as busy the one that answers
