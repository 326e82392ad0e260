"""The suite of real peers. Run it with interop/run, which installs what it needs."""

import argparse
import os
import re
import sys
import time
import traceback

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import authentication  # noqa: E402
import ceremonies  # noqa: E402
import keylife  # noqa: E402
import kmfiles  # noqa: E402
import kmserved  # noqa: E402
import perimeter  # noqa: E402
import recipients  # noqa: E402
import resolving  # noqa: E402
import submission  # noqa: E402
import tools  # noqa: E402
from peers import gateway, messages  # noqa: E402
from peers.client import Submitter  # noqa: E402
from peers.nsd import Nsd  # noqa: E402
from peers.opendkim import OpenDkim  # noqa: E402
from peers.postfix import Postfix  # noqa: E402
from peers.scratch import ROOT, Failure, Scratch, free_port, need, run, wait_port  # noqa: E402
from peers.sink import CaptureSink  # noqa: E402
from peers.sink import smtp_sink as sink_words  # noqa: E402
from peers.verify import DkimPy, changes, judge, opendkim_results, same_parts, split_fields  # noqa: E402

SEVEN_BIT = ("PIPELINING", "SIZE 104857600", "ENHANCEDSTATUSCODES")


class Suite:
    """Prints one line a check and counts."""

    def __init__(self, only=""):
        self.passed = 0
        self.failed = 0
        self.only = re.compile(only)

    def wants(self, name):
        return bool(self.only.search(name))

    def check(self, name, action):
        """`action` gives an empty string when all is well, else why not."""
        if not self.wants(name):
            return
        try:
            why = action() or ""
        except Failure as problem:
            why = str(problem)
        except Exception as problem:  # a broken check is a failed check, and the rest goes on
            why = f"{type(problem).__name__}: {problem} at {traceback.extract_tb(problem.__traceback__)[-1].lineno}"
        if why:
            self.failed += 1
            print(f"FAIL {name}: {' '.join(why.split())[:400]}", flush=True)
        else:
            self.passed += 1
            print(f"ok {name}", flush=True)

    def close(self):
        print(f"{self.passed} passed, {self.failed} failed", flush=True)
        return 1 if self.failed or not self.passed else 0


class World:
    """The peers around the system under test, all in one scratch folder.

        swaks, Python, Postfix "inside" -> system under test -> capture sink
                                                             -> Postfix "outside" + OpenDKIM -> second sink
    """

    def __init__(self, scratch, options):
        self.scratch = scratch
        self.options = options
        self.capture = CaptureSink(free_port()).start()
        self.received = CaptureSink(free_port()).start()
        self.dns_port = free_port()
        self.outside_port = free_port()
        if options.peer == "postfix":
            self.sut = gateway.PostfixOpenDkim(scratch, "sut", self.capture.port)
            self.algorithms = ["rsa-sha256"]
        else:
            self.certificate, key = certificate(scratch)
            self.sut = gateway.Postern(
                scratch, "sut", self.capture.port, dns_port=self.dns_port,
                listener_more=f'tls_certificate = "{self.certificate}"\ntls_key = "{key}"\n',
            )
            self.algorithms = ["rsa-sha256", "ed25519-sha256"]
        self.sut.new_key()
        self.zone = self.sut.records()
        Nsd(scratch, self.dns_port).start(
            {
                "example.com": self.zone,
                "example.net": "example.net. IN MX 10 mx.example.net.\nmx.example.net. IN A 127.0.0.1",
            }
        )
        selectors = re.findall(r"(?m)^(\S+?)\._domainkey", self.zone)
        self.ours = {("example.com", selector) for selector in selectors}
        self.zone_file = scratch.write("zone.txt", self.zone)
        self.dkimpy = DkimPy(self.dns_port)
        self.sut.start()
        self.submitter = Submitter(self.sut.port)
        milter = OpenDkim(scratch, "verifier").verifier(self.dns_port).milter
        settings = {
            "smtpd_milters": milter,
            "milter_default_action": "tempfail",
            "header_size_limit": "1048576",
            # Loopback would count as inside, and Postfix completes an inside client's addresses (`To: a`
            # becomes `To: a@...`) before its milters see them. A receiver on the Internet does not.
            "local_header_rewrite_clients": "",
            # Postfix stops at 50 hops; RFC 5321 section 6.3 wants at least 100.
            "hopcount_limit": "200",
        }
        self.outside = Postfix(scratch, "outside", self.outside_port, self.received.port, settings).start()
        inside_port = free_port()
        self.inside = Postfix(scratch, "inside", inside_port, self.sut.port, {"header_size_limit": "1048576"}).start()

    def restart(self, smart_host):
        """The same gateway, keys and queue, with another next hop."""
        self.submitter.close()
        self.sut.stop()
        self.sut.smart_host = smart_host
        self.sut.configure()
        if isinstance(self.sut, gateway.PostfixOpenDkim):
            self.sut.start()
            return
        self.sut.start()

    def judge(self, content):
        return judge(self.dkimpy.results(content), self.algorithms, self.ours)


def certificate(scratch):
    """A self-signed certificate for gw.example.com; (certificate, key) as PEM files."""
    cert, key = scratch.path("cert.pem"), scratch.path("key.pem")
    status, output = run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
         "-subj", "/CN=gw.example.com", "-addext", "subjectAltName=DNS:gw.example.com", "-keyout", key, "-out", cert]
    )
    if status != 0:
        raise Failure(f"openssl req: {output}")
    os.chmod(key, 0o600)
    return cert, key


def compare(submitted, received, what):
    """Why the received content is not the submitted one with fields added; empty when it is."""
    submitted = messages.passing(messages.mended(submitted))
    if what == "bytes":
        return changes(submitted, received)[1]
    longest = max(len(line) for line in received.split(b"\r\n"))
    if longest > 998:
        return f"a line of {longest} octets came out"
    return same_parts(submitted, received)


def kinds_to_sink(suite, world):
    """Each kind of message, straight in and straight out: bytes and signatures."""
    for name, (content, what) in messages.kinds().items():
        rcpt = f"kind-{name}@example.net"

        def one():
            code, text = world.submitter.send(content, rcpt)
            if code != 250:
                return f"refused: {code} {text}"
            got = world.capture.wait_for(rcpt)
            if got is None:
                return f"did not come out: {world.sut.log_tail(3)}"
            if isinstance(world.sut, gateway.Postern):
                path = world.scratch.path(f"kind-{name}.eml")
                with open(path, "wb") as file:
                    file.write(got.content)
            return compare(content, got.content, what) or world.judge(got.content)

        suite.check(f"kind {name}: unchanged and verified by dkimpy", one)


def kinds_through_postfix(suite, world):
    """Each kind from a Postfix inside, through the gateway, to a Postfix outside with OpenDKIM."""
    for name, (content, _) in messages.kinds().items():
        rcpt = f"relay-{name}@example.net"

        def one():
            inside = Submitter(world.inside.port)
            code, text = inside.send(content, rcpt)
            inside.close()
            if code != 250:
                return f"inside Postfix refused: {code} {text}"
            got = world.received.wait_for(rcpt, 60)
            if got is None:
                return f"did not come out: {world.inside.log_tail(3)} {world.outside.log_tail(3)}"
            return opendkim_judge(world, got.content) or world.judge(strip_outside(got.content))

        suite.check(f"relay {name}: Postfix in, Postfix + OpenDKIM out, verified by both", one)


def strip_outside(content):
    """What the outside Postfix was given: its own fields on top taken off again.

    OpenDKIM puts Authentication-Results on top; Postfix its Received.
    """
    fields, rest = split_fields(content)
    while fields and re.match(rb"(?i)(authentication-results|received|return-path)", fields[0]):
        fields.pop(0)
    return b"".join(fields) + rest


def opendkim_judge(world, content):
    results = opendkim_results(content, world.ours)
    bad = [f"{result} {why}".strip() for result, why in results if result != "pass"]
    if len(results) < len(world.algorithms):
        return f"OpenDKIM saw {len(results)} signatures, not {len(world.algorithms)}"
    return f"OpenDKIM: {'; '.join(bad)}" if bad else ""


def swaks(suite, world):
    base = ["swaks", "--silent", "2", "--helo", "inside.example.com", "--server", f"127.0.0.1:{world.sut.port}",
            "--from", messages.AUTHOR, "--h-From", messages.AUTHOR]

    def send(name, *words):
        rcpt = f"swaks-{name}@example.net"

        def one():
            status, output = run([*base, "--to", rcpt, *words])
            if status != 0:
                return f"swaks ended with {status}: {output[-300:]}"
            got = world.capture.wait_for(rcpt)
            return "did not come out" if got is None else world.judge(got.content)

        suite.check(f"swaks {name}", one)

    send("plain")
    send("attachment", "--attach", "@" + os.path.join(ROOT, "LICENSE"), "--attach-type", "text/plain")
    send("pipelined", "--pipeline")
    send("8-bit-body", "--body", "Grüße, 8 bits.")
    if isinstance(world.sut, gateway.Postern):
        send("tls", "--tls")

        def strange():
            status, output = run([*base, "--to", "x@example.net", "--h-From", "someone@example.org"])
            if status == 0:
                return "a From of a domain that is not ours was taken"
            return "" if re.search(r"\b5[57]\d 5\.7\.", output) else f"no 5.7.x refusal: {output[-300:]}"

        suite.check("swaks a From of a foreign domain is refused with 5.7.x", strange)


def openssl_starttls(suite, world):
    def one():
        status, output = run(
            ["openssl", "s_client", "-starttls", "smtp", "-connect", f"127.0.0.1:{world.sut.port}", "-quiet", "-crlf",
             "-CAfile", world.certificate, "-verify_return_error", "-verify_hostname", "gw.example.com"],
            input=b"EHLO inside.example.com\nQUIT\n",
        )
        if "250" not in output or "221" not in output:
            return f"status {status}: {output[-300:]}"
        after = output.rsplit("verify return", 1)[-1]
        return "STARTTLS is offered inside TLS" if "STARTTLS" in after else ""

    suite.check("openssl s_client -starttls smtp: certificate verified, dialogue goes on", one)


def corpora(suite, world, folder):
    """Every acceptable real message: unchanged but for added fields, verified by dkimpy and OpenDKIM.

    The last lines list what was refused, and what was mended, each with its reason.
    """
    if folder is None or not os.path.isdir(folder):
        print(f"corpora: not at {folder}; only the kinds made here are sent")
        return
    total, refused, mended = 0, [], []
    for number, (name, raw) in enumerate(messages.corpus(folder)):
        if world.options.limit and number >= world.options.limit:
            break
        if not suite.wants(f"corpus {name}"):
            continue
        total += 1
        content = messages.as_ours(raw)
        rcpt = f"corpus-{number}@example.net"
        code, text = world.submitter.send(content, rcpt)
        odd = messages.oddities(content)
        if 500 <= code < 600 and odd:
            refused.append(f"{name} ({', '.join(odd)}): {code} {text.splitlines()[0][:80]}")
            continue
        if messages.mended(content) != content:
            mended.append(name)
        suite.check(f"corpus {name}", lambda: corpus_one(world, content, rcpt, code, text))
    for title, lines in (
        ("refused with a reason", refused),
        ("with text in place of a header field, given the missing empty line", mended),
    ):
        print(f"corpora: {len(lines)} of {total} {title}{':' if lines else ''}")
        for line in lines:
            print(f"    {line}")


def corpus_one(world, content, rcpt, code, text):
    if code != 250:
        return f"refused without a reason in the message: {code} {text}"
    got = world.capture.wait_for(rcpt)
    if got is None:
        return "did not come out"
    long_lines = max(len(line) for line in content.split(b"\r\n")) > 998
    why = compare(content, got.content, "parts" if long_lines else "bytes")
    # dkimpy reads no header with white space before a colon, which RFC 5322 section 4.5 has and RFC 6376
    # section 3.4.2 canonicalizes; OpenDKIM does, below.
    if not why and not any(re.match(rb"[!-9;-~]+[ \t]+:", field) for field in split_fields(content)[0]):
        why = world.judge(got.content)
    if why:
        keep(world, rcpt, content, got.content)
        return why
    # The same bytes to a real receiver: Postfix with OpenDKIM.
    outside = Submitter(world.outside.port, helo="gw.example.com")
    code, text = outside.send(got.content, rcpt)
    outside.close()
    if code != 250:
        return f"outside Postfix refused: {code} {text}"
    final = world.received.wait_for(rcpt)
    if final is None:
        return "did not pass the outside Postfix"
    why = opendkim_judge(world, final.content)
    if why:
        keep(world, rcpt, content, got.content)
    return why


def keep(world, rcpt, submitted, received):
    """With --keep, both sides of a failure stay to be looked at."""
    for end, data in (("in", submitted), ("out", received)):
        with open(world.scratch.path(f"{rcpt.split('@')[0]}.{end}.eml"), "wb") as file:
            file.write(data)


def seven_bit(suite, world):
    """A next hop without 8BITMIME and SMTPUTF8: converted before signing, or failed cleanly; never broken."""
    sink = CaptureSink(free_port(), extensions=SEVEN_BIT).start()
    world.restart(sink.port)
    for name in ("plain", "8-bit", "mime", "long-line-mime"):
        content, _ = messages.kinds()[name]
        rcpt = f"seven-{name}@example.net"

        def one():
            code, text = world.submitter.send(content, rcpt)
            if 500 <= code < 600:
                return ""
            if code != 250:
                return f"{code} {text}"
            deadline = time.monotonic() + 30
            while time.monotonic() < deadline:
                for got in sink.find(rcpt) or sink.find(messages.AUTHOR):
                    if not got.content.isascii():
                        return "8-bit content went to a 7-bit next hop"
                    if "author@" in got.rcpts[0]:
                        return "" if rcpt.encode() in got.content else "a message for the author that is no DSN about it"
                    return same_parts(content, got.content) or world.judge(got.content)
                time.sleep(0.1)
            return "neither delivered nor failed"

        suite.check(f"7-bit next hop, {name}: converted before signing or failed cleanly", one)
    world.restart(world.capture.port)
    sink.stop()


def smtp_sink(suite, world):
    """Postfix's own smtp-sink takes what leaves, content dumped to files and compared."""
    def one():
        port = free_port()
        folder = world.scratch.folder("dump", mode=0o777)
        world.scratch.start(sink_words(port, "-d", os.path.join(folder, "%M.")), "smtp-sink.log")
        wait_port(port, what="smtp-sink")
        world.restart(port)
        plain, mime = (messages.kinds()[name][0] for name in ("plain", "mime"))
        for content in (plain, mime):
            code, text = world.submitter.send(content, "dump@example.net")
            if code != 250:
                return f"{code} {text}"
        deadline = time.monotonic() + 30
        bodies = []
        while time.monotonic() < deadline and len(bodies) < 2:
            time.sleep(0.2)
            bodies = dumped(folder)
        if len(bodies) < 2:
            return f"{len(bodies)} of 2 messages dumped"
        for content in (plain, mime):
            if not any(changes(content, body)[1] == "" for body in bodies):
                return "a dumped message is not the submitted one with fields added"
        return "; ".join(filter(None, (world.judge(body) for body in bodies)))

    suite.check("smtp-sink takes what leaves, verified by dkimpy", one)


def dumped(folder):
    """Messages that smtp-sink -d wrote: its X- fields taken off, line ends made CRLF again."""
    out = []
    for name in sorted(os.listdir(folder)):
        with open(os.path.join(folder, name), "rb") as file:
            content = re.sub(rb"\r?\n", b"\r\n", file.read())
        fields, rest = split_fields(content)
        while fields and re.match(rb"X-(Client|Server|Mail|Rcpt|Helo|Ehlo)-?", fields[0], re.I):
            fields.pop(0)
        if fields and fields[0].lower().startswith(b"received: from") and b"smtp-sink" in fields[0]:
            fields.pop(0)
        # smtp-sink ends each message with an empty line of its own.
        out.append(b"".join(fields) + (rest[:-2] if rest.endswith(b"\r\n\r\n") else rest))
    return out


def stored(suite, world):
    """When all is delivered the queue is empty and the database is sound."""
    def empty():
        deadline = time.monotonic() + 20
        entries = None
        while time.monotonic() < deadline:
            entries = world.sut.queue_list()
            if entries == []:
                return ""
            time.sleep(0.5)
        return f"queue list: {str(entries)[:300]}"

    suite.check("queue list --json: empty when all is delivered", empty)

    def sound():
        world.sut.stop()
        files = [os.path.join(at, n) for at, _, names in os.walk(world.sut.data) for n in names]
        bases = [f for f in files if open(f, "rb").read(15) == b"SQLite format 3"]
        if not bases:
            return "no SQLite database in the data folder"
        for base in bases:
            status, output = run(["sqlite3", "-readonly", base, "pragma integrity_check"])
            if output.strip() != "ok":
                return f"{os.path.basename(base)}: {output[:200]}"
        loose = [f for f in files if os.stat(f).st_mode & 0o077]
        return f"not the owner's alone: {os.path.basename(loose[0])}" if loose else ""

    suite.check("sqlite3: the database is sound, the files are the owner's alone", sound)


def everything(suite, world):
    postern = isinstance(world.sut, gateway.Postern)
    if world.options.part in ("all", "kinds"):
        kinds_to_sink(suite, world)
        swaks(suite, world)
    if postern and world.options.part in ("all", "kinds"):
        openssl_starttls(suite, world)
        tools.own_tools(suite, world)
    if world.options.part in ("all", "corpora"):
        corpora(suite, world, world.options.corpora)
    if world.options.part in ("all", "relay"):
        smtp_sink(suite, world)
        world.restart(world.outside_port)
        kinds_through_postfix(suite, world)
        seven_bit(suite, world)
    if postern and world.options.part in ("all", "inbound"):
        perimeter.inbound(suite, world.scratch)
    if postern and world.options.part in ("all", "recipients"):
        recipients.recipients(suite, world.scratch)
    if postern and world.options.part in ("all", "submission"):
        submission.submission(suite, world.scratch)
    if postern and world.options.part in ("all", "dns"):
        resolving.resolving(suite, world.scratch)
    if postern and world.options.part in ("all", "authentication"):
        authentication.authentication(suite, world.scratch)
    if postern and world.options.part in ("all", "keys"):
        keylife.keylife(suite, world.scratch)
    if postern:
        stored(suite, world)


def options():
    parser = argparse.ArgumentParser(
        prog="interop/run",
        description="Sends mail through Postern from real clients to real servers and lets real verifiers judge it.",
        epilog="examples:\n  interop/run\n  interop/run --part kinds --keep\n"
        "  interop/run --only 'kind (mime|plain)'\n  interop/run --peer postfix --part corpora --limit 50\n",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--peer", choices=("postern", "postfix"), default="postern",
                        help="the system under test; postfix (+ OpenDKIM) is there to try the suite itself")
    parser.add_argument("--part", choices=("all", "kinds", "corpora", "relay", "inbound", "recipients", "submission",
                                           "dns", "authentication", "keys", "km", "ceremonies"), default="all")
    parser.add_argument("--only", default="", metavar="REGEX", help="only the checks whose name matches")
    parser.add_argument("--corpora", default=os.path.join(ROOT, "..", "shared", "corpora", "mime"), metavar="DIR",
                        help="folder of real messages (default ../shared/corpora/mime beside the checkout)")
    parser.add_argument("--limit", type=int, default=0, help="only so many messages of the corpora")
    parser.add_argument("--keep", action="store_true", help="keep the temporary folder")
    return parser.parse_args()


def main():
    chosen = options()
    suite = Suite(chosen.only)
    scratch = Scratch("interop", keep=chosen.keep)
    try:
        if chosen.peer == "postern" and chosen.part in ("all", "km"):
            kmfiles.kmfiles(suite, scratch)
        if chosen.peer == "postern" and chosen.part in ("all", "ceremonies"):
            gateway.build()
            ceremonies.ceremonies(suite, scratch)
            kmserved.kmserved(suite, scratch)
        if chosen.part not in ("km", "ceremonies"):
            need("swaks", "postfix", "opendkim", "opendkim-genkey", "nsd", "nsd-checkzone", "sqlite3", "openssl", "smtp-sink",
                 "slapd", "slapadd", "ldapwhoami", "gsasl", "testssl", "named", "dnssec-signzone", "opendmarc", "rspamd",
                 "rspamadm", "unshare", "tsig-keygen", "nsd-control", "dig")
            if chosen.peer == "postern":
                gateway.build()
            everything(suite, World(scratch, chosen))
    except Failure as problem:
        suite.failed += 1
        print(f"FAIL the suite cannot go on: {problem}", flush=True)
    finally:
        scratch.close()
    sys.exit(suite.close())


if __name__ == "__main__":
    main()
