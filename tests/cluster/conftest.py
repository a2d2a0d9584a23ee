"""A real SLURM on this machine: Debian's packages, pretended GPUs, loopback only.

The second node is another slurmd under a host name of its own, in a partition that none but jobs
which name it are put to. Kernel locks carry from one to the other, as few clusters' do.
"""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from debian import alone, cannot_run, install

ROOT = Path(__file__).parents[2]
ETC = Path("/etc/slurm")  # the executor plugin's job step hides any other place from SLURM
PACKAGES = ("slurmctld", "slurmd", "slurm-client", "munge")
OURS = "ClusterName=mores-test"
OTHER = "mores-other"
DAEMONS = ("slurmctld", "slurmd", "munged")
CONF = """
{ours}
SlurmctldHost={host}(127.0.0.1)
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=cred_expire=20
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool/%n
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.%n.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SchedulerType=sched/backfill
SchedulerParameters=sched_interval=1,batch_sched_delay=0
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
AccountingStorageType=accounting_storage/none
JobAcctGatherType=jobacct_gather/none
ReturnToService=2
EnforcePartLimits=ALL
SlurmdParameters=config_overrides
KillWait=20
GresTypes=gpu
MpiDefault=none
NodeName=DEFAULT CPUs={cpus} RealMemory={memory} Gres=gpu:2 State=UNKNOWN
NodeName={host} NodeAddr=127.0.0.1
NodeName={other} NodeHostname={host} NodeAddr=127.0.0.1 Port=6820
PartitionName=main Nodes={host} Default=YES PriorityTier=1
PartitionName=urgent Nodes={host} PriorityTier=2
PartitionName=other Nodes={other}
"""


def tell(*command: str) -> str:
    """What a command prints; it must succeed."""
    done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
    return done.stdout


@pytest.fixture(scope="session")
def slurm(tmp_path_factory) -> Iterator[None]:
    """Install SLURM if need be, start it, and stop it after: a machine has one."""
    if os.geteuid():
        cannot_run("NO CLUSTER TESTS: only root can start a SLURM")
    conf = ETC / "slurm.conf"
    with alone("slurm"):
        if conf.exists() and OURS not in conf.read_text():
            cannot_run(f"NO CLUSTER TESTS: this machine has a SLURM of its own ({conf})")
        install("NO CLUSTER TESTS", PACKAGES, (*DAEMONS, "sbatch"))
        folder = tmp_path_factory.mktemp("slurm")
        configure(conf, folder)
        try:
            start_daemons(folder)
            yield
        finally:
            subprocess.run(["scancel", "--user=root"], check=False)
            stop_daemons()
            for made in (conf, ETC / "gres.conf"):
                made.unlink()


def configure(conf: Path, folder: Path) -> None:
    """Write SLURM's configuration; its state and logs are a folder's."""
    for name in ("state", "spool"):
        (folder / name).mkdir()
    host, cpus = socket.gethostname().split(".")[0], os.cpu_count()
    # The server waits, and so do most clients: jobs may share the cores.
    settings = {"ours": OURS, "host": host, "other": OTHER, "cpus": 4 * cpus, "folder": folder}
    conf.write_text(CONF.format(**settings, memory=psutil.virtual_memory().total >> 20))
    (ETC / "gres.conf").write_text("Name=gpu Count=2 File=/dev/null,/dev/zero\n")
    Path("/run/munge").mkdir(exist_ok=True)
    shutil.chown("/run/munge", "munge", "munge")


def start_daemons(folder: Path) -> None:
    """Start them, and wait until all nodes are idle."""
    tell("runuser", "-u", "munge", "--", "munged", "--force")
    tell("slurmctld", "-c")
    tell("slurmd", "-c")
    tell("unshare", "--uts", "sh", "-c", f"hostname {OTHER} && slurmd -c -N {OTHER}")
    deadline = time.monotonic() + 60
    while tell("sinfo", "--noheader", "--Node", "--format=%T").split() != ["idle"] * 3:
        assert time.monotonic() < deadline, (folder / "slurmctld.log").read_text()[-3000:]
        time.sleep(0.5)


def stop_daemons() -> None:
    """End them, and wait until they are gone: the next are to have their ports."""
    daemons = [one for one in psutil.process_iter(["name"]) if one.info["name"] in DAEMONS]
    for daemon in daemons:
        daemon.terminate()
    psutil.wait_procs(daemons, timeout=30)


@pytest.fixture(scope="session")
def plugin(tmp_path_factory) -> Path:
    """The executor plugin, beside the environment: with it, no Snakemake runs without a SLURM."""
    folder = tmp_path_factory.mktemp("plugin")
    lock = ROOT / "workflow/envs/slurm.txt"
    install = ["--no-deps", "--require-hashes", "--target", str(folder), "-r", str(lock)]
    tell(sys.executable, "-m", "pip", "install", "--quiet", *install)
    return folder


@pytest.fixture(scope="module")
def cluster(slurm, plugin, checkout):
    """A checkout whose runs go through SLURM."""
    checkout.options = ("--profile", "profiles/slurm", "--configfile", "config/slurm.yaml")
    checkout.options += ("--resources", "askers=3")
    checkout.options += ("--slurm-init-seconds-before-status-checks", "1", "--latency-wait", "5")
    checkout.environment |= {"PYTHONPATH": str(plugin)}
    return checkout
