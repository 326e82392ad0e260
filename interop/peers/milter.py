"""The mail server's end of the milter protocol: hands one message to a filter and gives what became of it."""

import socket
import struct

VERSION = 6
# Everything that a filter may ask to do, so that none refuses to work with us.
ACTIONS = 0x1FF
# The one offer about the protocol: values of fields with their leading space, which `simple` needs.
LEADING_SPACE = 0x100000
# Commands that a filter may say it gives no answer to.
SILENT = {b"C": 0x1000, b"H": 0x2000, b"M": 0x4000, b"R": 0x8000, b"T": 0x10000, b"L": 0x80, b"N": 0x40000, b"B": 0x80000}
VERDICTS = {b"a": "accept", b"r": "reject", b"t": "tempfail", b"d": "discard", b"y": "reply"}


class Milter:
    """One connection for each message. `where` is a path of a Unix socket, or a loopback port."""

    def __init__(self, where):
        family = socket.AF_INET if isinstance(where, int) else socket.AF_UNIX
        self.where = ("127.0.0.1", where) if isinstance(where, int) else where
        self.family = family

    def filter(self, content, ip, helo, mail_from, rcpt="info@example.com", name="unknown", queue_id="4Q0000000000001"):
        """(verdict, content with the fields that the filter added)."""
        with socket.socket(self.family, socket.SOCK_STREAM) as connection:
            connection.settimeout(30)
            connection.connect(self.where)
            return _Talk(connection, queue_id).run(content, ip, helo, mail_from, rcpt, name)


class _Talk:
    def __init__(self, connection, queue_id):
        self.connection = connection
        self.queue_id = queue_id
        self.top = []
        self.bottom = []

    def send(self, command, data=b""):
        self.connection.sendall(struct.pack("!I", len(data) + 1) + command + data)

    def take(self, count):
        data = b""
        while len(data) < count:
            more = self.connection.recv(count - len(data))
            if not more:
                raise ConnectionError("the milter closed the connection")
            data += more
        return data

    def answer(self):
        packet = self.take(struct.unpack("!I", self.take(4))[0])
        return packet[:1], packet[1:]

    def ask(self, command, *words):
        """True while the filter wants to hear more."""
        return self.put(command, b"".join(word + b"\0" for word in words))

    def put(self, command, data):
        self.send(command, data)
        return bool(self.protocol & SILENT[command]) or self.listen()

    def listen(self):
        while True:
            kind, data = self.answer()
            if kind in VERDICTS:
                self.verdict = VERDICTS[kind] + (" " + data.rstrip(b"\0").decode() if kind == b"y" else "")
                return False
            if kind in (b"c", b"s"):
                return True
            if kind == b"h":
                self.bottom.append(_field(data))
            elif kind == b"i":
                self.top.insert(0, _field(data[4:]))

    def run(self, content, ip, helo, mail_from, rcpt, name):
        self.verdict = "accept"
        if self._all(content, ip, helo, mail_from, rcpt, name):
            self.verdict = "accept"
        try:
            self.send(b"Q")
        except OSError:
            pass
        head, gap, body = content.partition(b"\r\n\r\n")
        return self.verdict, b"".join(self.top) + head + b"\r\n" + b"".join(self.bottom) + gap[2:] + body

    def _all(self, content, ip, helo, mail_from, rcpt, name):
        self.send(b"O", struct.pack("!III", VERSION, ACTIONS, LEADING_SPACE))
        kind, data = self.answer()
        if kind != b"O":
            raise ConnectionError(f"no negotiation: {kind!r}")
        self.protocol = struct.unpack("!III", data[:12])[2]
        leading = self.protocol & LEADING_SPACE
        six = ":" in ip
        self.send(b"D", b"Cj\0mx.example.com\0{daemon_name}\0mx.example.com\0")
        address = (b"IPv6:" if six else b"") + ip.encode()
        client = name.encode() + b"\0" + (b"6" if six else b"4") + struct.pack("!H", 2525) + address + b"\0"
        if not self.put(b"C", client) or not self.ask(b"H", helo.encode()):
            return False
        identity = self.queue_id.encode()
        self.send(b"D", b"Mi\0" + identity + b"\0{mail_addr}\0" + mail_from.encode() + b"\0")
        if not self.ask(b"M", f"<{mail_from}>".encode()):
            return False
        self.send(b"D", b"Ri\0" + identity + b"\0{rcpt_addr}\0" + rcpt.encode() + b"\0")
        if not self.ask(b"R", f"<{rcpt}>".encode()) or not self.ask(b"T"):
            return False
        head, _, body = content.partition(b"\r\n\r\n")
        fields = []
        for line in head.split(b"\r\n"):
            if line[:1] in (b" ", b"\t") and fields:
                fields[-1] += b"\n" + line
            else:
                fields.append(line)
        for field in fields:
            label, _, value = field.partition(b":")
            if not leading and value.startswith(b" "):
                value = value[1:]
            if not self.ask(b"L", label, value):
                return False
        if not self.ask(b"N"):
            return False
        for at in range(0, len(body), 65535):
            if not self.put(b"B", body[at : at + 65535]):
                return False
        self.send(b"E")
        return self.listen()


def _field(data):
    name, value = data.rstrip(b"\0").split(b"\0", 1)
    value = value.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    return name + b":" + (b"" if value[:1] in (b" ", b"\t") else b" ") + value + b"\r\n"
