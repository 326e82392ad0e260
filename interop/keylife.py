"""The life of DKIM keys against real name servers: BIND takes the updates, NSD lags behind it."""

import json
import re
import smtplib
import time

from peers import gateway
from peers.milter import Milter
from peers.opendkim import OpenDkim
from peers.scratch import free_port
from peers.sink import CaptureSink
from peers.verify import DkimPy
from peers.zones import Zones

ZONE = "example.com"
MESSAGE = "From: author@example.com\r\nTo: reader@example.net\r\nSubject: {0}\r\n\r\nThe text of {0}.\r\n"


class World:
    """Inside -> gateway, whose keys are published by updates of BIND -> capture sink."""

    def __init__(self, scratch):
        self.scratch = scratch
        self.zones = Zones(scratch).start((ZONE, "forged.example", "gone.example"), ("refused.example",))
        self.mailboxes = CaptureSink(free_port()).start()
        servers = "".join(
            f'"ns1.{zone}=127.0.0.1:{self.zones.primary}", "ns2.{zone}=127.0.0.1:{self.zones.secondary}", '
            for zone in (ZONE, "forged.example", "gone.example", "refused.example")
        )
        self.sut = gateway.Postern(
            scratch, "keys", self.mailboxes.port,
            domain_more='dkim = { publish = "ns" }\n',
            more="".join(
                f'[[domain]]\nname = "{zone}"\nalgorithms = ["ed25519"]\ndkim = {{ publish = "{how}" }}\n'
                for zone, how in (("forged.example", "forged"), ("gone.example", "gone"), ("refused.example", "ns"))
            )
            + self._publisher("ns", self.zones.primary, self.zones.key)
            + self._publisher("forged", self.zones.primary, self.zones.forged)
            + self._publisher("gone", free_port(), self.zones.key)
            + f'[dkim]\nwatch = "60s"\nverify = 1\nauthorities = [{servers.rstrip(", ")}]\n'
            f'[dns]\nservers = ["127.0.0.1:{self.zones.primary}"]\nreverse_timeout = "0s"\n',
        )
        self.sut.start()
        self.count = 0
        # Ed25519 is not known to OpenDKIM 2.11; dkimpy judges both.
        self.opendkim = OpenDkim(scratch, "keys-opendkim").verifier(self.zones.primary)

    @staticmethod
    def _publisher(name, port, key):
        return f'[[publisher]]\nname = "{name}"\nserver = "127.0.0.1:{port}"\nkey = "{key}"\nttl = "60s"\ndeadline = "5s"\n'

    def keys(self, zone=ZONE):
        status, output = self.sut.cli("dkim", "list", zone, "--json")
        return json.loads(output) if status == 0 else []

    def states(self, zone=ZONE):
        return sorted(f"{key['algorithm']} {key['state']}" for key in self.keys(zone))

    def wait(self, wanted, zone=ZONE, seconds=100):
        """Empty when the states become those wanted, else what they are."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if self.states(zone) == sorted(wanted):
                return ""
            time.sleep(1)
        return f"{self.states(zone)} after {seconds} s: {self.sut.log_tail(4)}"

    def send(self):
        """(code, content as it left) of one message."""
        self.count += 1
        before = len(self.mailboxes.messages)
        smtp = smtplib.SMTP("127.0.0.1", self.sut.port, local_hostname="inside.example", timeout=60)
        smtp.ehlo()
        smtp.docmd("MAIL", "FROM:<author@example.com>")
        smtp.docmd("RCPT", "TO:<reader@example.net>")
        code, text = smtp.data(MESSAGE.format(self.count).encode())
        smtp.quit()
        if code != 250 or not self.mailboxes.wait_count(before + 1, 30):
            return code, text
        return code, self.mailboxes.messages[-1].content

    def selectors(self, content):
        return sorted(re.findall(r"\bs=([a-z0-9]+);", content.decode("latin-1")))

    def faults(self, content):
        """Empty when dkimpy, by each name server, and OpenDKIM verify it, else what they say."""
        for port in (self.zones.primary, self.zones.secondary):
            results = DkimPy(port).results(content)
            if len(results) != 2 or any(why != "pass" for *_, why in results):
                return f"dkimpy by port {port}: {results}"
        _, judged = Milter(self.opendkim.socket).filter(content, "192.0.2.25", "gw.example.com", "author@example.com")
        field = re.search(rb"(?is)^Authentication-Results:.*?\n(?=\S)", judged)
        return "" if field and b"dkim=pass" in field.group(0) else f"OpenDKIM: {field and field.group(0)}"

    def tells(self, words, seconds=30):
        """Empty when the log comes to say that."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            with open(self.scratch.path("keys/log"), encoding="utf-8", errors="replace") as file:
                if re.search(words, file.read()):
                    return ""
            time.sleep(0.5)
        return f"the log does not say {words}: {self.sut.log_tail(5)}"


def keylife(suite, scratch):
    world = World(scratch)
    zones = world.zones
    both = ["ed25519", "rsa"]
    kept = []

    def made():
        code, text = world.send()
        if code != 451:
            return f"without a key: {code} {text}"
        world.sut.new_key()
        names = [f"{key['selector']}._domainkey.{ZONE}" for key in world.keys()]
        deadline = time.monotonic() + 30
        while not all(zones.ask(zones.primary, name) for name in names):
            if time.monotonic() > deadline:
                return f"BIND does not have them: {world.sut.log_tail(4)}"
            time.sleep(0.5)
        return "" if not any(zones.ask(zones.secondary, name) for name in names) else "NSD has them already"

    suite.check("keys: a new key's record comes to BIND by a signed update, and not yet to NSD", made)

    def lags():
        status, output = world.sut.cli("dkim", "check", ZONE)
        if status != 1 or f"ns2.{ZONE}" not in output or f"ns1.{ZONE}:" in output:
            return f"dkim check: status {status}: {output}"
        # Longer than any TTL here: only the secondary holds it.
        time.sleep(20)
        code, text = world.send()
        states = world.states()
        return "" if code == 451 and all("created" in state for state in states) else f"{code} {text} {states}"

    suite.check("keys: a lagging secondary holds activation; dkim check names it; mail is answered 451", lags)

    def active():
        zones.catch_up(ZONE)
        why = world.wait([f"{one} active" for one in both])
        if why:
            return why
        status, output = world.sut.cli("dkim", "check", ZONE)
        if status != 0:
            return f"dkim check: status {status}: {output}"
        code, content = world.send()
        if code != 250:
            return f"{code} {content}"
        kept.append(content)
        return world.faults(content)

    suite.check("keys: when both servers answer it signs, and dkimpy and OpenDKIM verify it there", active)

    def during():
        before = world.selectors(kept[0])
        status, output = world.sut.cli("dkim", "rotate", ZONE)
        if status != 0:
            return f"dkim rotate: {output}"
        status, output = world.sut.cli("dkim", "rotate", ZONE)
        if status == 0 or "under way" not in output:
            return f"a second rotation: status {status}: {output}"
        code, content = world.send()
        kept.append(content)
        return "" if world.selectors(content) == before else f"signed by {world.selectors(content)}, not {before}"

    suite.check("keys: while a rotation is under way the old keys sign, and it is not begun twice", during)

    def after():
        deadline = time.monotonic() + 60
        names = [f"{key['selector']}._domainkey.{ZONE}" for key in world.keys()]
        while not all(zones.ask(zones.primary, name) for name in names) and time.monotonic() < deadline:
            time.sleep(0.5)
        zones.catch_up(ZONE)
        why = world.wait([f"{one} {state}" for one in both for state in ("active", "retiring")])
        if why:
            return why
        code, content = world.send()
        if code != 250 or set(world.selectors(content)) & set(world.selectors(kept[0])):
            return f"{code}: signed by {world.selectors(content)}"
        kept.append(content)
        return "; ".join(filter(None, (world.faults(one) for one in kept)))

    suite.check("keys: mail of before, during and after a rotation is verified by dkimpy and OpenDKIM", after)

    def restarted():
        before = world.keys()
        world.sut.kill()
        world.sut.start()
        states = [(key["selector"], key["state"]) for key in world.keys()]
        code, content = world.send()
        if states != [(key["selector"], key["state"]) for key in before]:
            return f"{states}"
        return world.faults(content) if code == 250 else f"{code} {content}"

    suite.check("keys: SIGKILL changes no state", restarted)

    for zone, words, what in (
        ("forged.example", r"BADSIG|signature", "a wrong TSIG secret"),
        ("refused.example", r"REFUSED|refused", "a server that takes no updates"),
        ("gone.example", r"can't be reached", "a server that is not there"),
    ):
        def wrong(zone=zone, words=words):
            status, output = world.sut.cli("dkim", "new", zone, "--algorithm", "ed25519")
            if status != 0:
                return output
            why = world.tells(rf"DKIM of {re.escape(zone)}[^\n]*could not be published[^\n]*({words})")
            if why:
                return why
            return "" if world.states(zone) == ["ed25519 created"] else str(world.states(zone))

        suite.check(f"keys: {what} is a clear error and changes nothing", wrong)
    world.sut.stop()
