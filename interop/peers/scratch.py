"""A temporary folder with the processes that live in it; both go when the run ends, however it ends."""

import atexit
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


class Failure(Exception):
    """Something outside the system under test went wrong: the run cannot go on."""


class Scratch:
    """Owns one folder. `on_close` actions run last in, first out, then the folder is removed."""

    def __init__(self, name, parent=None, keep=False):
        self.dir = tempfile.mkdtemp(prefix=f"postern-{name}.", dir=parent)
        # Servers drop privileges and must still reach their files below.
        os.chmod(self.dir, 0o711)
        self.keep = keep
        self._actions = []
        self._closed = False
        atexit.register(self.close)
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
                signal.signal(number, _leave)

    def path(self, *parts):
        return os.path.join(self.dir, *parts)

    def folder(self, *parts, mode=0o755):
        path = self.path(*parts)
        os.makedirs(path, exist_ok=True)
        os.chmod(path, mode)
        return path

    def write(self, name, text, mode=0o644):
        path = self.path(name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(path, mode)
        return path

    def on_close(self, action):
        self._actions.append(action)

    def close(self):
        if self._closed:
            return
        self._closed = True
        for action in reversed(self._actions):
            try:
                action()
            except Exception as problem:  # the rest must still be torn down
                print(f"while cleaning up: {problem}", file=sys.stderr)
        if self.keep:
            print(f"kept: {self.dir}")
        else:
            shutil.rmtree(self.dir, ignore_errors=True)

    def start(self, arguments, log, **more):
        """Starts a process as leader of its own session, its output in a log file of this folder."""
        out = open(self.path(log), "ab")
        process = subprocess.Popen(
            arguments,
            stdin=more.pop("stdin", subprocess.DEVNULL),
            stdout=more.pop("stdout", out),
            stderr=more.pop("stderr", out),
            start_new_session=True,
            **more,
        )
        out.close()
        self.on_close(lambda: end(process))
        return process

    def tail(self, log, lines=15):
        try:
            with open(self.path(log), encoding="utf-8", errors="replace") as file:
                return "".join(file.readlines()[-lines:])
        except OSError:
            return ""


def _leave(number, _frame):
    sys.exit(128 + number)


def end(process, grace=10.0):
    """SIGTERM to the process group, then SIGKILL after the grace (seconds)."""
    if process.poll() is None:
        _signal_group(process.pid, signal.SIGTERM)
        try:
            process.wait(grace)
        except subprocess.TimeoutExpired:
            pass
    _signal_group(process.pid, signal.SIGKILL)
    process.wait()


def _signal_group(pid, number):
    try:
        os.killpg(pid, number)
    except ProcessLookupError:
        pass


_given = set()


def free_port():
    """A loopback port that was free a moment ago and was not given before in this run.

    Taken below the ephemeral range, so that no outgoing connection sits on it later.
    """
    import random

    while True:
        port = random.randrange(12000, 32000)
        if port in _given:
            continue
        with socket.socket() as probe, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
            try:
                probe.bind(("127.0.0.1", port))
                udp.bind(("127.0.0.1", port))
            except OSError:
                continue
        _given.add(port)
        return port


def wait_port(port, seconds=20.0, process=None, what="server"):
    """Returns when something listens on the loopback port."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if process is not None and process.poll() is not None:
            raise Failure(f"{what} ended with status {process.returncode}")
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise Failure(f"{what} does not listen on port {port} after {seconds:.0f} s")


def run(arguments, seconds=60, **more):
    """Runs to the end and gives (status, output and errors together)."""
    try:
        done = subprocess.run(
            arguments,
            stdin=more.pop("stdin", subprocess.DEVNULL if "input" not in more else None),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=seconds,
            **more,
        )
    except subprocess.TimeoutExpired as late:
        return 124, (late.stdout or b"").decode("utf-8", "replace") + f"\n(no end after {seconds} s)"
    return done.returncode, done.stdout.decode("utf-8", "replace")


def need(*programs):
    """Fails with one clear line when a program is not on this machine."""
    path = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"
    os.environ["PATH"] = path
    missing = [program for program in programs if shutil.which(program) is None]
    if missing:
        raise Failure(f"not installed: {', '.join(missing)} (run interop/install)")
