"""Who really sent it, as Postern, dkimpy, pyspf, OpenDKIM and OpenDMARC see it: same messages, same DNS."""

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
# `a or b`: theirs is one or the other, by what the peer remembers of the DNS. "not pass" is any other word.
DISAGREEMENTS = {
    ("spf redirect twice", "libspf2"): (
        "not pass", "pass", "RFC 7208 §6: redirect= more than once is a permerror"),
    ("spf macro of the local part", "libspf2"): (
        "pass", "not pass", "RFC 7208 §7.2: `l` is the local part of MAIL FROM; OpenDMARC hands on the domain alone"),
    ("spf three void look-ups", "libspf2"): (
        "not pass", "pass", "RFC 7208 §4.6.4: more than two void look-ups should be a permerror; RFC 4408 had no such bound"),
    ("spf a prefix of 0", "libspf2"): ("pass", "not pass", "RFC 7208 §5.6: `/0` is an ip4-cidr-length"),
    ("spf two records", "OpenDMARC"): (
        "none", "fail", "RFC 9989 §4.10: several records at a name are discarded; OpenDMARC takes one of them"),
    ("dkim l= and more behind it", "dkimpy"): (
        "not pass", "pass", "RFC 6376 §8.2: anybody can add what is read; a verifier may not count it (decision 0003)"),
    ("dkim l= and more behind it", "OpenDKIM"): ("policy", "pass", "RFC 6376 §8.2, as above"),
    ("dkim l= and more behind it", "OpenDMARC"): ("fail", "pass", "RFC 6376 §8.2, by OpenDKIM's pass"),
    ("dkim a second From field, oversigned", "OpenDMARC"): (
        "permerror", "fail", "RFC 9989 §5.3.1 and RFC 5322 §3.6: without exactly one From field there is no author domain"),
    ("dkim expired an hour ago", "dkimpy"): (
        "not pass", "pass", "RFC 6376 §3.5, x=: past its date a signature may be invalid; dkimpy grants ten hours, we five minutes"),
    ("dkim x= before t=", "dkimpy"): ("not pass", "pass", "RFC 6376 §3.5, x=: must be greater than t="),
    ("dkim signed tomorrow", "OpenDKIM"): (
        "policy", "permerror", "RFC 6376 §3.5, t=: of the future may be ignored; RFC 8601 §2.7.1: what is not accepted is `policy`"),
    ("dkim From not signed", "dkimpy"): ("not pass", "pass", "RFC 6376 §6.1.1: without From in h= PERMFAIL"),
    ("dkim q= unknown", "OpenDKIM"): (
        "neutral", "permerror", "RFC 8601 §2.7.1: what can't be processed is `neutral` (decision 0003)"),
    ("dkim tag twice", "OpenDKIM"): ("neutral", "pass", "RFC 6376 §3.2: a tag twice makes the whole list invalid"),
    ("dkim tag twice", "OpenDMARC"): ("fail", "pass", "RFC 6376 §3.2, by OpenDKIM's pass"),
    ("dkim key missing", "OpenDKIM"): ("permerror", "fail", "RFC 6376 §6.1.2 no. 3: PERMFAIL (no key for signature)"),
    ("dkim key revoked", "OpenDKIM"): ("permerror", "fail", "RFC 6376 §6.1.2 no. 7: PERMFAIL (key revoked)"),
    ("dkim sha1", "dkimpy"): ("not pass", "pass", "RFC 8301 §3.1: rsa-sha1 must not be used for verifying"),
    ("dkim sha1", "OpenDKIM"): ("permerror", "pass", "RFC 8301 §3.1"),
    ("dkim sha1", "OpenDMARC"): ("fail", "pass", "RFC 8301 §3.1, by OpenDKIM's pass"),
    ("dkim key t=s and i= of a sub-domain", "dkimpy"): (
        "not pass", "pass", "RFC 6376 §3.6.1, t=s: the domain of i= must be d="),
    ("dkim key t=s and i= of a sub-domain", "OpenDKIM"): (
        "permerror", "fail", "RFC 6376 §3.6.1, t=s; nothing was changed on the way, so not `fail` (decision 0003)"),
    ("dkim key for sha1 alone", "dkimpy"): (
        "not pass", "pass", "RFC 6376 §6.1.2 no. 6: PERMFAIL (inappropriate hash algorithm)"),
    ("dkim key for sha1 alone", "OpenDKIM"): ("permerror", "fail", "RFC 6376 §6.1.2 no. 6"),
    ("dkim key for another service", "OpenDKIM"): (
        "permerror", "fail", "RFC 6376 §3.6.1, s=: such a record is ignored, so §6.1.2 no. 3"),
    ("dkim key of version 2", "OpenDKIM"): (
        "permerror", "fail", "RFC 6376 §3.6.1, v=: such a record is discarded, so §6.1.2 no. 3"),
    ("dkim key with v= behind", "dkimpy"): ("not pass", "pass", "RFC 6376 §3.6.1: v= must be the first tag"),
    ("dkim key with v= behind", "OpenDKIM"): ("permerror", "pass", "RFC 6376 §3.6.1: v= must be the first tag"),
    ("dkim key with v= behind", "OpenDMARC"): ("fail", "pass", "RFC 6376 §3.6.1, by OpenDKIM's pass"),
    ("dkim key of another kind", "OpenDKIM"): (
        "permerror", "pass", "RFC 6376 §6.1.2 no. 8: PERMFAIL (inappropriate key algorithm)"),
    ("dkim key of another kind", "OpenDMARC"): ("fail", "pass", "RFC 6376 §6.1.2 no. 8, by OpenDKIM's pass"),
    ("dkim two keys", "OpenDKIM"): (
        "permerror", "temperror", "RFC 6376 §3.6.2.2: records must be unique, else undefined; asking again changes nothing"),
    ("dkim the DNS does not say", "OpenDKIM"): (
        "temperror", "nothing or fail", "RFC 6376 §6.1.2 no. 2: a query that fails to answer is a TEMPFAIL"),
    ("dmarc the DNS does not say", "OpenDKIM"): (
        "temperror", "nothing or fail", "RFC 6376 §6.1.2 no. 2: a query that fails to answer is a TEMPFAIL"),
    ("dmarc the DNS does not say", "OpenDMARC"): (
        "temperror", "none", "RFC 9989 §5.3.6: what was not answered is neither pass nor fail nor absent"),
    ("dmarc SPF of a sub-domain, aspf=s", "OpenDMARC"): (
        "fail", "pass", "RFC 9989 §4.4.2: strict alignment wants the same domain; opendmarc-check reads the record as strict"),
    ("dmarc signed by a sub-domain, adkim=s", "OpenDMARC"): (
        "fail", "pass", "RFC 9989 §4.4.1: strict alignment wants the same domain"),
    ("dmarc rua= without p=", "OpenDMARC"): (
        "fail", "permerror", "RFC 9989 §4.10.1: without p= but with rua= the policy is none"),
    ("dmarc rua= without p=, signed", "OpenDMARC"): ("pass", "permerror", "RFC 9989 §4.10.1, as above"),
    ("dmarc neither p= nor rua=", "OpenDMARC"): (
        "none", "permerror", "RFC 9989 §4.10.1: without p= and rua= DMARC is not applied"),
    ("dmarc p= unknown, with rua=", "OpenDMARC"): (
        "fail", "permerror", "RFC 9989 §4.10.1: a bad p= with rua= is none"),
    ("dmarc two records", "OpenDMARC"): (
        "none", "fail", "RFC 9989 §4.10: several records at a name are discarded"),
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
        self.opendkim = OpenDkim(scratch, "opendkim-verifier").verifier(nameserver=self.dns.address)
        self.opendmarc = None
        if LocalDns.can_be_given():
            self.opendmarc = OpenDmarc(scratch, "opendmarc", self.dns).start(OpenDkim.AUTHSERV_ID)
        else:
            print("note: OpenDMARC and libspf2 don't judge, for no program can be given a DNS of its own here: mount "
                  "namespaces (unshare --mount) are not allowed", flush=True)
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
        """(words of OpenDKIM for each signature, word of OpenDMARC, word of its libspf2); None where it does not judge."""
        _, seen = Milter(self.opendkim.socket).filter(case.content, case.ip, case.helo, case.mail_from)
        words = [word for method, word, _ in results(seen, OpenDkim.AUTHSERV_ID) if method == "dkim"]
        if not self.opendmarc:
            return words, None, None
        _, judged = Milter(self.opendmarc.socket).filter(seen, case.ip, case.helo, case.mail_from)
        found = {method: word for method, word, _ in results(judged, OpenDmarc.AUTHSERV_ID)}
        return words, found.get("dmarc", "nothing"), found.get("spf", "nothing")


def passed(word):
    return "pass" if word == "pass" else "not pass"


def joined(words):
    return " ".join(words) or "nothing"


def compare(judges, case):
    """Why this message fails: ours is not what was wanted, or somebody disagrees and it is not listed."""
    ours = judges.postern(case.content, case)
    if isinstance(ours, str):
        return ours
    spf_of = "smtp.mailfrom" if case.mail_from else "smtp.helo"
    mine = {
        "spf": next((word for method, word, more in ours if method == "spf" and spf_of in more), "nothing"),
        "dkim": [word for method, word, _ in ours if method == "dkim" and word != "none"],
        "dmarc": next((word for method, word, _ in ours if method == "dmarc"), "nothing"),
    }
    wrong = []
    for method, want in (("spf", case.spf), ("dkim", case.dkim), ("dmarc", case.dmarc)):
        if mine[method] != want:
            wrong.append(f"Postern: {method} {mine[method]}, expected {want}")
    opendkim, opendmarc, libspf2 = judges.milters(case)
    opendkim = [word for word in opendkim if word != "none"]
    rows = [
        ("pyspf", mine["spf"], spf.check2(i=case.ip, s=case.mail_from, h=case.helo)[0]),
        # OpenDMARC writes `fail` for whatever its libspf2 said that is no pass.
        ("libspf2", passed(mine["spf"]), libspf2 and passed(libspf2)),
        ("dkimpy", joined(map(passed, mine["dkim"])), joined(judges.dkimpy(case.content))),
        ("OpenDKIM", joined(mine["dkim"]), joined(opendkim)),
        ("OpenDMARC", mine["dmarc"], opendmarc),
    ]
    for peer, us, them in rows:
        if them is None:
            continue
        listed = DISAGREEMENTS.get((case.name, peer))
        if us == them:
            if listed:
                wrong.append(f"{peer} agrees now ({us}): take it off the list")
        elif not listed:
            wrong.append(f"{peer}: {them}, we: {us}")
        elif us != listed[0] or them not in listed[1].split(" or "):
            wrong.append(f"{peer}: {them}, we: {us}; listed as {listed[1]} and {listed[0]}")
    return "; ".join(wrong)


def signed_elsewhere(judges):
    """Mail that other signers signed; everybody must take each signature."""
    out = []
    for name, domain, where, signatures in (
        ("OpenDKIM", "opendkim.example", judges.signer.socket, 1),
        ("rspamd", "rspamd.example", judges.rspamd.port, 2),
    ):
        for kind, body in (("text", b"Hello,\r\n\r\nyou.\r\n"), ("8-bit", "Grüße  \r\n.\r\n\r\n\r\n".encode()),
                           ("empty", b"")):
            content = authmail.plain(f"author@{domain}", body=body)
            # OpenDKIM signs for loopback, rspamd was told of FRIEND's network.
            ip = "127.0.0.1" if name == "OpenDKIM" else authmail.FRIEND
            _, signed = Milter(where).filter(content, ip, "inside.example", f"author@{domain}")
            out.append(authmail.Case(f"signed by {name}, {kind}", signed, f"none | {'pass ' * signatures} | none"))
    return out


def by_hand(judges, case):
    """`postern verify` with the same zone as a file says the same as the listener."""
    path = judges.scratch.path("by-hand.eml")
    with open(path, "wb") as file:
        file.write(case.content)
    _, output = run([gateway.LAUNCHER, "verify", "--ip", case.ip, "--helo", case.helo, "--mail-from", case.mail_from,
                     "--authserv-id", "gw.example.com", "--dns", judges.dns.zone, path])
    said = results(re.sub(r"\r?\n", "\r\n", output).encode() + b"\r\n\r\n", "gw.example.com")
    heard = judges.postern(case.content, case)
    return "" if said and said == heard else f"verify: {said or output[-300:]}; listener: {heard}"


def rows():
    """The lines of the table in the document."""
    return [f"| {message} | {peer} | {theirs} | {ours} | {why} |"
            for (message, peer), (ours, theirs, why) in DISAGREEMENTS.items()]


def documented():
    with open(DOCUMENT, encoding="utf-8") as file:
        written = [line.rstrip("\n") for line in file if line.startswith(("| spf ", "| dkim ", "| dmarc "))]
    missing = [line for line in rows() if line not in written]
    gone = [line for line in written if line not in rows()]
    return f"missing: {missing[:2]}; no more: {gone[:2]}" if missing or gone else ""


def authentication(suite, scratch):
    judges = Judges(scratch)
    cases = authmail.spf_cases() + authmail.dkim_cases(judges.keys) + authmail.dmarc_cases(judges.keys)
    for case in cases + signed_elsewhere(judges):
        suite.check(f"authentication {case.name}", lambda: compare(judges, case))
    named = {case.name: case for case in cases}
    for name in ("spf fail over IPv6", "dkim rsa and ed25519", "dkim key revoked", "dmarc SPF fails, signed"):
        suite.check(f"authentication postern verify: {name}", lambda: by_hand(judges, named[name]))
    unknown = [f"{message}, {peer}" for message, peer in DISAGREEMENTS if message not in named]
    suite.check("authentication: each listed disagreement is about a message that is judged",
                lambda: "; ".join(unknown))
    suite.check("authentication: docs/peers-authentication.md lists the same disagreements", documented)
    judges.sut.stop()


if __name__ == "__main__":
    print("\n".join(rows()))
