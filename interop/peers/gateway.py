"""The systems under test: Postern, and Postfix + OpenDKIM as a stand-in and for comparison."""

import json
import os
import re
import signal
import time

from .opendkim import OpenDkim
from .postfix import Postfix
from .scratch import ROOT, Failure, free_port, run

LAUNCHER = os.path.join(ROOT, "postern")


def build(seconds=900):
    """The launcher builds on first use; this lets it do so before anything is timed. Gives its version."""
    if not os.access(LAUNCHER, os.X_OK):
        raise Failure("there is no ./postern launcher in this checkout")
    status, output = run([LAUNCHER, "--version"], seconds=seconds, cwd=ROOT)
    if status != 0:
        raise Failure(f"./postern --version ended with {status}: {output[-600:]}")
    # Built once for the whole run, whatever happens to the sources meanwhile.
    os.environ["POSTERN_NO_BUILD"] = "1"
    return next((line for line in output.splitlines() if line.startswith("postern ")), output.strip())


class Postern:
    """One gateway with its own data folder.

    `more` is TOML put at the end of the configuration, `domain_more` inside the [[domain]] table and
    `listener_more` inside [[listener]].
    """

    domain = "example.com"
    name_shown = "Postern"

    def __init__(self, scratch, name, smart_host, algorithms=None, dns_port=None, data=None, java_options="", **more):
        self.scratch = scratch
        self.name = name
        self.port = free_port()
        self.smart_host = smart_host
        self.algorithms = algorithms
        self.dns_port = dns_port
        self.data = data or scratch.path(name, "data")
        self.java_options = java_options
        self.more = more
        self.process = None
        scratch.folder(name)
        scratch.on_close(self.stop)
        self.configure()

    def configure(self):
        """Writes the configuration as it is now; a running gateway does not notice."""
        domain_more = self.more.get("domain_more", "")
        if self.algorithms:
            domain_more += f"algorithms = {json.dumps(self.algorithms)}\n"
        dns = f'\n[dns]\nservers = ["127.0.0.1:{self.dns_port}"]\n' if self.dns_port else ""
        self.config = self.scratch.write(
            f"{self.name}/postern.toml",
            f"""\
hostname = "gw.example.com"
data = {json.dumps(self.data)}

[[listener]]
role = "outbound"
address = "127.0.0.1:{self.port}"
trust = ["127.0.0.0/8"]
{self.more.get("listener_more", "")}
[[domain]]
name = "{self.domain}"
sign = true
{'' if "dkim =" in domain_more else 'dkim = { check = "off" }'}
{domain_more}
[outbound]
smart_host = "127.0.0.1:{self.smart_host}"
{self.more.get("outbound_more", "")}{dns}
{self.more.get("more", "")}""",
        )

    def environment(self):
        environment = dict(os.environ)
        if self.java_options:
            environment["POSTERN_OPTS"] = self.java_options
        return environment

    def cli(self, *words, seconds=60, **more):
        """(status, output and errors) of one command for this gateway."""
        return run([LAUNCHER, *words, "--config", self.config], seconds=seconds, cwd=ROOT, **more)

    def new_key(self):
        status, output = self.cli("dkim", "new", self.domain)
        if status != 0:
            raise Failure(f"postern dkim new: {output.strip()[-600:]}")

    def records(self):
        """The zone-file lines that `dkim record` prints."""
        status, output = self.cli("dkim", "record", self.domain)
        if status != 0 or "v=DKIM1" not in output:
            raise Failure(f"postern dkim record: status {status}: {output.strip()[-600:]}")
        return output

    def start(self, seconds=60):
        """Returns the seconds from the start of the process to its `ready` line."""
        log, seen, began = self.launch()
        while True:
            with open(self.scratch.path(log), "rb") as file:
                file.seek(seen)
                if re.search(rb"(?m)\bready\b.*\n", file.read()):
                    return time.monotonic() - began
            if self.process.poll() is not None:
                raise Failure(f"{self.name} ended before it was ready: {self.log_tail()}")
            if time.monotonic() - began > seconds:
                raise Failure(f"{self.name} is not ready after {seconds} s: {self.log_tail()}")
            time.sleep(0.01)

    def launch(self):
        """Starts the process without waiting; (log, its length before, monotonic time)."""
        log = f"{self.name}/log"
        # Into a file, not a pipe: a reader of its event lines would cost processor time under load.
        seen = os.path.getsize(self.scratch.path(log)) if os.path.exists(self.scratch.path(log)) else 0
        began = time.monotonic()
        self.process = self.scratch.start(
            [LAUNCHER, "serve", "--config", self.config], log, cwd=ROOT, env=self.environment()
        )
        return log, seen, began

    def java_pids(self):
        """Process ids of the JVMs that the launcher started (itself, when it has become one)."""
        if self.process is None or self.process.poll() is not None:
            return []
        found = []
        for entry in os.listdir("/proc"):
            if not entry.isdigit():
                continue
            try:
                with open(f"/proc/{entry}/stat", encoding="ascii", errors="replace") as file:
                    session = int(file.read().rsplit(")", 1)[1].split()[3])
                if session == self.process.pid and os.path.basename(os.readlink(f"/proc/{entry}/exe")) == "java":
                    found.append(int(entry))
            except (OSError, IndexError, ValueError):
                continue
        return found

    def kill(self):
        """SIGKILL of the JVM: no chance to tidy up."""
        pids = self.java_pids()
        if not pids:
            raise Failure(f"{self.name} has no running JVM to kill: {self.log_tail()}")
        for pid in pids:
            os.kill(pid, signal.SIGKILL)
        self.process.wait(30)

    def stop(self, grace=60):
        """SIGTERM; gives the seconds until the process was gone."""
        if self.process is None or self.process.poll() is not None:
            return 0.0
        began = time.monotonic()
        for pid in self.java_pids() or [self.process.pid]:
            os.kill(pid, signal.SIGTERM)
        try:
            self.process.wait(grace)
        except Exception:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        return time.monotonic() - began

    def memory(self):
        """(resident now, highest resident) in MiB, of the JVM."""
        out = {}
        for pid in self.java_pids():
            with open(f"/proc/{pid}/status", encoding="ascii", errors="replace") as file:
                for line in file:
                    if line.startswith(("VmRSS:", "VmHWM:")):
                        name, value = line.split(":")
                        out[name] = int(value.split()[0]) / 1024
        return out.get("VmRSS", 0.0), out.get("VmHWM", 0.0)

    def threads(self):
        """Threads of the JVM as the kernel counts them: virtual ones are none."""
        return sum(len(os.listdir(f"/proc/{pid}/task")) for pid in self.java_pids())

    def queue_list(self, *filters, seconds=120):
        """The entries of `queue list --json`, or None when the command failed."""
        status, output = self.cli("queue", "list", "--json", *filters, seconds=seconds)
        if status != 0:
            return None
        return parse_entries(output)

    def queue_total(self, seconds=120):
        """How many recipients wait, by `queue list --json`'s own total; None when the command failed."""
        status, output = self.cli("queue", "list", "--json", "--limit", "1", seconds=seconds)
        if status != 0:
            return None
        try:
            return json.loads(output)["total"]
        except (ValueError, KeyError, TypeError):
            return None

    def log_tail(self, lines=15):
        return self.scratch.tail(f"{self.name}/log", lines)


def parse_entries(output):
    """One JSON array, an object that holds one, or one JSON object a line."""
    text = output.strip()
    if not text:
        return []
    try:
        value = json.loads(text)
    except ValueError:
        return [json.loads(line) for line in text.splitlines() if line.startswith("{")]
    if isinstance(value, dict):
        lists = [v for v in value.values() if isinstance(v, list)]
        return lists[0] if lists else [value]
    return value


class PostfixOpenDkim:
    """Postfix with OpenDKIM as its smtpd milter: RSA-2048, relaxed/relaxed."""

    domain = "example.com"
    name_shown = "Postfix + OpenDKIM"

    def __init__(self, scratch, name, smart_host, settings=None, **_more):
        self.scratch = scratch
        self.name = name
        self.smart_host = smart_host
        self.settings = settings or {}
        self.port = free_port()
        self.signer = None
        self.postfix = None

    def new_key(self):
        self.signer = OpenDkim(self.scratch, self.name + "-opendkim").signer(self.domain)

    def records(self):
        return self.signer.record

    def start(self, seconds=60):
        if self.signer is None:
            self.new_key()
        began = time.monotonic()
        settings = {
            "smtpd_milters": self.signer.milter,
            "milter_default_action": "tempfail",
            **self.settings,
        }
        self.postfix = Postfix(self.scratch, self.name, self.port, self.smart_host, settings).start()
        return time.monotonic() - began

    def configure(self):
        pass

    def kill(self):
        self.postfix.kill()
        time.sleep(0.2)

    def java_pids(self):
        return [0]

    def cli(self, *_words, **_more):
        return run(["postqueue", "-c", self.postfix.config, "-f"])

    def queue_total(self, seconds=120):
        return self.postfix.queue_length()

    def stop(self, grace=60):
        if self.postfix is not None:
            self.postfix.stop()
        return 0.0

    def queue_list(self, *_filters, seconds=120):
        return [None] * self.postfix.queue_length()

    def log_tail(self, lines=15):
        return self.postfix.log_tail(lines) if self.postfix else ""
