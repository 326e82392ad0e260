"""The DNS as BIND serves it: what the gateway makes of it shows in the fields that it writes."""

import json
import re
import smtplib
import socket
import time

from peers import gateway
from peers.bind import Bind
from peers.scratch import free_port
from peers.sink import CaptureSink

PLAIN = """\
@ TXT "v=spf1 ip4:127.0.0.1 -all"
host A 127.0.0.1
byaddress TXT "v=spf1 a:host.plain.example -all"
byhost TXT "v=spf1 mx -all"
byhost MX 10 nowhere
byhost MX 20 host
byname TXT "v=spf1 ptr:plain.example -all"
other TXT "v=spf1 ip4:192.0.2.1 -all"
chain CNAME chain1
chain1 CNAME chain2
chain2 CNAME signed.signed.example.
loop CNAME loop1
loop1 CNAME loop
nodata A 192.0.2.1
big TXT "v=spf1 ip4:127.0.0.1 -all"
""" + "".join(f'big TXT "verification-{number}={"x" * 200}"\n' for number in range(30))

SIGNED = """\
@ TXT "v=spf1 -all"
signed TXT "v=spf1 ip4:127.0.0.1 -all"
"""

# MAIL FROM's domain, the result of SPF, and what the record stands for.
RESULTS = (
    ("byaddress.plain.example", "pass", "A"),
    ("byhost.plain.example", "pass", "MX and A"),
    ("byname.plain.example", "pass", "PTR and A"),
    ("other.plain.example", "fail", "TXT"),
    ("big.plain.example", "pass", "6 KiB of TXT, over TCP"),
    ("chain.plain.example", "pass", "three CNAMEs, into another zone"),
    ("loop.plain.example", "temperror", "CNAMEs in a circle"),
    ("nodata.plain.example", "none", "no such record"),
    ("nothing.plain.example", "none", "no such name"),
    ("signed.signed.example", "pass", "signed"),
)


class Resolving:
    """Outside -> gateway, which asks BIND -> capture sink."""

    def __init__(self, scratch, name, dns, port):
        self.mailboxes = CaptureSink(free_port()).start()
        self.port = free_port()
        self.sut = gateway.Postern(
            scratch, name, self.mailboxes.port,
            domain_more=f'deliver_to = ["127.0.0.1:{self.mailboxes.port}"]\n'
                        'recipients = { list = ["info@example.com"] }\n',
            more=f'[[listener]]\nrole = "inbound"\naddress = "127.0.0.1:{self.port}"\n'
                 '[strangers]\nverify_domain = false\n'
                 f'[dns]\nservers = ["127.0.0.1:{port}"]\nreverse_timeout = "0s"\n{dns}',
        )
        self.sut.start()

    def send(self, domain):
        """(code, text) of the last reply, and what came out."""
        smtp = smtplib.SMTP("127.0.0.1", self.port, local_hostname="host.plain.example", timeout=60)
        smtp.ehlo()
        smtp.docmd("MAIL", f"FROM:<someone@{domain}>")
        code, text = smtp.docmd("RCPT", "TO:<info@example.com>")
        before = len(self.mailboxes.messages)
        if code == 250:
            code, text = smtp.data(f"From: someone@plain.example\r\nSubject: {domain}\r\n\r\nx\r\n".encode())
        smtp.quit()
        if code != 250 or not self.mailboxes.wait_count(before + 1, 30):
            return code, text.decode(), b""
        return code, text.decode(), self.mailboxes.messages[-1].content

    def wrong(self, domain, want):
        code, text, content = self.send(domain)
        found = re.search(rb"(?s)\bspf=(\w+)[^;]*smtp\.mailfrom", content)
        got = found.group(1).decode() if found else f"{code} {text}"
        return "" if got == want else f"spf={got}: {self.sut.log_tail(2)}"

    def explained(self, domain):
        """What was asked about a domain and answered, in the words of `explain`."""
        code, text, content = self.send(domain)
        found = re.search(r"\b([0-9a-z]{8,})\s*$", text)
        if code != 250 or not found:
            return f"{code} {text}"
        status, output = self.sut.cli("explain", found.group(1), "--json")
        if status != 0:
            return f"explain: status {status}: {output[-200:]}"
        words = json.dumps(json.loads(output), ensure_ascii=False)
        lines = re.findall(rf"TXT {re.escape(domain)}: [^|]*?(?=\",|\"\]|$)", words)
        return lines[0] if lines else f"no such question: {words[:200]}"


def resolving(suite, scratch):
    bind = Bind(scratch, free_port())
    bind.zone("plain.example", PLAIN)
    bind.zone("0.0.127.in-addr.arpa", "1 PTR host.plain.example.\n")
    anchors = bind.signed("signed.example", SIGNED)
    anchors += bind.signed("tampered.example", SIGNED, lambda text: text.replace("ip4:127.0.0.1", "ip4:127.0.0.2"))
    anchors += bind.signed("stripped.example", SIGNED,
                           lambda text: re.sub(r"(?ms)^\s+\d+\s+RRSIG\s+TXT .*?\)\n", "", text))
    bind.start()
    file = scratch.write("anchors", anchors)
    world = Resolving(scratch, "resolving", "", bind.port)
    for domain, want, what in RESULTS:
        suite.check(f"dns BIND: {what}: spf={want}", lambda domain=domain, want=want: world.wrong(domain, want))

    def transport():
        lines = bind.questions()
        big = [line for line in lines if re.search(r"(?i)query: big\.plain\.example IN TXT", line)]
        if not any(re.search(r"\+E\(0\)\w*T", line) for line in big):
            return f"not asked over TCP: {big}"
        names = {found.group(1) for line in lines if (found := re.search(r"query: (\S*plain\.example)", line, re.I))}
        return "" if any(name != name.lower() for name in names) else f"the case of names is as it was: {names}"

    suite.check("dns BIND: questions have EDNS, their letters any case; what does not fit is asked over TCP", transport)
    world.sut.stop()

    world = Resolving(scratch, "validating", f'dnssec = "validate"\ntrust_anchors = "{file}"\n', bind.port)
    suite.check("dns BIND validated: a signed zone: spf=pass", lambda: world.wrong("signed.signed.example", "pass"))
    suite.check("dns BIND validated: an unsigned one: spf=pass", lambda: world.wrong("plain.example", "pass"))
    suite.check("dns BIND validated: an unsigned alias for a signed name: spf=pass",
                lambda: world.wrong("chain.plain.example", "pass"))
    suite.check("dns BIND validated: a proven no: spf=none", lambda: world.wrong("nothing.signed.example", "none"))
    suite.check("dns BIND validated: changed after signing: spf=temperror",
                lambda: world.wrong("signed.tampered.example", "temperror"))
    suite.check("dns BIND validated: a signature taken away: spf=temperror",
                lambda: world.wrong("signed.stripped.example", "temperror"))

    def shown():
        for domain, want in (
            ("signed.signed.example", r"ip4:127.*, authentic\)"),
            ("plain.example", r"ip4:127.*\(ttl \d+ s\)"),
            ("signed.tampered.example", ": bogus: "),
        ):
            got = world.explained(domain)
            if not re.search(want, got):
                return f"{domain}: {got}"
        return ""

    suite.check("dns BIND validated: explain says which answers are authentic and which bogus", shown)
    world.sut.stop()

    def dead():
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
            silent.bind(("127.0.0.1", 0))
            dead_end = Resolving(scratch, "dead", '[authentication]\ndeadline = "3s"\n', silent.getsockname()[1])
            began = time.monotonic()
            code, text, _ = dead_end.send("byhost.plain.example")
            took = time.monotonic() - began
            dead_end.sut.stop()
        if code != 451:
            return f"{code} {text}"
        # SPF's at MAIL and the message's own: two deadlines, and some seconds for a busy machine.
        return "" if took < 12 else f"it took {took:.1f} s"

    suite.check("dns dead: 451 within the deadline of a message", dead)
