"""Postfix's smtp-sink as a place where mail goes and is counted."""

import os
import re
import subprocess

from .scratch import free_port, wait_port
from .sink import smtp_sink


class CountingSink:
    """Postfix's smtp-sink with its running count read from its output."""

    def __init__(self, scratch, name):
        self.port = free_port()
        # -c writes "sess=.. quit=.. mesg=N" and a carriage return after every step.
        self.process = scratch.start(
            smtp_sink(self.port, "-c"),
            f"{name}.log",
            stdout=subprocess.PIPE,
        )
        wait_port(self.port, process=self.process, what="smtp-sink")
        os.set_blocking(self.process.stdout.fileno(), False)
        self.count = 0
        self.tail = b""

    def poll(self):
        """Messages taken since its start."""
        while True:
            try:
                data = os.read(self.process.stdout.fileno(), 1 << 20)
            except BlockingIOError:
                break
            if not data:
                break
            self.tail = (self.tail + data)[-400:]
        found = re.findall(rb"mesg=\s*(\d+)", self.tail)
        if found:
            self.count = int(found[-1])
        return self.count
