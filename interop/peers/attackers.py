"""Clients that mean harm, each kind a function. Run as a process of its own, so that what is measured
beside it is the gateway and not this: python3 attackers.py KIND PORT SECONDS NUMBER. Prints one line of JSON:
how many connections were made, which replies were heard, how many were cut off."""

import asyncio
import collections
import json
import os
import random
import resource
import socket
import struct
import sys
import time

HEARD = collections.Counter()
GREETING = b"EHLO attacker.example.org\r\n"
ENVELOPE = GREETING + b"MAIL FROM:<a@example.com>\r\nRCPT TO:<b@example.net>\r\n"


def source(number):
    """A loopback address for the client of that number: 250 a network of /24."""
    return f"127.{1 + number // 62500 % 250}.{number // 250 % 250}.{1 + number % 250}"


def note(data):
    for line in data.split(b"\r\n"):
        if len(line) > 3 and line[3:4] == b" ":
            enhanced = line[4:].split(b" ")[0]
            words = enhanced.decode("ascii", "replace") if enhanced[:1].isdigit() and b"." in enhanced else ""
            HEARD[f"{line[:3].decode('ascii', 'replace')} {words}".strip()] += 1


async def opened(port, number, seconds=20):
    HEARD["connections"] += 1
    return await asyncio.wait_for(
        asyncio.open_connection("127.0.0.1", port, local_addr=(source(number), 0)), seconds)


def reset(writer):
    sock = writer.get_extra_info("socket")
    if sock is not None:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


async def hear(reader, wanted=1, seconds=10):
    """Reads until so many replies were heard or the peer is gone."""
    data = b""
    while wanted > 0:
        line = await asyncio.wait_for(reader.readline(), seconds)
        if not line:
            break
        data += line
        wanted -= line[3:4] == b" "
    note(data)
    return data


async def slow(port, until, number):
    """A client of many that says one octet a second."""
    await asyncio.sleep(random.random() * 2)
    reader, writer = await opened(port, number)
    try:
        for octet in b"EHLO a-very-slow-client.example.org\r\n" * 1000:
            if time.monotonic() > until:
                break
            writer.write(bytes([octet]))
            await asyncio.sleep(1)
    finally:
        writer.close()


async def flood(port, until, number):
    """One network that connects as fast as it can, says nothing, and goes."""
    while time.monotonic() < until:
        reader, writer = await opened(port, number % 250)
        try:
            note(await asyncio.wait_for(reader.read(200), 5))
        finally:
            reset(writer) if random.random() < 0.5 else writer.close()


async def hold(port, until, number):
    """One address that holds as many sessions as it is given, and asks for more."""
    reader, writer = await opened(port, 7)
    try:
        note(await asyncio.wait_for(reader.readline(), 10))
        await asyncio.sleep(max(0, until - time.monotonic()))
    finally:
        writer.close()


async def half_closed(port, until, number):
    """Ends its own half in the middle of something, and keeps the other open."""
    reader, writer = await opened(port, number)
    try:
        writer.write((GREETING, ENVELOPE, ENVELOPE + b"BDAT 1000\r\nabc", b"MAI", b"")[number % 5])
        writer.write_eof()
        await hear(reader, 99, max(0.1, until - time.monotonic()))
        await asyncio.sleep(max(0, until - time.monotonic()))
    finally:
        writer.close()


STATES = (
    (b"", 0), (b"", 1), (GREETING, 2), (ENVELOPE, 3), (ENVELOPE, 4), (ENVELOPE + b"DATA\r\n", 5),
    (ENVELOPE + b"BDAT 100000\r\n" + b"x" * 5000, 4), (ENVELOPE + b"BDAT 2 LAST\r\n\r\n", 4),
    (ENVELOPE + b"RSET\r\nNOOP\r\n", 6), (GREETING + b"STARTTLS\r\n", 2), (b"EHL", 1), (GREETING + b"QUIT\r\n", 2),
)


async def resets(port, until, number):
    """Resets the connection at each state of the protocol in turn."""
    while time.monotonic() < until:
        words, replies = STATES[number % len(STATES)]
        number += 1
        reader, writer = await opened(port, number)
        try:
            writer.write(words)
            await hear(reader, replies)
            if words.endswith(b"DATA\r\n"):
                writer.write(b"half a message")
        finally:
            reset(writer)


async def large(port, until, number):
    """Messages of 2 MB, many at once, each left unfinished."""
    reader, writer = await opened(port, number)
    try:
        writer.write(ENVELOPE + b"DATA\r\n")
        await hear(reader, 5)
        line = b"x" * 998 + b"\r\n"
        for _ in range(2000):
            if time.monotonic() > until:
                break
            writer.write(line)
            await writer.drain()
            await asyncio.sleep(0.001)
        await asyncio.sleep(max(0, until - time.monotonic()))
    finally:
        reset(writer) if number % 2 else writer.close()


async def bodies(port, until, number):
    """One address that gives each session 30 MB of a body, and ends it late."""
    reader, writer = await opened(port, 7)
    try:
        writer.write(GREETING + b"MAIL FROM:<>\r\nRCPT TO:<postmaster@example.com>\r\nDATA\r\n")
        if b"354" in await hear(reader, 5, 60):
            writer.write(b"Subject: x\r\n\r\n")
            block = (b"x" * 98 + b"\r\n") * 1000
            for _ in range(300):
                writer.write(block)
                await writer.drain()
            await asyncio.sleep(max(0, until - 2 - time.monotonic()))
            writer.write(b".\r\n")
            await hear(reader, 1, 60)
            await asyncio.sleep(max(0, until - time.monotonic()))
    finally:
        writer.close()


async def headers(port, until, number):
    """One address that gives each session a header section without end, and then says next to nothing."""
    reader, writer = await opened(port, 7)
    try:
        writer.write(GREETING + b"MAIL FROM:<>\r\nRCPT TO:<postmaster@example.com>\r\nDATA\r\n")
        if b"354" in await hear(reader, 5, 60):
            writer.write(b"Subject: " + b"x" * (255 * 1024))
            await writer.drain()
            while time.monotonic() < until - 1:
                await asyncio.sleep(1)
                writer.write(b"x")
            writer.write(b"\r\n\r\n.\r\n")
            await hear(reader, 1, 20)
    finally:
        writer.close()


async def envelopes(port, until, number):
    """One address that names a thousand recipients in each session, each with all the ORCPT there may be."""
    reader, writer = await opened(port, 7)
    try:
        writer.write(GREETING + b"MAIL FROM:<>\r\n")
        await hear(reader, 3, 60)
        for group in range(0, 1000, 50):
            writer.write(b"".join(b"RCPT TO:<postmaster@example.com> ORCPT=rfc822;%04d%s\r\n" % (n, b"x" * 486)
                                  for n in range(group, group + 50)))
            if b"\n452 " in b"\n" + await hear(reader, 50, 60):
                break  # it holds what it was given
        await asyncio.sleep(max(0, until - time.monotonic()))
    finally:
        writer.close()


async def one_line(port, until, number):
    """A gigabyte without a line end, as a command and as content."""
    reader, writer = await opened(port, number)
    block = b"a" * (1 << 20)
    try:
        if number % 2:
            writer.write(ENVELOPE + b"DATA\r\n")
            await hear(reader, 5)
        for _ in range(1024):
            writer.write(block)
            await asyncio.wait_for(writer.drain(), 20)
        await hear(reader, 1)
    except OSError:
        await hear(reader, 1, 2)
        raise
    finally:
        writer.close()


async def junk(port, until, number):
    """Random octets, NULs and half commands."""
    random.seed(number)
    words = (b"EHLO ", b"AUTH ", b"MAIL FROM:<", b"\0", b"\r\n", b"\n", b"BDAT 9999999999999999999\r\n", b"DATA\r\n",
             b"AUTH PLAIN ====\r\n", b"EHLO " + b"\xff" * 600, b"STARTTLS\r\n", b".\r\n", b"*\r\n")
    while time.monotonic() < until:
        reader, writer = await opened(port, number)
        try:
            writer.write(b"".join(random.choice((random.choice(words), random.randbytes(20))) for _ in range(40)))
            writer.write_eof()
            await hear(reader, 99)
        finally:
            writer.close()


async def strangers(port, until, number):
    """MAIL from a domain that must be looked up, each time another."""
    while time.monotonic() < until:
        reader, writer = await opened(port, number)
        try:
            writer.write(GREETING + b"MAIL FROM:<a@d%d.example>\r\nRCPT TO:<info@example.com>\r\nQUIT\r\n"
                         % random.randrange(1 << 40))
            await hear(reader, 5, 60)
        finally:
            writer.close()


KINDS = {f.__name__: f for f in (slow, flood, hold, half_closed, resets, large, bodies, headers, envelopes, one_line,
                            junk, strangers)}


async def keep(kind, port, until, number):
    """One client until the end, whatever becomes of it; one that is cut off does not come back at once."""
    while True:
        try:
            await kind(port, until, number)
        except (OSError, asyncio.IncompleteReadError):
            HEARD["cut off"] += 1
        except asyncio.TimeoutError:
            HEARD["no answer in time"] += 1
        if time.monotonic() > until or kind in (one_line,):
            return
        await asyncio.sleep(0.2)


async def main():
    kind, port, seconds, number = KINDS[sys.argv[1]], int(sys.argv[2]), float(sys.argv[3]), int(sys.argv[4])
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    until = time.monotonic() + seconds
    await asyncio.gather(*(keep(kind, port, until, n) for n in range(number)))
    print(json.dumps(HEARD), flush=True)
    os._exit(0)


if __name__ == "__main__":
    asyncio.run(main())
