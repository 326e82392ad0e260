"""BIND's named on a loopback port: zones given as text, some of them signed by dnssec-signzone."""

import glob
import os

from .scratch import Failure, run, wait_port

HEAD = """\
$TTL 60
@ IN SOA ns hostmaster 1 3600 600 86400 30
@ IN NS ns
ns IN A 127.0.0.1
"""


class Bind:
    """Answers as a resolver does, following aliases from zone to zone, and logs each question."""

    def __init__(self, scratch, port):
        self.scratch = scratch
        self.port = port
        self.folder = scratch.folder("bind", mode=0o777)
        self.log = "bind/out"
        self.zones = {}

    def zone(self, name, records):
        """An unsigned zone; names in the records are relative to it."""
        file = self.scratch.write(f"bind/{name}.zone", HEAD + records)
        status, output = run(["named-checkzone", name, file])
        if status != 0:
            raise Failure(f"named-checkzone refuses {name}: {output.strip()}")
        self.zones[name] = file

    def signed(self, name, records, change=None):
        """A signed zone; gives its key-signing key as a line. `change` is done to the signed text."""
        self.zone(name, records)
        for words in (["-f", "KSK"], []):
            status, output = run(["dnssec-keygen", "-q", "-a", "ECDSAP256SHA256", *words, name], cwd=self.folder)
            if status != 0:
                raise Failure(f"dnssec-keygen: {output.strip()}")
        status, output = run(["dnssec-signzone", "-S", "-x", "-o", name, "-f", f"{name}.signed", self.zones[name]],
                             cwd=self.folder)
        if status != 0:
            raise Failure(f"dnssec-signzone: {output.strip()}")
        file = os.path.join(self.folder, f"{name}.signed")
        if change:
            with open(file, encoding="ascii") as old:
                text = change(old.read())
            with open(file, "w", encoding="ascii") as new:
                new.write(text)
        self.zones[name] = file
        for key in glob.glob(os.path.join(self.folder, f"K{name}.*.key")):
            with open(key, encoding="ascii") as lines:
                found = [line for line in lines if " DNSKEY 257 " in line]
            if found:
                return found[0]
        raise Failure(f"no key-signing key of {name}")

    def start(self):
        zones = "".join(f'zone "{name}" {{ type primary; file "{file}"; }};\n' for name, file in self.zones.items())
        config = self.scratch.write(
            "bind/named.conf",
            f"""\
options {{
  directory "{self.folder}";
  pid-file "{self.folder}/named.pid";
  session-keyfile "{self.folder}/session.key";
  listen-on port {self.port} {{ 127.0.0.1; }};
  listen-on-v6 {{ none; }};
  recursion yes;
  allow-recursion {{ 127.0.0.1; }};
  dnssec-validation no;
  querylog yes;
  minimal-responses yes;
}};
controls {{ }};
zone "." {{ type primary; file "{self.scratch.write("bind/root.zone", HEAD)}"; }};
{zones}""",
        )
        self.process = self.scratch.start(["named", "-g", "-n", "1", "-c", config], self.log)
        wait_port(self.port, process=self.process, what="named")
        return self

    def questions(self):
        """The lines of the log that are questions, such as `query: big.example IN TXT +E(0)TK (127.0.0.1)`."""
        with open(self.scratch.path(self.log), encoding="utf-8", errors="replace") as file:
            return [line for line in file if " query: " in line]
