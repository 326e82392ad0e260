"""What a figure was measured on: processor, kernel, file system, fsync and signing rates."""

import os
import platform
import re
import time

from .scratch import run


def description(folder):
    """Lines of "name: value" about this machine and the file system of that folder."""
    model = "unknown processor"
    with open("/proc/cpuinfo", encoding="ascii", errors="replace") as file:
        found = re.search(r"(?m)^model name\s*:\s*(.*)$", file.read())
        if found:
            model = found.group(1).strip()
    with open("/proc/meminfo", encoding="ascii") as file:
        total = int(re.search(r"MemTotal:\s*(\d+)", file.read()).group(1)) / 1024 / 1024
    load = os.getloadavg()
    return [
        f"processor: {model}, {os.cpu_count()} cores, {total:.1f} GiB",
        f"kernel: {platform.system()} {platform.release()}",
        f"file system: {file_system(folder)}, {fsync_rate(folder):.0f} fsyncs of 4 KiB a second",
        f"load average at the start: {load[0]:.2f} (the machine should be idle)",
    ]


def file_system(folder):
    status, output = run(["stat", "-f", "-c", "%T", folder])
    return output.strip() if status == 0 else "unknown"


def fsync_rate(folder, seconds=2.0):
    """Appends of 4 KiB, each followed by fsync, from one thread, a second."""
    path = os.path.join(folder, "fsync-probe")
    block = b"x" * 4096
    count = 0
    with open(path, "wb", buffering=0) as file:
        began = time.monotonic()
        while time.monotonic() - began < seconds:
            file.write(block)
            os.fsync(file.fileno())
            count += 1
        took = time.monotonic() - began
    os.unlink(path)
    return count / took


def signing_rates(seconds=3):
    """Signatures a second by openssl speed: {(algorithm, processes): rate}."""
    out = {}
    for algorithm in ("rsa2048", "ed25519"):
        for processes in sorted({1, os.cpu_count() or 1}):
            words = ["openssl", "speed", "-elapsed", "-seconds", str(seconds), "-mr"]
            if processes > 1:
                words += ["-multi", str(processes)]
            status, output = run([*words, algorithm], seconds=120)
            # +F2:... is an RSA row (bits, seconds a signature), +F6:... an EdDSA one (.., bits, name, s).
            rate = None
            for line in output.splitlines():
                cells = line.split(":")
                if line.startswith("+F2:") and cells[2] == "2048":
                    rate = _rate(cells[3])
                elif line.startswith("+F6:") and "25519" in line:
                    rate = _rate(cells[4])
            if status == 0 and rate:
                out[algorithm, processes] = rate
    return out


def _rate(cell):
    """Machine-readable rows hold seconds each or, in newer versions, operations a second."""
    value = float(cell)
    return 1 / value if 0 < value < 1 else value


def steal():
    """Seconds of processor time that the host gave to others so far."""
    with open("/proc/stat", encoding="ascii") as file:
        cells = file.readline().split()
    return int(cells[8]) / os.sysconf("SC_CLK_TCK")
