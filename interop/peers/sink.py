"""A capturing SMTP sink: keeps raw bytes and envelope, and can misbehave on demand.

As a thread of a program (`CaptureSink`), or as a process of its own (`python3 sink.py --port N --log
FILE`) that takes modes on standard input and logs one line for each message.
"""

import argparse
import asyncio
import hashlib
import os
import random
import re
import socket
import struct
import sys
import threading
import time
from dataclasses import dataclass, field

MODES = ("take", "refuse", "hang", "reset", "dribble", "shut")
MESSAGE_ID = re.compile(rb"(?im)^message-id:[ \t]*(?:\r\n[ \t]+)?(<[^>\r\n]*>)")


@dataclass
class Captured:
    """One message as it came: envelope lines and content with dots unstuffed."""

    mail: str
    rcpts: list
    content: bytes
    at: float = field(default_factory=time.time)
    tls: bool = False


class Session(asyncio.Protocol):
    """One SMTP session. Confined to the loop's thread."""

    def __init__(self, sink):
        self.sink = sink
        self.buffer = bytearray()
        self.in_data = False
        self.scanned = 0
        self.mail = None
        self.rcpts = []
        self.chunk = None  # octets of BDAT still to come, and whether it is the last
        self.content = bytearray()

    def connection_made(self, transport):
        self.transport = transport
        self.sink.sessions.add(self)
        self.sink.connections += 1
        if self.sink.mode == "hang" and random.random() < 0.2:
            return
        if self.sink.mode == "shut":
            self.say("421 4.3.2 closed")
            self.transport.close()
            return
        self.say("220 sink.example.net ESMTP")

    def connection_lost(self, _problem):
        self.sink.sessions.discard(self)

    def say(self, text):
        data = text.encode() + b"\r\n"
        if self.sink.mode == "dribble":
            asyncio.ensure_future(self.dribble(data))
        else:
            self.transport.write(data)

    async def dribble(self, data):
        for at in range(0, len(data), 4):
            self.transport.write(data[at : at + 4])
            await asyncio.sleep(0.01)

    def reset(self):
        sock = self.transport.get_extra_info("socket")
        if sock is not None:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.transport.abort()

    def data_received(self, data):
        self.buffer += data
        while not self.transport.is_closing():
            if self.chunk is not None:
                if not self.take_chunk():
                    return
            elif self.in_data:
                if not self.take_data():
                    return
            else:
                end = self.buffer.find(b"\r\n")
                if end < 0:
                    return
                line = bytes(self.buffer[:end])
                del self.buffer[: end + 2]
                self.command(line.decode("utf-8", "surrogateescape"))

    def take_data(self):
        start = max(0, self.scanned - 4)
        if self.scanned == 0 and self.buffer.startswith(b".\r\n"):
            end, skip = 0, 3
        else:
            end = self.buffer.find(b"\r\n.\r\n", start)
            skip = 5
            if end < 0:
                self.scanned = len(self.buffer)
                return False
            end += 2
            skip = 3
        raw = bytes(self.buffer[:end])
        del self.buffer[: end + skip]
        self.in_data = False
        self.scanned = 0
        if raw.startswith(b"."):
            raw = raw[1:]
        self.finish(raw.replace(b"\r\n.", b"\r\n"))
        return True

    def take_chunk(self):
        size, last = self.chunk
        if len(self.buffer) < size:
            return False
        self.content += self.buffer[:size]
        del self.buffer[:size]
        self.chunk = None
        if last:
            content = bytes(self.content)
            self.content = bytearray()
            self.finish(content)
        else:
            self.say("250 2.0.0 chunk")
        return True

    def finish(self, content):
        message = Captured(self.mail, self.rcpts, content)
        self.mail, self.rcpts = None, []
        mode = self.sink.mode
        chance = random.random()
        if mode == "hang" and chance < 0.5:
            self.sink.keep(message, answered=False)
        elif mode == "reset" and chance < 0.5:
            self.sink.keep(message, answered=False)
            self.reset()
        elif mode == "refuse" and chance < 0.3:
            self.say("452 4.3.1 not now")
        else:
            self.sink.keep(message, answered=True)
            self.say("250 2.0.0 kept")

    def command(self, line):
        verb = line.split(" ", 1)[0].upper()
        if self.sink.mode == "reset" and random.random() < 0.1:
            self.reset()
        elif verb == "EHLO":
            lines = ["sink.example.net", *self.sink.extensions]
            for text in lines[:-1]:
                self.say("250-" + text)
            self.say("250 " + lines[-1])
        elif verb in ("HELO", "NOOP", "RSET"):
            self.say("250 2.0.0 ok")
        elif verb == "MAIL":
            if self.sink.mode == "refuse" and random.random() < 0.3:
                self.say("451 4.3.0 not now")
            else:
                self.mail, self.rcpts = line, []
                self.say("250 2.1.0 ok")
        elif verb == "RCPT":
            if self.mail is None:
                self.say("503 5.5.1 MAIL first")
            elif self.sink.mode == "refuse" and random.random() < 0.3:
                self.say("450 4.2.0 not now")
            else:
                self.rcpts.append(line)
                self.say("250 2.1.5 ok")
        elif verb == "DATA":
            if not self.rcpts:
                self.say("503 5.5.1 RCPT first")
            else:
                self.in_data = True
                self.say("354 go on")
        elif verb == "BDAT" and "CHUNKING" in self.sink.extensions:
            words = line.split()
            self.chunk = (int(words[1]), len(words) > 2)
        elif verb == "QUIT":
            self.say("221 2.0.0 bye")
            self.transport.close()
        else:
            self.say("500 5.5.1 unknown")


class CaptureSink:
    """Listens on a loopback port in a thread of its own; `messages` grows as mail comes."""

    EXTENSIONS = ("PIPELINING", "SIZE 104857600", "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES")

    def __init__(self, port, extensions=EXTENSIONS, on_message=None):
        self.port = port
        self.extensions = list(extensions)
        self.mode = "take"
        self.messages = []
        self.unanswered = 0
        self.connections = 0
        self.sessions = set()
        self.on_message = on_message
        self._arrived = threading.Condition()
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, name="sink", daemon=True)

    def start(self):
        self._thread.start()
        if not self._ready.wait(10):
            raise RuntimeError(f"the sink does not listen on port {self.port}")
        return self

    def _run(self):
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(
            self._loop.create_server(lambda: Session(self), "127.0.0.1", self.port, backlog=1024)
        )
        self._ready.set()
        self._loop.run_forever()

    def keep(self, message, answered):
        if self.on_message is not None:
            self.on_message(message, answered)
            return
        with self._arrived:
            self.messages.append(message)
            self._arrived.notify_all()

    def set_mode(self, mode):
        """Changes the behaviour; sessions left hanging by the old one are cut."""
        assert mode in MODES
        cut = self.mode in ("hang", "dribble") or mode == "shut"
        self.mode = mode
        if cut:
            self._loop.call_soon_threadsafe(lambda: [s.reset() for s in list(self.sessions)])

    def find(self, recipient):
        """All messages for that recipient so far."""
        with self._arrived:
            return [m for m in self.messages if any(recipient in line for line in m.rcpts)]

    def wait_for(self, recipient, seconds=30.0):
        """The first message for that recipient, or None after the time."""
        deadline = time.monotonic() + seconds
        with self._arrived:
            seen = 0
            while True:
                for message in self.messages[seen:]:
                    if any(recipient in line for line in message.rcpts):
                        return message
                seen = len(self.messages)
                left = deadline - time.monotonic()
                if left <= 0 or not self._arrived.wait(left):
                    if time.monotonic() >= deadline:
                        return None

    def wait_count(self, count, seconds):
        """True when that many messages came in time."""
        with self._arrived:
            return self._arrived.wait_for(lambda: len(self.messages) >= count, seconds)

    def clear(self):
        with self._arrived:
            self.messages.clear()

    def stop(self):
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)


def smtp_sink(port, *options):
    """The words that start Postfix's smtp-sink on that port; as root it gives up its rights."""
    user = ["-u", "postfix"] if os.getuid() == 0 else []
    return ["smtp-sink", *options, *user, f"127.0.0.1:{port}", "1000"]


def log_line(message, answered):
    """`time id answered body-good signatures`: what the crash driver counts."""
    found = MESSAGE_ID.search(message.content, 0, 65536)
    head, _, body = message.content.partition(b"\r\n\r\n")
    want = re.search(rb"(?im)^x-body-sha256:[ \t]*([0-9a-f]{64})", head)
    good = want is None or hashlib.sha256(body).hexdigest().encode() == want.group(1)
    signatures = len(re.findall(rb"(?im)^dkim-signature:", head))
    ident = found.group(1).decode("ascii", "replace") if found else "-"
    return f"{message.at:.6f} {ident} {int(answered)} {int(good)} {signatures}\n"


def main():
    options = argparse.ArgumentParser(description="A capturing SMTP sink that can misbehave on demand.")
    options.add_argument("--port", type=int, required=True)
    options.add_argument("--log", required=True, help="one line a message: time id answered body-good signatures")
    chosen = options.parse_args()
    with open(chosen.log, "a", encoding="ascii", buffering=1) as log:
        sink = CaptureSink(chosen.port, on_message=lambda m, answered: log.write(log_line(m, answered)))
        sink.start()
        print("ready", flush=True)
        for line in sys.stdin:
            sink.set_mode(line.strip())
        sink.stop()


if __name__ == "__main__":
    main()
