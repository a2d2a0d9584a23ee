"""A script in the place of nvidia-smi, which tells of three GPUs, or of what it is told."""

GPUS = ["GPU-aaaa1111-0", "GPU-bbbb2222-0", "GPU-cccc3333-0"]
EIGHTY = "NVIDIA H100 80GB HBM3"
LISTED = "\n".join(f"GPU {n}: {EIGHTY} (UUID: {uuid})" for n, uuid in enumerate(GPUS))
SAYS = """#!/bin/sh
case "$1" in
-L) cat "$0.list";;
*driver_version) echo 580.65.06;;
*memory.free) cat "$0.memory";;
*compute-apps*) echo "GPU-bbbb2222-0, 4711, 60000, /opt/python";;
esac
"""


class Smi:
    """The program, to be changed."""

    def __init__(self, folder):
        self.path = folder / "nvidia-smi"
        folder.mkdir()
        self.says(SAYS)
        self.lists(LISTED)
        self.tells(dict.fromkeys(GPUS, 81000))

    def says(self, script: str) -> None:
        self.path.write_text(script)
        self.path.chmod(0o755)

    def lists(self, told: str) -> None:
        self.path.with_name("nvidia-smi.list").write_text(told + "\n")

    def tells(self, free: dict[str, int | str]) -> None:
        rows = [f"{uuid}, 81559, {mib}" for uuid, mib in free.items()]
        self.path.with_name("nvidia-smi.memory").write_text("\n".join(rows) + "\n")
