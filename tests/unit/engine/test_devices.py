"""Locks of devices; the GPUs are told by a script in nvidia-smi's files, since CI has none."""

import os

import pytest

from mores.engine import devices
from mores.engine.devices import Device, gpus, held, training_device
from mores.engine.locks import present
from mores.errors import EngineError, InputError


@pytest.fixture
def nvidia_smi(tmp_path, monkeypatch):
    """Three GPUs; returns the program, to be changed."""
    program = tmp_path / "bin/nvidia-smi"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\necho '0, GPU-a'; echo '1, GPU-b'; echo '2, GPU-c'\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    monkeypatch.setattr(devices, "on_cpu", lambda: False)
    return program


def never() -> bool:
    return False


def test_packages_for_the_cpu_have_no_gpu(nvidia_smi, monkeypatch):
    monkeypatch.setattr(devices, "on_cpu", lambda: True)
    assert gpus() == []


def test_only_what_this_process_may_use_is_told(nvidia_smi, monkeypatch):
    assert [one.number for one in gpus()] == ["0", "1", "2"]
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "2,GPU-a")
    assert gpus() == [Device("0", "GPU-a"), Device("2", "GPU-c")]


def test_a_broken_driver_is_an_error(nvidia_smi):
    nvidia_smi.write_text("#!/bin/sh\necho 'Failed to initialize NVML'; exit 18\n")
    with pytest.raises(EngineError, match=r"nvidia-smi fails .*NVML"):
        gpus()


def test_each_holder_has_gpus_of_its_own(nvidia_smi, tmp_path):
    with held(tmp_path, 2, never) as first, held(tmp_path, 1, never) as second:
        assert first == {"CUDA_VISIBLE_DEVICES": "0,1"}
        assert second == {"CUDA_VISIBLE_DEVICES": "2"}
    with held(tmp_path, 3, never) as all_three:
        assert all_three == {"CUDA_VISIBLE_DEVICES": "0,1,2"}


def test_who_waits_says_so_holds_nothing_and_may_give_up(nvidia_smi, tmp_path):
    waits = []

    def given_up() -> bool:
        waits.append(present(tmp_path / "waiting"))
        return True

    with held(tmp_path, 2, never):
        with pytest.raises(SystemExit), held(tmp_path, 2, given_up):
            pass
        with held(tmp_path, 1, never) as left:
            assert left == {"CUDA_VISIBLE_DEVICES": "2"}
    assert waits == [1]
    assert present(tmp_path / "waiting") == 0


def test_more_than_the_host_has_is_refused_at_once(nvidia_smi, tmp_path):
    with (
        pytest.raises(InputError, match="gpus: 4 asked, and this host has 3"),
        held(tmp_path, 4, never),
    ):
        pass


def test_the_cpu_is_one_device_and_names_none(tmp_path, monkeypatch):
    monkeypatch.setattr(devices, "on_cpu", lambda: True)
    with held(tmp_path, 1, never) as environment:
        assert environment == {}
        with pytest.raises(SystemExit), held(tmp_path, 1, lambda: True):
            pass


@pytest.mark.parametrize(("scheduled", "taken"), [(False, "1"), (True, "0")])
def test_training_sees_one_gpu_of_its_own_or_the_schedulers_first(
    nvidia_smi, tmp_path, monkeypatch, scheduled, taken
):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "0,1")
    with held(tmp_path, 1, never), training_device(tmp_path, scheduled):
        assert os.environ["CUDA_VISIBLE_DEVICES"] == taken
