"""Locks of devices; the GPUs are told by a script in nvidia-smi's place, since CI has none."""

import logging
import os
import subprocess
import sys

import pytest
import torch
from nvidia_smi import EIGHTY, GPUS, LISTED, SAYS

from mores.engine import devices
from mores.engine.devices import held, hold, scheduled_devices, training_device
from mores.engine.gpus import gpus, memory, users
from mores.engine.locks import is_held, present, sign_in, sign_out
from mores.engine.preflight.folder import check_devices
from mores.engine.settings import Resources
from mores.errors import EngineError, InputError

DIVIDED = f"""GPU 0: NVIDIA A100-SXM4-40GB (UUID: {GPUS[0]})
  MIG 1g.5gb      Device  0: (UUID: MIG-dddd-0)
  MIG 3g.20gb     Device  1: (UUID: MIG-eeee-0)
GPU 1: NVIDIA A100-SXM4-40GB (UUID: {GPUS[1]})"""


def never() -> bool:
    return False


def uuids() -> list[str]:
    return [one.uuid for one in gpus()]


@pytest.mark.parametrize(
    ("named", "meant"),
    [
        (None, GPUS),
        ("2,GPU-aaaa1111-0", [GPUS[2], GPUS[0]]),
        ("GPU-bbbb", [GPUS[1]]),
        ("", []),
        ("-1", []),
    ],
)
def test_only_what_this_process_may_use_is_told(smi, monkeypatch, named, meant):
    if named is not None:
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", named)
    assert uuids() == meant


@pytest.mark.parametrize("named", ["3", "GPU-ffff", "GPU-", "MIG-1", "cuda:0"])
def test_what_matches_no_gpu_is_refused_and_falls_to_nothing(smi, monkeypatch, named):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", named)
    with pytest.raises(InputError, match=f"CUDA_VISIBLE_DEVICES: {named} names [03] GPUs"):
        gpus()


def test_of_a_divided_gpu_its_instances_are_told_and_not_itself(smi, monkeypatch):
    smi.lists(DIVIDED)
    assert uuids() == ["MIG-dddd-0", "MIG-eeee-0", GPUS[1]]
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "MIG-eeee")
    assert uuids() == ["MIG-eeee-0"]
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "0")  # a number of what CUDA does not take
    with pytest.raises(InputError, match="0 is another GPU to CUDA"):
        gpus()


def test_a_number_means_nothing_where_cuda_counts_otherwise(smi, monkeypatch):
    smi.lists(LISTED.replace(EIGHTY, "Quadro P400", 1))
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "1")
    with pytest.raises(InputError, match="export CUDA_DEVICE_ORDER=PCI_BUS_ID"):
        gpus()
    monkeypatch.setenv("CUDA_DEVICE_ORDER", "PCI_BUS_ID")
    assert uuids() == [GPUS[1]]


def test_a_broken_driver_is_an_error(smi):
    smi.says("#!/bin/sh\necho 'Failed to initialize NVML'; exit 18\n")
    with pytest.raises(EngineError, match=r"nvidia-smi fails .*NVML"):
        gpus()


def test_each_holder_has_gpus_of_its_own(smi, tmp_path):
    with held(tmp_path, 2, never) as first, held(tmp_path, 1, never) as second:
        assert first == {"CUDA_VISIBLE_DEVICES": ",".join(GPUS[:2])}
        assert second == {"CUDA_VISIBLE_DEVICES": GPUS[2]}
    with held(tmp_path, 3, never) as all_three:
        assert all_three == {"CUDA_VISIBLE_DEVICES": ",".join(GPUS)}


def test_who_waits_says_so_holds_nothing_and_may_give_up(smi, tmp_path):
    waits = []

    def given_up() -> bool:
        waits.append(present(tmp_path / "waiting"))
        return True

    with held(tmp_path, 2, never):
        with pytest.raises(SystemExit), held(tmp_path, 2, given_up):
            pass
        with held(tmp_path, 1, never) as left:
            assert left == {"CUDA_VISIBLE_DEVICES": GPUS[2]}
    assert waits == [1]
    assert present(tmp_path / "waiting") == 0


def test_servers_let_training_go_first(smi, tmp_path):
    """Though GPUs are free: what waits to be trained has them together."""
    looks = []

    def given_up() -> bool:
        looks.append(present(tmp_path / "waiting"))
        return True

    waits = sign_in(tmp_path / "waiting_to_train")
    with pytest.raises(SystemExit), held(tmp_path, 1, given_up):
        pass
    assert len(hold(tmp_path, 1, never, 0.75, training=True)) == 1
    assert looks == [1] and present(tmp_path / "waiting_to_train") == 1
    sign_out(waits)
    with held(tmp_path, 2, never) as left:
        assert left == {"CUDA_VISIBLE_DEVICES": ",".join(GPUS[1:])}


def test_a_gpu_that_strangers_use_is_passed_over(smi, tmp_path):
    smi.tells({GPUS[0]: 20000, GPUS[1]: 70000, GPUS[2]: "[N/A]"})
    assert list(memory()) == GPUS[:2]
    with held(tmp_path, 1, never, share=0.5) as taken:
        assert taken == {"CUDA_VISIBLE_DEVICES": GPUS[1]}
    with held(tmp_path, 1, never) as taken:  # 0.92 of it: what the third has nobody tells
        assert taken == {"CUDA_VISIBLE_DEVICES": GPUS[2]}


def test_memory_is_waited_for_with_a_line_that_says_who_has_it(smi, tmp_path, monkeypatch, caplog):
    smi.tells({GPUS[1]: 20000})
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", GPUS[1])
    looks = []

    def freed() -> bool:
        looks.append(1)
        smi.tells({GPUS[1]: 81000})
        return False

    with caplog.at_level(logging.WARNING), held(tmp_path, 1, freed) as taken:
        assert taken == {"CUDA_VISIBLE_DEVICES": GPUS[1]}
    assert looks == [1]
    (line,) = [one.getMessage() for one in caplog.records]
    assert "20,000 of 81,559 MiB free (process 4711 (/opt/python) has 60000 MiB)" in line
    smi.tells({GPUS[1]: 20000})
    monkeypatch.setattr(devices, "MEMORY_SECONDS", 0.1)
    with pytest.raises(EngineError, match=r"no GPU has 92% of its memory free.*process 4711"):
        held(tmp_path, 1, never).__enter__()
    assert users(GPUS[0]) == "nvidia-smi names no process"


def test_more_than_the_host_has_is_refused_at_once(smi, tmp_path, monkeypatch):
    with pytest.raises(InputError, match=r"gpus: 4 asked, and this host has 3$"):
        held(tmp_path, 4, never).__enter__()
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    with pytest.raises(InputError, match="1 asked, and this host has 0 that CUDA_VISIBLE_DEVICES="):
        held(tmp_path, 1, never).__enter__()


def test_nothing_falls_to_the_cpu(smi, tmp_path, monkeypatch):
    """A build for the CPU, an old driver, a host without a driver: each with its mend."""
    smi.says(SAYS.replace("580.65.06", "535.104.05"))
    with pytest.raises(InputError, match=r"the driver is 535.104.05: torch here needs 580"):
        held(tmp_path, 1, never).__enter__()
    monkeypatch.setattr("mores.engine.devices.on_cpu", lambda: True)
    with pytest.raises(InputError, match=r"1 asked, .* builds for the CPU: .*`make gpu`"):
        held(tmp_path, 1, never).__enter__()
    monkeypatch.setattr("mores.engine.devices.on_cpu", lambda: False)
    monkeypatch.setenv("PATH", "")
    with pytest.raises(InputError, match=r"has no nvidia-smi, .*`make environment ENV=cpu`"):
        held(tmp_path, 0, never).__enter__()


def test_the_cpu_is_one_device_and_names_none(tmp_path, monkeypatch):
    monkeypatch.setattr(devices, "on_cpu", lambda: True)
    monkeypatch.setattr("mores.engine.gpus.on_cpu", lambda: True)
    with held(tmp_path, 0, never) as environment:
        assert environment == {}
        with pytest.raises(SystemExit), held(tmp_path, 0, lambda: True):
            pass


@pytest.mark.parametrize(("scheduled", "taken"), [(False, 1), (True, 0)])
def test_training_sees_one_gpu_of_its_own_or_the_schedulers_first(
    smi, tmp_path, monkeypatch, scheduled, taken
):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "0,1")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    with held(tmp_path, 1, never), training_device(tmp_path, scheduled):
        assert os.environ["CUDA_VISIBLE_DEVICES"] == GPUS[taken]


@pytest.mark.skipif(torch.cuda.is_available(), reason="where torch can use a GPU it trains there")
def test_training_never_falls_to_the_cpu_while_it_holds_a_gpu(smi, tmp_path, monkeypatch):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", GPUS[2])
    with pytest.raises(EngineError, match=f"cannot use the GPU {GPUS[2]} .driver 580.65.06"):
        training_device(tmp_path, scheduled=False).__enter__()


ENDS = """
import sys, time, torch
from pathlib import Path
import mores.engine.devices as devices, mores.engine.gpus as gpus
devices.on_cpu = gpus.on_cpu = lambda: False
torch.cuda.is_available = lambda: True
with devices.training_device(Path(sys.argv[1]), scheduled=False):
    pass
print("trained", flush=True)
sys.stdin.readline()
"""


def test_training_holds_its_gpu_until_its_process_ends(smi, tmp_path):
    """Torch keeps memory that was freed; whoever takes the GPU before would find too little."""
    command = [sys.executable, "-c", ENDS, str(tmp_path)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(command, **pipes, env=environment) as process:
        assert process.stdout.readline() == "trained\n"
        lock = tmp_path / f"{GPUS[0]}.device"
        assert is_held(lock)
        process.stdin.write("\n")
        process.stdin.close()
        process.wait(60)
        assert not is_held(lock)


def test_a_schedulers_numbers_count_along_the_bus_and_its_host_is_looked_at(smi, monkeypatch):
    smi.lists(LISTED.replace(EIGHTY, "Quadro P400", 1))
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "1")
    monkeypatch.setenv("CUDA_DEVICE_ORDER", "PCI_BUS_ID")  # to be put back as it was
    monkeypatch.delenv("CUDA_DEVICE_ORDER")
    scheduled_devices(1)
    assert uuids() == [GPUS[1]]
    with pytest.raises(InputError, match="2 asked, and this host has 1 that"):
        scheduled_devices(2)
    monkeypatch.setenv("PATH", "")
    scheduled_devices(1)  # a host that nobody can ask


def test_preflight_tells_what_a_server_would_fail_at(smi):
    assert check_devices(Resources(gpus=3)).state == "ok"
    found = check_devices(Resources(gpus=4))
    assert (found.state, found.told) == (
        "fault",
        "resources: gpus: 4 asked, and this host has 3",
    )
