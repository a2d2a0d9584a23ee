import os
import socket
import subprocess
import sys
from pathlib import Path

import psutil

from mores.engine.remains import SHARED, Remains

SHARES = """
import os, signal
from multiprocessing.shared_memory import SharedMemory
segment = SharedMemory(create=True, size=4096)
segment.buf[0] = 1
print(segment.name, flush=True)
signal.pause()
"""


def test_what_killed_processes_leave_is_cleared_up_and_nothing_else():
    remains = Remains.new()
    socket.socket(socket.AF_UNIX).bind(f"{remains.sockets}/one")
    process = subprocess.Popen(
        [sys.executable, "-c", SHARES], stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    name = process.stdout.readline().strip()
    stranger = SHARED / "psm_mores_test"
    stranger.touch()
    try:
        seen = remains.seen([psutil.Process(process.pid)])
        assert seen.shared == (name,)
        os.killpg(process.pid, 9)
        process.wait()
        assert seen.seen([]) == seen  # those who are gone are not forgotten
        seen.clear()
        assert not (SHARED / name).exists() and stranger.exists()
        assert not Path(remains.sockets).exists()
        seen.clear()
    finally:
        stranger.unlink()


def test_a_folder_of_sockets_is_private_and_its_path_short():
    remains = Remains.new()
    assert Path(remains.sockets).stat().st_mode & 0o077 == 0
    assert len(remains.sockets) < 60
    assert remains.environment == {"VLLM_RPC_BASE_PATH": remains.sockets}
    remains.clear()
