"""A load generator that knows which messages were answered 250."""

import asyncio
import hashlib
import random
import threading
import time


def body(number, octets):
    """A body that only this number has, in lines of 70."""
    line = hashlib.sha256(str(number).encode()).hexdigest() + "......"
    lines = max(1, octets // (len(line) + 2))
    return ("\r\n".join([line] * lines) + "\r\n").encode("ascii")


def message(number, run, octets, author="author@example.com"):
    """(Message-ID, content); X-Body-Sha256 lets the sink see that the body is whole."""
    content = body(number, octets)
    ident = f"<{run}.{number}@example.com>"
    head = (
        f"From: {author}\r\nTo: reader@example.net\r\nSubject: {number}\r\n"
        f"Date: Thu, 01 Jan 2026 00:00:00 +0000\r\nMessage-ID: {ident}\r\n"
        f"X-Body-Sha256: {hashlib.sha256(content).hexdigest()}\r\n\r\n"
    )
    return ident, head.encode("ascii") + content


class Load:
    """Keeps `sessions` SMTP sessions busy from a thread of its own until stopped.

    `acknowledged` grows by one Message-ID for each 250 to the end of DATA, `refused` counts replies by
    code. A broken session is opened again after a short while.
    """

    def __init__(self, port, sessions, run="load", octets=10240, rate=0.0, total=0, rcpt="reader@example.net",
                 per_session=0):
        self.port = port
        self.sessions = sessions
        self.run = run
        self.octets = octets
        self.rate = rate  # messages a second in all, 0 for as fast as it goes
        self.total = total  # stop after so many 250s, 0 for never
        self.rcpt = rcpt
        self.per_session = per_session  # 250s after which a session is closed and opened again, 0 for never
        self.acknowledged = []
        self.refused = {}
        self.broken = 0
        self.open = 0
        self.next = 0
        self.began = None
        self.ended = None
        self._stop = False
        self._paused = False
        self._thread = threading.Thread(target=lambda: asyncio.run(self._main()), name="load", daemon=True)

    def start(self):
        self.began = time.monotonic()
        self._thread.start()
        return self

    def stop(self):
        """Ends after the transactions under way."""
        self._stop = True
        self._thread.join(120)

    def wait(self, seconds):
        """True when all of `total` was acknowledged in time."""
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def pause(self, paused):
        self._paused = paused

    def done(self):
        return self._stop or (self.total and len(self.acknowledged) >= self.total)

    async def _main(self):
        await asyncio.gather(*(self._keep_sending() for _ in range(self.sessions)))
        self.ended = time.monotonic()

    async def _keep_sending(self):
        # Not all at once: a listen queue is not what is measured.
        await asyncio.sleep(random.random() * min(2.0, self.sessions / 1000))
        while not self.done():
            try:
                await self._session()
            except (OSError, asyncio.IncompleteReadError, asyncio.TimeoutError, ValueError):
                self.broken += 1
                await asyncio.sleep(0.1 + 0.2 * random.random())

    async def _session(self):
        reader, writer = await asyncio.wait_for(asyncio.open_connection("127.0.0.1", self.port), 30)
        self.open += 1
        try:
            code, _ = await reply(reader)
            if code != 220:
                raise ValueError(code)
            writer.write(b"EHLO load.example.com\r\n")
            await reply(reader)
            sent = 0
            while not self.done() and (not self.per_session or sent < self.per_session):
                if self._paused:
                    await asyncio.sleep(0.05)
                    continue
                await self._one(reader, writer)
                sent += 1
            writer.write(b"QUIT\r\n")
            await reply(reader)
        finally:
            self.open -= 1
            writer.close()

    async def _one(self, reader, writer):
        if self.rate:
            due = self.began + self.next / self.rate
            await asyncio.sleep(max(0, due - time.monotonic()))
        number = self.next
        self.next += 1
        ident, content = message(number, self.run, self.octets)
        writer.write(f"MAIL FROM:<a@example.com>\r\nRCPT TO:<{self.rcpt}>\r\nDATA\r\n".encode())
        mail, _ = await reply(reader)
        rcpt, _ = await reply(reader)
        data, _ = await reply(reader)
        if data == 354:
            writer.write(content + b".\r\n")
            await writer.drain()
            data, _ = await reply(reader)
            if data == 250:
                self.acknowledged.append(ident)
                return
        code = next((c for c in (mail, rcpt) if c != 250), data)
        self.refused[code] = self.refused.get(code, 0) + 1
        writer.write(b"RSET\r\n")
        await reply(reader)
        await asyncio.sleep(0.1)


async def reply(reader, seconds=300):
    """One reply as (code, last line's text)."""
    while True:
        line = await asyncio.wait_for(reader.readline(), seconds)
        if len(line) < 4:
            raise asyncio.IncompleteReadError(line, None)
        if line[3:4] != b"-":
            return int(line[:3]), line[4:].decode("utf-8", "replace").strip()
