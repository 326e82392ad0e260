"""Somebody who runs `postern km` on a data folder: the real program, at a time of the script's choice."""

import datetime
import glob
import os
import signal
import subprocess

from .gateway import LAUNCHER
from .scratch import Failure

DAY = 86_400


class Operator:
    """`days` is how far from today the clock of each command is set (libfaketime)."""

    def __init__(self, scratch, name, data=None):
        self.dir = scratch.folder(name, mode=0o700)
        self.data = data or os.path.join(self.dir, "data")
        self.days = 0.0
        self.library = (glob.glob("/usr/lib/*/faketime/libfaketime.so.1") or [None])[0]
        for medium in ("one", "two", "shares", "out"):
            os.makedirs(os.path.join(self.dir, medium), mode=0o700, exist_ok=True)

    def path(self, *parts):
        return os.path.join(self.dir, *parts)

    def environment(self):
        environment = dict(os.environ)
        if self.days:
            if self.library is None:
                raise Failure("libfaketime is not installed")
            environment.update({
                "LD_PRELOAD": self.library, "FAKETIME": f"{self.days * DAY:+.0f}", "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            })
        return environment

    def now(self):
        return datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=self.days)

    def start(self, *words, typed=""):
        process = subprocess.Popen(
            [LAUNCHER, "km", *words, "--data", self.data], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, env=self.environment(), start_new_session=True, cwd=self.dir,
        )
        if typed:
            process.stdin.write(typed.encode())
        process.stdin.close()
        return process

    def run(self, *words, typed="", seconds=120):
        """Exit status and all that was said."""
        process = self.start(*words, typed=typed)
        try:
            with process.stdout as out:
                said = out.read().decode("utf-8", "replace")
            return process.wait(seconds), said
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            raise Failure(f"postern km {' '.join(words)} did not end") from None

    def do(self, *words, typed=""):
        """What it said; a Failure when it did not succeed."""
        status, said = self.run(*words, typed=typed)
        if status != 0:
            raise Failure(f"postern km {' '.join(words)}: {status}: {said.strip()[-400:]}")
        return said

    def refused(self, reason, *words, typed=""):
        """Empty when it is refused for that reason."""
        status, said = self.run(*words, typed=typed)
        return "" if status != 0 and reason in said and "\tat " not in said else f"postern km {' '.join(words)}: {status}: {said}"

    # ---- what the operators have

    def key(self, medium="one"):
        return sorted(glob.glob(self.path(medium, "postern-unseal-*")))[0]

    def by_key(self, medium="one"):
        return ("--secret-file", self.key(medium))

    def by_shares(self, *numbers, folder="shares"):
        files = sorted(glob.glob(self.path(folder, "postern-share-*")))
        return [word for number in numbers for word in ("--share-file", files[number - 1])]

    def init(self, *more):
        return self.do(
            "init", "--organization", "Example", "--country", "CH", "--url", "http://pki.example.com/km", "--ca-key", "p-384",
            "--shares", "2/3", "--shares-to", self.path("shares"), "--write-to", self.path("one"), "--backup-to",
            self.path("two"), "--verify-from", self.path("two"), *more,
        )

    def issue(self, address, *more):
        return self.do("issue", address, "--key", "p-256", "--out", self.path("out"), *self.by_key(), *more)

    def whole(self):
        """Empty when the audit is whole and every certificate has its line."""
        status, said = self.run("audit", "verify")
        return "" if status == 0 and said.rstrip().endswith("whole") and "NOT" not in said else f"audit verify: {said}"
