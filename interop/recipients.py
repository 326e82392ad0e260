"""Recipients at RCPT: a real OpenLDAP as directory, a real Postfix asked by callout, a list pushed through pipes."""

import json
import os
import re
import smtplib
import time

from peers import gateway, slapd
from peers.postfix import Postfix
from peers.scratch import Failure, free_port, run
from peers.sink import CaptureSink

WANT = {
    "anna@example.com": "known",
    "ANNA.EXAMPLE@example.com": "known",
    "bert@example.com": "known",
    "bertie@example.com": "known",
    "sales@example.com": "known",
    "anna+shop@example.com": "known",
    "nobody@example.com": "unknown",
    "a*@example.com": "unknown",
    '"x)(mail=*"@example.com': "unknown",
}


def certificate(scratch, host):
    """A self-signed certificate for a host; (certificate, key) as PEM files."""
    cert, key = scratch.path("ldap-cert.pem"), scratch.path("ldap-key.pem")
    status, output = run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={host}",
         "-addext", f"subjectAltName=DNS:{host}", "-keyout", key, "-out", cert]
    )
    if status != 0:
        raise Failure(f"openssl req: {output}")
    os.chmod(key, 0o600)
    return cert, key


def directory(ldap, password, cert, tls="ldaps", host="localhost"):
    port = ldap.tls_port if tls == "ldaps" else ldap.port
    return f"""
[[directory]]
name = "corp"
servers = ["127.0.0.1:1", "{host}:{port}"]
tls = "{tls}"
ca = "{cert}"
bind_dn = "{slapd.BIND_DN}"
password_file = "{password}"
base = "{slapd.SUFFIX}"
timeout = "2s"
stale = "1h"
"""


class Gate:
    """A gateway with an inbound listener and these recipients."""

    def __init__(self, scratch, name, recipients, more="", inside=1):
        self.port = free_port()
        self.sut = gateway.Postern(
            scratch, name, 1,
            domain_more=f'deliver_to = ["127.0.0.1:{inside}"]\n'
                        f'recipients = {{ tarpit = "0s", separator = "+", {recipients} }}\n',
            more=f'[[listener]]\nrole = "inbound"\naddress = "127.0.0.1:{self.port}"\n'
                 f'[dns]\nservers = ["127.0.0.1:1"]\nreverse_timeout = "0s"\n'
                 f"[strangers]\nverify_domain = false\n"
                 f'[authentication]\nenabled = false\nambiguous_from = "accept"\n{more}',
        )

    def check(self, address):
        """What `postern recipients check --json` says."""
        _, output = self.sut.cli("recipients", "check", address, "--json")
        try:
            # Warnings stand before it.
            return json.loads(output[re.search(r"(?m)^{", output).start():])
        except (AttributeError, ValueError) as problem:
            raise Failure(f"recipients check {address}: {output[-300:]}") from problem

    def results(self, wanted):
        """What differs from that; empty when nothing does."""
        wrong = []
        for address, want in wanted.items():
            got = self.check(address)
            if got["result"] != want:
                wrong.append(f"{address}: {got['result']} by {got['source']}, not {want}")
        return "; ".join(wrong)

    def rcpt(self, address):
        """The code of the reply to RCPT, by smtplib."""
        smtp = smtplib.SMTP("127.0.0.1", self.port, local_hostname="client.example.org", timeout=60)
        smtp.ehlo()
        smtp.docmd("MAIL", "FROM:<someone@example.org>")
        code, text = smtp.docmd("RCPT", f"TO:<{address}>")
        smtp.quit()
        return f"{code} {text.decode().split(' ')[0]}"


def by_directory(suite, scratch):
    cert, key = certificate(scratch, "localhost")
    ldap = slapd.Slapd(scratch, cert, key)
    password = scratch.write("ldap-password", slapd.PASSWORD + "\n", mode=0o600)
    for tls in ("ldaps", "starttls"):
        gate = Gate(scratch, f"gate-{tls}", 'directory = "corp"', directory(ldap, password, cert, tls))
        suite.check(f"recipients slapd: known and unknown by {tls}, past a dead first server",
                    lambda gate=gate: gate.results(WANT))

    wrong_name = Gate(scratch, "gate-name", 'directory = "corp"', directory(ldap, password, cert, host="127.0.0.1"))
    suite.check("recipients slapd: a certificate for another name is no directory",
                lambda: wrong_name.results({"anna@example.com": "unavailable"}))
    wrong = scratch.write("ldap-wrong", "wrong\n", mode=0o600)
    refused = Gate(scratch, "gate-password", 'directory = "corp"', directory(ldap, wrong, cert))
    suite.check("recipients slapd: a wrong password is trouble, not an empty directory",
                lambda: refused.results({"anna@example.com": "unavailable"}))

    gate = Gate(scratch, "gate-ldap", 'directory = "corp"', directory(ldap, password, cert))
    gate.sut.start()

    def replies():
        got = {address: gate.rcpt(address) for address in ("anna@example.com", "nobody@example.com")}
        if got != {"anna@example.com": "250 2.1.5", "nobody@example.com": "550 5.1.1"}:
            return str(got)
        return ""

    suite.check("recipients slapd: 250 and 550 5.1.1 at RCPT", replies)

    def trouble(how, begin, end):
        def one():
            begin()
            try:
                got = gate.rcpt(f"bert+{how}@example.com"), gate.rcpt("anna@example.com")
            finally:
                end()
            if got != ("451 4.4.3", "250 2.1.5"):
                return f"who is not remembered got {got[0]}, who is {got[1]}"
            deadline = time.monotonic() + 20
            while time.monotonic() < deadline:
                got = gate.rcpt("bertie@example.com")
                if got == "250 2.1.5":
                    return ""
                time.sleep(0.5)
            return f"afterwards {got}"

        return one

    suite.check("recipients slapd: hangs: 451, who is remembered is taken, and it recovers",
                trouble("slow", ldap.pause, ldap.go_on))
    suite.check("recipients slapd: is stopped: 451, who is remembered is taken, and it recovers",
                trouble("down", ldap.stop, ldap.start))

    def pushed():
        toml = scratch.write("directory.toml", directory(ldap, password, cert))
        status, output = run(
            ["sh", "-c", '"$0" recipients hash --ldap "$1" --domain example.com 2>"$3.err" >"$3"'
                         ' && "$0" recipients push - --config "$2" <"$3"',
             gateway.LAUNCHER, toml, edge.sut.config, scratch.path("pushed")], seconds=120)
        if status != 0:
            with open(scratch.path("pushed.err"), encoding="utf-8") as file:
                return f"{output} {file.read()}"
        with open(scratch.path("pushed"), encoding="utf-8") as file:
            if "anna" in file.read().lower():
                return "an address can be read in the list"
        return edge.results(WANT) or ("" if edge.rcpt("sales@example.com") == "250 2.1.5" else "not taken at RCPT")

    edge = Gate(scratch, "edge", "pushed = {}")
    edge.sut.start()
    suite.check("recipients slapd: exported, hashed and pushed over the control socket", pushed)
    edge.sut.stop()
    gate.sut.stop()
    ldap.stop()


def by_callout(suite, scratch):
    """A Postfix that knows its recipients, and one that takes everybody."""
    mailboxes = CaptureSink(free_port()).start()
    port = free_port()
    known = scratch.write("inside-recipients", "anna@example.com OK\npostmaster@example.com OK\n")
    postfix = Postfix(scratch, "inside-callout", port, mailboxes.port, {
        "relay_domains": "example.com",
        "relay_recipient_maps": f"texthash:{known}",
        "smtpd_relay_restrictions": "permit_auth_destination, reject",
        "unknown_relay_recipient_reject_code": "550",
    }).start()
    gate = Gate(scratch, "gate-callout", "callout = {}", inside=port)
    suite.check("recipients callout: what a Postfix says at RCPT", lambda: gate.results(
        {"anna@example.com": "known", "nobody@example.com": "unknown", "anna+shop@example.com": "unknown"}))

    def takes_all():
        loose_port = free_port()
        Postfix(scratch, "inside-loose", loose_port, mailboxes.port).start()
        loose = Gate(scratch, "gate-loose", "callout = {}", inside=loose_port)
        source = loose.check("nobody@example.com")["source"]
        return "" if "it takes every address" in source else source

    suite.check("recipients callout: a Postfix that takes every address is told", takes_all)

    def down():
        postfix.stop()
        return gate.results({"bob@example.com": "unavailable"})

    suite.check("recipients callout: no Postfix is no answer", down)


def recipients(suite, scratch):
    by_directory(suite, scratch)
    by_callout(suite, scratch)
