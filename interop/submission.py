"""Users who hand mail in: AUTH by swaks and GNU SASL, users of a real OpenLDAP, TLS as testssl.sh sees it."""

import base64
import json
import os
import re
import smtplib
import ssl

from peers import gateway, slapd
from peers.scratch import Failure, free_port, run
from peers.sink import CaptureSink

USER, PASSWORD = "author@example.com", "correct horse battery"


def certificate(scratch):
    """An authority made for this run, and a certificate of its for gw.example.com and loopback.

    (authority, certificate, key) as PEM files.
    """
    ca, ca_key = scratch.path("ca.pem"), scratch.path("ca-key.pem")
    cert, key = scratch.path("gw.pem"), scratch.path("gw-key.pem")
    curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    names = "subjectAltName=DNS:gw.example.com,DNS:localhost,IP:127.0.0.1"
    for words in (
        ["openssl", "req", "-x509", *curve, "-days", "90", "-subj", "/CN=Test authority", "-keyout", ca_key, "-out", ca],
        ["openssl", "req", "-x509", *curve, "-days", "90", "-subj", "/CN=gw.example.com", "-addext", names,
         "-addext", "basicConstraints=critical,CA:FALSE", "-addext", "keyUsage=critical,digitalSignature",
         "-addext", "extendedKeyUsage=serverAuth", "-CA", ca, "-CAkey", ca_key, "-keyout", key, "-out", cert],
    ):
        status, output = run(words)
        if status != 0:
            raise Failure(f"openssl req: {output}")
    os.chmod(key, 0o600)
    return ca, cert, key


class Doors:
    """A gateway with every kind of TLS listener: submission by STARTTLS and implicit, inbound by STARTTLS."""

    def __init__(self, scratch, name, cert, key, more=""):
        self.out = CaptureSink(free_port()).start()
        self.starttls, self.implicit, self.inbound = free_port(), free_port(), free_port()
        self.sut = gateway.Postern(
            scratch, name, self.out.port,
            domain_more='deliver_to = ["127.0.0.1:1"]\nrecipients = { list = ["info@example.com"] }\n',
            more=f"""
[[certificate]]
file = "{cert}"
key = "{key}"
[[listener]]
role = "submission"
address = "127.0.0.1:{self.starttls}"
[[listener]]
role = "submission"
address = "127.0.0.1:{self.implicit}"
tls = "implicit"
[[listener]]
role = "inbound"
address = "127.0.0.1:{self.inbound}"
[strangers]
verify_domain = false
greeting_delay = "0s"
[authentication]
enabled = false
ambiguous_from = "accept"
[dns]
servers = ["127.0.0.1:1"]
reverse_timeout = "0s"
{more}""",
        )
        self.sut.new_key()
        self.sut.start()

    def swaks(self, port, rcpt, *words, user=USER, password=PASSWORD, author=None):
        """One message as that user; the whole dialogue."""
        author = author or user
        return run(["swaks", "--server", f"127.0.0.1:{port}", "--helo", "client.example.com", "--from", author,
                    "--h-From", author, "--to", rcpt, "--auth-user", user, "--auth-password", password, *words])

    def took(self, port, rcpt, *words, **who):
        """Why the message did not come out; empty when it did."""
        status, output = self.swaks(port, rcpt, *words, **who)
        if status != 0:
            return f"swaks ended with {status}: {output[-300:]}"
        got = self.out.wait_for(rcpt)
        if got is None:
            return f"did not come out: {self.sut.log_tail(3)}"
        return "" if b"with ESMTPSA" in got.content else "Received does not say ESMTPSA"

    def refused(self, port, reply, *words, **who):
        """Why the dialogue does not hold that reply, or the message was taken; empty when all is well."""
        status, output = self.swaks(port, "nobody@example.net", *words, **who)
        if status == 0:
            return "taken"
        return "" if re.search(rf"<(~\*|\*\*|~~)\s+{reply}", output) else f"no {reply}: {output[-300:]}"


def auth(suite, doors, ca):
    def add():
        status, output = doors.sut.cli("users", "add", USER, input=PASSWORD.encode() + b"\n")
        return "" if status == 0 else f"users add: {status} {output[-300:]}"

    suite.check("submission users add: by the control socket, the password on standard input", add)
    for name, port, tls in (("STARTTLS", doors.starttls, "--tls"), ("implicit TLS", doors.implicit, "--tls-on-connect")):
        suite.check(f"submission swaks: AUTH PLAIN over {name}, and mail goes out signed", lambda: doors.took(
            port, f"plain-{port}@example.net", tls, "--tls-verify", "--tls-ca-path", ca, "--auth", "PLAIN"))
        suite.check(f"submission swaks: a wrong password over {name} is 535 5.7.8", lambda: doors.refused(
            port, r"535 5\.7\.8", tls, "--auth", "PLAIN", password="wrong horse battery"))
        suite.check(f"submission swaks: an unknown user over {name} is 535 5.7.8", lambda: doors.refused(
            port, r"535 5\.7\.8", tls, "--auth", "PLAIN", user="stranger@example.com"))
        suite.check(f"submission swaks: no mail without AUTH over {name}", lambda: doors.refused(
            port, r"530 5\.7\.0", tls, "--auth-user", "", "--auth-optional", "NONE"))
    suite.check("submission swaks: another's address is 550 5.7.1", lambda: doors.refused(
        doors.starttls, r"550 5\.7\.1", "--tls", "--auth", "PLAIN", author="info@example.com"))

    def in_clear():
        status, output = doors.swaks(doors.starttls, "nobody@example.net", "--auth", "PLAIN")
        if status == 0 or "AUTH PLAIN" in re.sub(r"(?m)^(===|\*\*\*).*", "", output):
            return f"swaks ended with {status}: {output[-300:]}"
        smtp = smtplib.SMTP("127.0.0.1", doors.starttls, local_hostname="client.example.com", timeout=60)
        smtp.ehlo()
        message = base64.b64encode(f"\0{USER}\0{PASSWORD}".encode()).decode()
        code, text = smtp.docmd("AUTH", f"PLAIN {message}")
        smtp.close()
        return "" if code in (530, 538) else f"{code} {text}"

    suite.check("submission swaks: in clear AUTH is not offered, and PLAIN all the same is refused", in_clear)

    # Debian's swaks knows no SCRAM; GNU SASL's own client does.
    for mechanism in ("SCRAM-SHA-256", "SCRAM-SHA-256-PLUS", "PLAIN"):
        suite.check(f"submission gsasl: {mechanism} over STARTTLS, the certificate verified",
                    lambda: gsasl(doors.starttls, ca, mechanism))

    def wrong():
        why = gsasl(doors.starttls, ca, "SCRAM-SHA-256", "wrong horse battery")
        return "" if "535 5.7.8" in why else f"no 535: {why or 'granted'}"

    suite.check("submission gsasl: SCRAM-SHA-256 with a wrong password is 535 5.7.8", wrong)


def gsasl(port, ca, mechanism, password=PASSWORD):
    """Empty when it was let in and, with SCRAM, the server has proved that it knows the password too."""
    binding = [] if mechanism.endswith("-PLUS") else ["--no-cb"]
    # Its status says how TLS ended after QUIT, not whether it was let in.
    _, output = run(
        ["gsasl", "--smtp", f"--connect=127.0.0.1:{port}", f"--x509-ca-file={ca}", f"--mechanism={mechanism}",
         f"--authentication-id={USER}", f"--authorization-id={USER}", f"--password={password}", *binding])
    return "" if "235 2.7.0" in output and "(server trusted)" in output else f"not let in: {output[-300:]}"


# The kinds of check, by their ids in testssl.sh's report, that must be there, or the scan did not happen.
LOOKED_AT = ("TLS1", "TLS1_2", "TLS1_3", "cipherlist_NULL", "cipherlist_AVERAGE", "PFS", "cipher_order", "heartbleed", "CCS",
             "ROBOT", "secure_renego", "secure_client_renego", "POODLE_SSL", "SWEET32", "LOGJAM", "BEAST", "LUCKY13", "RC4")

# Findings that are not of the gateway: id, and why. What is of the certificate made for this run (no CRL, no OCSP, an
# authority that nobody knows) is not asked for: it comes with --server-defaults alone.
NOT_OURS = {
    "engine_problem": "Debian's OpenSSL has no engine for GOST, which the scanner would try",
    "RC4": "with --fast the scanner asks by Debian's OpenSSL, which has no RC4; cipherlist_LOW has it, over its own sockets",
}

BAD = ("MEDIUM", "HIGH", "CRITICAL", "FATAL", "WARN")


def testssl(suite, scratch, doors, ca):
    for name, port, words in (
        ("submission, STARTTLS", doors.starttls, ["--starttls", "smtp"]),
        ("submission, implicit TLS", doors.implicit, []),
        ("inbound, STARTTLS", doors.inbound, ["--starttls", "smtp"]),
    ):
        def one():
            report = scratch.path(f"testssl-{port}.json")
            status, output = run(
                ["testssl", "--quiet", "--color", "0", "--warnings", "off", "--nodns", "none", "--fast",
                 "--ip", "127.0.0.1", "--add-ca", ca, "--jsonfile", report, *words,
                 "--protocols", "--std", "--fs", "--server-preference", "--vulnerable",
                 f"gw.example.com:{port}"], seconds=180)
            try:
                with open(report, encoding="utf-8") as file:
                    findings = json.load(file)
            except (OSError, ValueError):
                return f"testssl ended with {status} and no report: {output[-300:]}"
            seen = {finding["id"] for finding in findings}
            missing = [wanted for wanted in LOOKED_AT if wanted not in seen]
            bad = [f"{f['severity']} {f['id']}: {f['finding']}" for f in findings
                   if f["severity"] in BAD and f["id"].split(" ")[0] not in NOT_OURS]
            return "; ".join(bad) or (f"not looked at: {', '.join(missing)}" if missing else "")

        suite.check(f"testssl {name}: nothing of severity MEDIUM or worse", one)


def directory(ldap, password, ca, tls):
    port = ldap.tls_port if tls == "ldaps" else ldap.port
    return f"""
[submission]
failures = 3
failure_delay = "200ms"
directory = {{ name = "corp" }}
[[directory]]
name = "corp"
servers = ["localhost:{port}"]
tls = "{tls}"
ca = "{ca}"
bind_dn = "{slapd.BIND_DN}"
password_file = "{password}"
base = "{slapd.SUFFIX}"
timeout = "2s"
"""


def by_bind(suite, scratch, ca, cert, key):
    """Users of a slapd that says yes to a bind without a password, as RFC 4513 section 5.1.2 has it."""
    ldap = slapd.Slapd(scratch, cert, key, name="slapd-users", more="allow bind_anon_dn\n")
    password = scratch.write("users-ldap-password", slapd.PASSWORD + "\n", mode=0o600)
    plain = ("--tls", "--auth", "PLAIN")
    anna = {"user": "anna", "password": slapd.ANNA_PASSWORD, "author": "anna@example.com"}
    for tls in ("ldaps", "starttls"):
        doors = Doors(scratch, f"doors-{tls}", cert, key, directory(ldap, password, ca, tls))
        suite.check(f"submission slapd: a user logs in by a bind over {tls}, and sends as the entry's address",
                    lambda: doors.took(doors.starttls, f"bind-{tls}@example.net", *plain, **anna))
        if tls == "ldaps":
            doors.sut.stop()
    suite.check("submission slapd: as an alias of the entry too", lambda: doors.took(
        doors.starttls, "bind-alias@example.net", *plain, **{**anna, "author": "anna.example@example.com"}))
    suite.check("submission slapd: as another's address not, 550 5.7.1", lambda: doors.refused(
        doors.starttls, r"550 5\.7\.1", *plain, **{**anna, "author": "bert@example.com"}))
    for what, who in (
        ("a wrong password", {"user": "anna", "password": "wrong horse battery"}),
        ("an unknown user", {"user": "stranger", "password": slapd.ANNA_PASSWORD}),
        ("a name that is a filter", {"user": "ann*", "password": slapd.ANNA_PASSWORD}),
        ("an entry without a password", {"user": "bert", "password": slapd.ANNA_PASSWORD}),
    ):
        suite.check(f"submission slapd: {what} is 535 5.7.8",
                    lambda: doors.refused(doors.starttls, r"535 5\.7\.8", *plain, author="anna@example.com", **who))

    def client():
        smtp = smtplib.SMTP("127.0.0.1", doors.starttls, local_hostname="client.example.com", timeout=60)
        smtp.starttls(context=ssl.create_default_context(cafile=ca))
        smtp.ehlo()
        return smtp

    def offered():
        smtp = client()
        words = smtp.esmtp_features.get("auth", "").split()
        smtp.quit()
        return "" if words == ["PLAIN"] else f"AUTH {words}"

    suite.check("submission slapd: PLAIN alone is offered", offered)

    def login(password):
        smtp = client()
        message = base64.b64encode(f"\0anna\0{password}".encode()).decode()
        code, text = smtp.docmd("AUTH", f"PLAIN {message}")
        smtp.close()
        return f"{code} {text.decode().split(' ')[0]}"

    def no_password():
        status, output = run(["ldapwhoami", "-x", "-H", f"ldap://127.0.0.1:{ldap.port}", "-D",
                              f"uid=anna,{slapd.SUFFIX}", "-w", ""])
        if status != 0:
            return f"this slapd takes no bind without a password, so nothing is shown: {output[-200:]}"
        got = login("")
        return "" if got == "501 5.5.2" else got

    suite.check("submission slapd: it says yes to a bind without a password; such a login is 501", no_password)

    def trouble(begin, end):
        def one():
            begin()
            try:
                got = [login("wrong horse battery") for _ in range(4)]
            finally:
                end()
            if got != ["454 4.7.0"] * 4:
                return f"meanwhile {got}"
            # It is left alone for two seconds after a failure; the guesses must not have locked her name.
            for _ in range(40):
                got = login(slapd.ANNA_PASSWORD)
                if got != "454 4.7.0":
                    break
                run(["sleep", "0.5"])
            return "" if got == "235 2.7.0" else f"afterwards {got}"

        return one

    suite.check("submission slapd: hangs: 454 4.7.0, no guess is counted, and it recovers",
                trouble(ldap.pause, ldap.go_on))
    suite.check("submission slapd: is stopped: 454 4.7.0, no guess is counted, and it recovers",
                trouble(ldap.stop, ldap.start))
    doors.sut.stop()
    ldap.stop()


def submission(suite, scratch):
    ca, cert, key = certificate(scratch)
    doors = Doors(scratch, "doors", cert, key, '[submission]\nfailure_delay = "200ms"\nfailures_per_client = 1000\n')
    auth(suite, doors, ca)
    testssl(suite, scratch, doors, ca)
    doors.sut.stop()
    by_bind(suite, scratch, ca, cert, key)
