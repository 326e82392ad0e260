"""Who really sent it, as Postern, dkimpy, pyspf, OpenDKIM and OpenDMARC see it: same messages, same DNS."""

import io
import os
import re
import smtplib
import socket
import struct

import dkim
import dns.resolver
import spf

from peers import authmail, gateway
from peers.localdns import LocalDns
from peers.milter import Milter
from peers.opendkim import OpenDkim
from peers.opendmarc import OpenDmarc
from peers.rspamd import RspamdSigner
from peers.scratch import ROOT, free_port, run
from peers.sink import CaptureSink

DOCUMENT = os.path.join(ROOT, "docs", "peers-authentication.md")

# (message, peer): (ours, theirs, what decides). One that is not here, or is here and no longer there, fails.
DISAGREEMENTS = {
}


def behind_proxy(port, ip):
    """A connection that a load balancer announces as that client's (PROXY protocol, version 2)."""
    connection = socket.create_connection(("127.0.0.1", port), 60)
    family, kind, here = (socket.AF_INET6, 0x21, "::1") if ":" in ip else (socket.AF_INET, 0x11, "127.0.0.1")
    addresses = socket.inet_pton(family, ip) + socket.inet_pton(family, here) + struct.pack("!HH", 40000, 25)
    connection.sendall(b"\r\n\r\n\0\r\nQUIT\n" + struct.pack("!BBH", 0x21, kind, len(addresses)) + addresses)
    return connection


class Client(smtplib.SMTP):
    """smtplib over such a connection."""

    def __init__(self, port, ip, helo):
        self.ip = ip
        super().__init__("127.0.0.1", port, local_hostname=helo, timeout=60)

    def _get_socket(self, host, port, timeout):
        return behind_proxy(port, self.ip)


def results(content, authserv_id):
    """What that server wrote on top: a list of (method, result, properties) in order."""
    head = re.sub(r"\r\n[ \t]+", " ", content.split(b"\r\n\r\n", 1)[0].decode("utf-8", "replace"))
    out = []
    for line in head.split("\r\n"):
        found = re.match(r"(?i)authentication-results:\s*" + re.escape(authserv_id) + r"\b[^;]*;(.*)", line)
        if not found:
            continue
        text = re.sub(r"\([^()]*\)", lambda c: c.group().replace(";", ","), found.group(1))
        for part in re.split(r";(?=(?:[^\"]*\"[^\"]*\")*[^\"]*$)", text):
            method = re.match(r"\s*([a-z]+)\s*=\s*(\w+)", part)
            if method:
                out.append((method.group(1), method.group(2), dict(re.findall(r"\b([a-z]+\.[a-z-]+)=(\S+)", part))))
    return out


class Judges:
    """All who judge, each by its own name for itself."""

    def __init__(self, scratch):
        self.scratch = scratch
        self.keys = authmail.Keys(scratch)
        self.rspamd = RspamdSigner(scratch, "rspamd", "rspamd.example", free_port())
        self.signer = OpenDkim(scratch, "opendkim-signer").signer("opendkim.example")
        self.dns = LocalDns(scratch).start(
            authmail.zone() + self.keys.records + self.rspamd.records + self.signer.record, [authmail.BROKEN])
        self.rspamd.start(self.dns)
        self.opendkim = OpenDkim(scratch, "opendkim-verifier").verifier(unbound=self.dns.unbound)
        self.opendmarc = OpenDmarc(scratch, "opendmarc", self.dns).start(OpenDkim.AUTHSERV_ID)
        resolver = dns.resolver.Resolver(configure=False)
        resolver.nameservers = [self.dns.address]
        resolver.lifetime = 5
        # pyspf knows no other way to be told.
        dns.resolver.default_resolver = self.resolver = resolver
        self.sink = CaptureSink(free_port()).start()
        self.port = free_port()
        self.sut = gateway.Postern(
            scratch, "judge", self.sink.port,
            domain_more=f'deliver_to = ["127.0.0.1:{self.sink.port}"]\nrecipients = {{ list = ["info@example.com"] }}\n',
            more=f"""
[[listener]]
role = "inbound"
address = "127.0.0.1:{self.port}"
proxy_from = ["127.0.0.1/32"]
[strangers]
verify_domain = false
greeting_delay = "0s"
[authentication]
on_reject = "accept"
on_quarantine = "accept"
on_dns_trouble = "accept"
ambiguous_from = "accept"
misleading_from = "accept"
[dns]
servers = ["{self.dns.server}"]
reverse_timeout = "0s"
""")
        self.sut.start()

    def postern(self, content, case):
        """What the inbound listener wrote for the inside."""
        before = len(self.sink.messages)
        client = Client(self.port, case.ip, case.helo)
        client.ehlo()
        client.mail(case.mail_from)
        client.rcpt("info@example.com")
        code, text = client.data(content)
        client.quit()
        if code != 250:
            return f"{code} {text.decode()}"
        if not self.sink.wait_count(before + 1, 30):
            return f"did not arrive: {self.sut.log_tail(3)}"
        return results(self.sink.messages[before].content, "gw.example.com")

    def dkimpy(self, content):
        out = []
        count = sum(1 for name, _ in dkim.DKIM(content).headers if name.lower() == b"dkim-signature")
        for index in range(count):
            try:
                good = dkim.DKIM(content).verify(idx=index, dnsfunc=self.text)
            except (dkim.DKIMException, ValueError, KeyError, IndexError, TypeError):
                good = False
            out.append("pass" if good else "not pass")
        return out

    def text(self, name, timeout=5):
        try:
            answer = self.resolver.resolve(name.decode() if isinstance(name, bytes) else name, "TXT", lifetime=timeout)
        except dns.exception.DNSException:
            return None
        return b"".join(answer[0].strings)

    def milters(self, case):
        """(words of OpenDKIM for each signature, word of OpenDMARC, word of its libspf2)."""
        _, seen = Milter(self.opendkim.socket).filter(case.content, case.ip, case.helo, case.mail_from)
        words = [word for method, word, _ in results(seen, OpenDkim.AUTHSERV_ID) if method == "dkim"]
        _, judged = Milter(self.opendmarc.socket).filter(seen, case.ip, case.helo, case.mail_from)
        found = {method: word for method, word, _ in results(judged, OpenDmarc.AUTHSERV_ID)}
        return words, found.get("dmarc", "nothing"), found.get("spf", "nothing")


def compare(judges, case, used):
    """Why this message fails: ours is not what was wanted, or somebody disagrees and it is not listed."""
    ours = judges.postern(case.content, case)
    if isinstance(ours, str):
        return ours
    spf_of = "smtp.mailfrom" if case.mail_from else "smtp.helo"
    mine = {
        "spf": next((word for method, word, more in ours if method == "spf" and spf_of in more), "nothing"),
        "dkim": [word for method, word, more in ours if method == "dkim" and more],
        "dmarc": next((word for method, word, _ in ours if method == "dmarc"), "nothing"),
    }
    wrong = []
    for method, want in (("spf", case.spf), ("dkim", case.dkim), ("dmarc", case.dmarc)):
        if mine[method] != want:
            wrong.append(f"Postern: {method} {mine[method]}, expected {want}")
    opendkim, opendmarc, libspf2 = judges.milters(case)
    opendkim = [word for word in opendkim if word != "none"]
    pass_or_not = ["pass" if word == "pass" else "not pass" for word in mine["dkim"]]
    rows = [
        ("pyspf", mine["spf"], spf.check2(i=case.ip, s=case.mail_from, h=case.helo)[0]),
        ("libspf2", mine["spf"], libspf2),
        ("dkimpy", " ".join(pass_or_not), " ".join(judges.dkimpy(case.content))),
        ("OpenDKIM", " ".join(mine["dkim"]), " ".join(opendkim)),
        ("OpenDMARC", mine["dmarc"], opendmarc),
    ]
    for peer, us, them in rows:
        listed = DISAGREEMENTS.get((case.name, peer))
        if listed:
            used.add((case.name, peer))
        if us == them:
            if listed:
                wrong.append(f"{peer} agrees now ({us}): take it off the list")
        elif not listed:
            wrong.append(f"{peer}: {them}, we: {us}")
        elif listed[:2] != (us, them):
            wrong.append(f"{peer}: {them}, we: {us}; listed as {listed[1]} and {listed[0]}")
    return "; ".join(wrong)


def authentication(suite, scratch):
    judges = Judges(scratch)
    cases = authmail.spf_cases() + authmail.dkim_cases(judges.keys) + authmail.dmarc_cases(judges.keys)
    used = set()
    for case in cases:
        suite.check(f"authentication {case.name}", lambda: compare(judges, case, used))
    judges.sut.stop()
