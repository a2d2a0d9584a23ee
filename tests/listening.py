"""Python processes that note whom they would connect to, and are refused all but this host."""

from pathlib import Path

from mores.telemetry import OFF, OFFLINE

# What would switch telemetry off, or keep a process off the hub, besides mores itself.
SWITCHES = {*OFF, *OFFLINE, "CI", "HF_HUB_OFFLINE"}
HOOK = """
import os, sys
from ipaddress import ip_address

AT = {"socket.connect": 1, "socket.sendto": 1, "socket.sendmsg": 1, "socket.getaddrinfo": 0,
      "socket.gethostbyname": 0}

def is_own(host):
    if host in (None, "", b"", "localhost", b"localhost"):
        return True
    try:
        told = ip_address(host.decode() if isinstance(host, bytes) else host)
    except ValueError:
        return False
    return told.is_loopback or told.is_unspecified

def heard(event, args):
    if event not in AT:
        return
    told = args[AT[event]]
    if AT[event]:
        if not isinstance(told, tuple) or not isinstance(told[0], str):
            return  # a path (AF_UNIX), the kernel (AF_NETLINK), or what is connected already
        told = told[0]
    if not is_own(told):
        with open(os.environ["HEARD"], "a") as stream:
            stream.write(f"{event} {told} {sys.orig_argv}\\n")
        raise ConnectionRefusedError(f"{event} {told}: refused by a test")

sys.addaudithook(heard)
with open(os.environ["HEARD"] + ".by", "a") as stream:
    stream.write(f"{os.getpid()} {sys.orig_argv}\\n")
"""


def hook(folder: Path) -> dict[str, str]:
    """The environment in which every Python process notes what it would connect to."""
    folder.mkdir(exist_ok=True)
    (folder / "sitecustomize.py").write_text(HOOK)
    return {"PYTHONPATH": str(folder), "HEARD": str(folder / "heard")}


def heard(folder: Path) -> str:
    """What was heard; it may be nothing, but somebody must have listened."""
    assert (folder / "heard.by").read_text()
    noted = folder / "heard"
    return noted.read_text() if noted.exists() else ""
