"""Postern's own commands against what dkimpy, OpenDKIM and callers of sendmail make of them."""

import json
import os
import re
import subprocess

import dkim

from peers import gateway, messages
from peers.scratch import ROOT, run
from peers.verify import changes


def own_tools(suite, world):
    """The offline commands against what dkimpy and OpenDKIM make."""
    sample = world.scratch.path("kind-plain.eml")

    def verify():
        status, output = run([gateway.LAUNCHER, "verify", "--dns", world.zone_file, sample], cwd=ROOT)
        return "" if status == 0 and output.count("dkim=pass") >= 2 else f"status {status}: {output[-300:]}"

    suite.check("postern verify --dns: its own message passes", verify)

    def foreign():
        folder = world.scratch.folder("foreign")
        status, output = run(["opendkim-genkey", "-b", "2048", "-d", "example.com", "-s", "theirs", "-D", folder])
        if status != 0:
            return output
        with open(os.path.join(folder, "theirs.private"), "rb") as file:
            key = file.read()
        plain = messages.kinds(big=100)["mime"][0]
        signed = dkim.sign(plain, b"theirs", b"example.com", key, canonicalize=(b"relaxed", b"simple")) + plain
        path = os.path.join(folder, "signed.eml")
        with open(path, "wb") as file:
            file.write(signed)
        with open(os.path.join(folder, "theirs.txt"), encoding="ascii") as file:
            zone = world.scratch.write("foreign/zone", file.read().replace(
                "theirs._domainkey", "theirs._domainkey.example.com.", 1))
        status, output = run([gateway.LAUNCHER, "verify", "--dns", zone, path], cwd=ROOT)
        return "" if status == 0 and "dkim=pass" in output else f"status {status}: {output[-300:]}"

    suite.check("postern verify --dns: a message that dkimpy signed with an opendkim-genkey key passes", foreign)

    def imported():
        folder = world.scratch.path("foreign")
        config = gateway.Postern(world.scratch, "import", 9)
        status, output = config.cli("dkim", "import", "example.com", "theirs", os.path.join(folder, "theirs.private"))
        if status != 0:
            return f"dkim import: status {status}: {output[-300:]}"
        ours = re.sub(r'["\s()]', "", config.records())
        with open(os.path.join(folder, "theirs.txt"), encoding="ascii") as file:
            theirs = re.sub(r'["\s()]', "", file.read())
        public = re.search(r"p=([A-Za-z0-9+/=]+)", theirs).group(1)
        return "" if "theirs._domainkey" in ours and public in ours else f"another record: {ours[:300]}"

    suite.check("postern dkim import: an OpenDKIM key keeps its record", imported)

    def signed_here():
        folder = world.scratch.path("foreign")
        plain = messages.kinds(big=100)["mime"][0]
        done = subprocess.run(
            [gateway.LAUNCHER, "sign", "--key", os.path.join(folder, "theirs.private"), "--selector", "theirs",
             "--domain", "example.com"], input=plain, capture_output=True, timeout=60, check=False)
        if done.returncode != 0:
            return f"status {done.returncode}: {done.stderr.decode()[-300:]}"
        with open(os.path.join(folder, "theirs.txt"), encoding="ascii") as file:
            text = "".join(re.findall(r'"([^"]*)"', file.read())).encode()
        good = dkim.verify(done.stdout, dnsfunc=lambda name, timeout=5: text)
        return changes(plain, done.stdout)[1] or ("" if good else "dkimpy does not verify it")

    suite.check("postern sign --key: what it signs with an opendkim-genkey key, dkimpy verifies", signed_here)

    def json_record():
        status, output = world.sut.cli("dkim", "record", "example.com", "--json")
        if status != 0:
            return f"status {status}: {output[-300:]}"
        for key in json.loads(output):
            served = world.dkimpy.txt(key["name"])
            if served is None or served.decode() != key["text"]:
                return f"{key['name']}: {key['text'][:60]} printed, {served!r:.80} served"
        return ""

    suite.check("postern dkim record --json: the same keys as the DNS server serves", json_record)

    def sendmail(name, words, end):
        rcpt = f"sendmail-{name}@example.net"
        link = world.scratch.path("sendmail")
        if not os.path.exists(link):
            os.symlink(gateway.LAUNCHER, link)
        status, output = run(
            [link, *words, *([] if "-t" in words else [rcpt])],
            input=f"From: {messages.AUTHOR}\nTo: {rcpt}\nSubject: cron\n\none\n.\nout\n".encode(),
            env={**os.environ, "POSTERN_SENDMAIL": f"127.0.0.1:{world.sut.port}"},
        )
        if status != 0:
            return f"status {status}: {output[-300:]}"
        got = world.capture.wait_for(rcpt)
        if got is None:
            return "did not come out"
        body = got.content.partition(b"\r\n\r\n")[2]
        return world.judge(got.content) or ("" if body == end else f"body became {body[:60]!r}")

    whole = b"one\r\n.\r\nout\r\n"
    suite.check("postern sendmail -t -i, as PHP uses it", lambda: sendmail("t", ["-t", "-i"], whole))
    suite.check("postern sendmail -oi -f, as mailx uses it",
                lambda: sendmail("f", ["-oi", "-f", messages.AUTHOR, "--"], whole))
    suite.check("postern sendmail without -i: a dot ends the message",
                lambda: sendmail("dot", ["-f", messages.AUTHOR], b"one\r\n"))

    def batch():
        status, output = run([gateway.LAUNCHER, "sendmail", "-bs"])
        return "" if status == 64 and "-bs" in output else f"status {status}: {output[-200:]}"

    suite.check("postern sendmail -bs: refused with a word and EX_USAGE", batch)
