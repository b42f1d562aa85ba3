"""Peak memory of a process, for benchmarks."""

import re
import subprocess
import sys


def anonymous_memory(command):
    """Peak RssAnon in MiB of a process, by asking as often as possible. Linux only."""
    peak = 0
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        while process.poll() is None:
            try:
                with open(f"/proc/{process.pid}/status", encoding="ascii") as status:
                    found = re.search(r"RssAnon:\s+(\d+) kB", status.read())
            except OSError:
                break
            if found:
                peak = max(peak, int(found.group(1)))
    if process.returncode:
        sys.exit(f"{command[0]} failed")
    return peak / 1024
