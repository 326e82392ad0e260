"""Mail from outside: real clients against an inbound listener, a real Postfix as the inside server."""

import re
import smtplib

from peers import gateway
from peers.postfix import Postfix
from peers.scratch import free_port, run
from peers.sink import CaptureSink

# What a stranger may try; each must be 550 5.7.1 at RCPT.
DISGUISES = (
    "user@far.example",
    "info@sub.example.com",
    "user%far.example@example.com",
    "user%40far.example@example.com",
    "far.example!user@example.com",
    '"user@far.example"@example.com',
    '"far.example!user"@example.com',
    "@example.com:user@far.example",
    "@far.example:info@example.com",
    "IMCEASMTP-user+40far+2Eexample@example.com",
    "IMCEAEX-_O=ORG_CN=user@example.com",
    '"/C=US/A=X/P=Y/S=user/"@example.com',
    '"S=user;O=far;P=x;C=us"@example.com',
    "=?utf-8?q?user=40far=2Eexample?=@example.com",
    "info+user%far.example@example.com",
    "user@[127.0.0.1]",
    "info@example.com.",
    "info@example.com@far.example",
    "user",
    "",
    "@far.example",
    "x" * 65 + "@example.com",
    "info@" + "x" * 64 + ".example.com",
)


class Inbound:
    """Outside -> gateway -> Postfix -> capture sink; what the gateway sends elsewhere comes to `outside`."""

    def __init__(self, scratch):
        self.mailboxes = CaptureSink(free_port()).start()
        self.outside = CaptureSink(free_port()).start()
        inside_port = free_port()
        Postfix(scratch, "mailserver", inside_port, self.mailboxes.port).start()
        self.port = free_port()
        self.sut = gateway.Postern(
            scratch, "gate", self.outside.port,
            domain_more=f'deliver_to = ["127.0.0.1:1", "127.0.0.1:{inside_port}"]\n'
                        'recipients = { list = ["info@example.com"], tarpit = "0s" }\n',
            more=f'[[listener]]\nrole = "inbound"\naddress = "127.0.0.1:{self.port}"\n'
                 '[strangers]\nverify_domain = false\n'
                 '[dns]\nservers = ["127.0.0.1:1"]\nreverse_timeout = "0s"\n[limits]\nerrors = 100000\n'
                 # Who sent it is the subject of authentication.py.
                 '[authentication]\nenabled = false\nambiguous_from = "accept"\n',
        )
        self.sut.start()

    def client(self):
        smtp = smtplib.SMTP("127.0.0.1", self.port, local_hostname="client.example.org", timeout=60)
        smtp.ehlo()
        return smtp

    def swaks(self, rcpt, *words):
        return run(["swaks", "--server", f"127.0.0.1:{self.port}", "--helo", "client.example.org",
                    "--from", "someone@example.org", "--to", rcpt, *words])


def inbound(suite, scratch):
    world = Inbound(scratch)

    def arrives():
        status, output = world.swaks("Info@EXAMPLE.com", "--body", "From outside.")
        if status != 0:
            return f"swaks ended with {status}: {output[-300:]}"
        got = world.mailboxes.wait_for("nfo@example.com")
        if got is None:
            return f"did not arrive: {world.sut.log_tail(3)}"
        if b"DKIM-Signature" in got.content:
            return "it was signed"
        return "" if b"by gw.example.com with ESMTP" in got.content else "no Received field of the gateway"

    suite.check("inbound swaks: a stranger's message reaches a Postfix inside, past a dead first host", arrives)

    def disguises():
        smtp = world.client()
        wrong = []
        for path in DISGUISES:
            smtp.docmd("MAIL", "FROM:<info@example.com>")
            code, text = smtp.docmd("RCPT", f"TO:<{path}>")
            if code != 550 or not text.startswith(b"5.7.1 "):
                wrong.append(f"{path}: {code} {text.decode()}")
            smtp.docmd("RSET")
        smtp.quit()
        return "; ".join(wrong)

    suite.check(f"inbound smtplib: {len(DISGUISES)} disguises of a relay attempt are 550 5.7.1 at RCPT", disguises)

    def by_swaks():
        wrong = []
        for path in DISGUISES[:10]:
            _, output = world.swaks(path, "--quit-after", "RCPT")
            if not re.search(r"<\*\* 550 5\.7\.1 ", output):
                wrong.append(f"{path}: {output[-120:]}")
        return "; ".join(wrong)

    suite.check("inbound swaks: ten of them by a second client", by_swaks)

    def dictionary():
        before = len(world.mailboxes.messages)
        smtp = world.client()
        smtp.docmd("MAIL", "FROM:<victim@far.example>")
        answers = {}
        for number in range(3000):
            host = ("example.com", "far.example", "sub.example.com")[number % 3]
            code, text = smtp.docmd("RCPT", f"TO:<name{number}@{host}>")
            key = f"{code} {text.split(b' ')[0].decode()}"
            answers[key] = answers.get(key, 0) + 1
        if answers != {"550 5.1.1": 1000, "550 5.7.1": 2000}:
            return f"answers: {answers}"
        # What the attack set going would be out before this one.
        smtp.docmd("RCPT", "TO:<info@example.com>")
        code, text = smtp.data(b"Subject: the only one\r\n\r\nx\r\n")
        smtp.quit()
        if code != 250 or not world.mailboxes.wait_count(before + 1, 30):
            return f"the one real recipient got nothing: {code} {text}"
        if world.outside.messages or len(world.mailboxes.messages) != before + 1:
            return f"{len(world.outside.messages)} went out"
        entries = world.sut.queue_list()
        return "" if entries == [] else f"queued: {entries}"

    suite.check("inbound smtplib: of 3,000 guessed recipients nothing is queued, nothing goes out", dictionary)
    world.sut.stop()
