from pathlib import Path
from types import SimpleNamespace

import pytest

from mores.study.resources import asking_resources, cluster_resources, training_resources
from mores.study.settings import load_settings

ROOT = Path(__file__).parents[3]
NEEDS = {"gpus": 2, "cpus": 8, "mem_mb": 64000, "minutes": 300}
PLACES = {"account": "a", "partition": "cpu", "gpu_partition": "gpu", "extra": ["--a=x", "-b y"]}


@pytest.fixture
def settings(monkeypatch):
    monkeypatch.chdir(ROOT)

    def load(launcher, places=PLACES):
        changed = {"engine": {"launcher": launcher, "cluster": places}}
        models = {"models": {"demo": {"resources": NEEDS}}}
        return load_settings(["config/config.yaml"], changed | models)

    return load


def of_demo(resources):
    demo = SimpleNamespace(model="demo")
    return {name: value(demo) if callable(value) else value for name, value in resources.items()}


def test_a_job_without_a_model_is_light_and_placed(settings):
    assert cluster_resources(settings("slurm")) == {
        "gpu": 0,
        "mem_mb": 4000,
        "runtime": 60,
        "slurm_partition": "cpu",
        "slurm_account": "a",
        "slurm_extra": "--a=x -b y",
    }
    assert cluster_resources(settings("local", {})) == {"gpu": 0, "mem_mb": 4000, "runtime": 60}


@pytest.mark.parametrize("launcher", ["slurm", "endpoint"])
def test_who_asks_a_server_elsewhere_holds_no_gpu(settings, launcher):
    asks = of_demo(asking_resources(settings(launcher)))
    assert (asks["gpu"], asks["mem_mb"], asks["runtime"], asks["askers"]) == (0, 2000, 300, 1)
    assert asks["slurm_partition"] == "cpu"


def test_who_starts_a_server_here_needs_what_it_needs(settings):
    asks = of_demo(asking_resources(settings("local")))
    assert (asks["gpu"], asks["cpus_per_task"], asks["mem_mb"]) == (2, 8, 64000)


@pytest.mark.parametrize("launcher", ["local", "endpoint"])
def test_who_has_an_adapter_trained_here_takes_one_gpu(settings, launcher):
    places = PLACES | {"gpu_constraint": "a100", "qos": "long"}
    trains = of_demo(training_resources(settings(launcher, places)))
    assert (trains["constraint"], trains["qos"]) == ("a100", "long")
    assert (trains["gpu"], trains["slurm_partition"], trains["runtime"]) == (1, "gpu", 300)


def test_who_waits_for_a_trainer_of_slurms_is_light(settings):
    slurm = settings("slurm")
    assert of_demo(training_resources(slurm)) == of_demo(asking_resources(slurm))


def test_who_trains_on_this_hosts_cores_is_counted(settings):
    here = load_settings(["config/config.yaml"], {})
    assert of_demo(training_resources(here))["cpu_trainings"] == 1
    assert of_demo(training_resources(settings("local")))["cpu_trainings"] == 0
    assert "cpu_trainings" not in of_demo(training_resources(settings("slurm")))
