"""Hands the messages of a folder in again and again, over kept sessions: a load that real signatures are on.

A program of its own, so that it shares no interpreter with who counts. smtp-source can't send given content.
"""

import argparse
import itertools
import os
import socket
import sys
import threading


class Deferred(Exception):
    """A 4xx: the same message is handed in again, as any sender would."""


class Session:
    """One client: greeting and EHLO, then transactions with the envelope pipelined (RFC 2920)."""

    def __init__(self, port, helo):
        self.connection = socket.create_connection(("127.0.0.1", port), 120)
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.pending = b""
        self.expect(220)
        self.connection.sendall(b"EHLO " + helo.encode() + b"\r\n")
        self.expect(250)

    def expect(self, wanted):
        while True:
            line, found, rest = self.pending.partition(b"\r\n")
            if not found:
                data = self.connection.recv(65536)
                if not data:
                    raise ConnectionError("closed by the server")
                self.pending += data
                continue
            self.pending = rest
            if line[3:4] != b"-":
                if wanted == 250 and line[:1] == b"4":
                    raise Deferred(line.decode("utf-8", "replace"))
                if int(line[:3]) != wanted:
                    raise ConnectionError(f"{wanted} expected: {line.decode('utf-8', 'replace')}")
                return

    def hand_in(self, envelope, content):
        """Deferred only at the end of the content: there the session goes on with the next MAIL."""
        self.connection.sendall(envelope)
        self.expect(250)
        self.expect(250)
        self.expect(354)
        self.connection.sendall(content)
        self.expect(250)

    def quit(self):
        self.connection.sendall(b"QUIT\r\n")
        self.connection.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--folder", required=True, help="messages, CRLF, without lines that begin with a dot")
    parser.add_argument("--messages", type=int, required=True)
    parser.add_argument("--sessions", type=int, default=50)
    parser.add_argument("--helo", required=True)
    parser.add_argument("--mail-from", required=True)
    parser.add_argument("--rcpt", required=True)
    chosen = parser.parse_args()
    contents = []
    for name in sorted(os.listdir(chosen.folder)):
        with open(os.path.join(chosen.folder, name), "rb") as file:
            contents.append(file.read() + b".\r\n")
    envelope = f"MAIL FROM:<{chosen.mail_from}>\r\nRCPT TO:<{chosen.rcpt}>\r\nDATA\r\n".encode()
    numbers = itertools.count()
    problems, deferred = [], []

    def work():
        try:
            session = Session(chosen.port, chosen.helo)
            while (number := next(numbers)) < chosen.messages and not problems:
                while True:
                    try:
                        session.hand_in(envelope, contents[number % len(contents)])
                        break
                    except Deferred as reply:
                        deferred.append(str(reply))
            session.quit()
        except (OSError, ValueError) as problem:
            problems.append(str(problem))

    threads = [threading.Thread(target=work) for _ in range(chosen.sessions)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if deferred:
        print(f"{len(deferred)} deferred and sent again, the last with: {deferred[-1]}", flush=True)
    if problems:
        sys.exit(f"replay: {problems[0]}")


if __name__ == "__main__":
    main()
