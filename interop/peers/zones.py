"""A zone with a primary that takes updates (BIND) and a secondary that lags until it is told (NSD)."""

import os
import re

from .scratch import Failure, free_port, run, wait_port

# The least TTLs: whoever remembers that nothing was there forgets it within seconds.
ZONE = """\
$TTL 2
@ IN SOA ns1.{zone}. hostmaster.{zone}. 1 86400 86400 864000 2
@ IN NS ns1.{zone}.
{second}ns1 IN A 127.0.0.1
ns2 IN A 127.0.0.1
@ IN A 127.0.0.1
"""


class Zones:
    """`dynamic` takes updates with the key; `alone` refuses them to it and has one server."""

    def __init__(self, scratch):
        self.scratch = scratch
        self.folder = scratch.folder("zones", mode=0o777)
        self.primary, self.secondary = free_port(), free_port()
        self.key = self._tsig("updater")
        self.stranger = self._tsig("stranger")
        # The same name and another secret: the signature is wrong, not the name.
        with open(self.stranger, encoding="ascii") as file:
            self.forged = scratch.write("zones/forged.key", file.read().replace("stranger", "updater"))

    def _tsig(self, name):
        status, output = run(["tsig-keygen", "-a", "hmac-sha256", name])
        if status != 0:
            raise Failure(f"tsig-keygen: {output.strip()}")
        return self.scratch.write(f"zones/{name}.key", output)

    def start(self, dynamic, alone):
        scratch = self.scratch
        zones = ""
        for zone in dynamic + alone:
            second = "" if zone in alone else f"@ IN NS ns2.{zone}.\n"
            file = scratch.write(f"zones/{zone}.zone", ZONE.format(zone=zone, second=second), mode=0o666)
            allow = "none;" if zone in alone else "key updater;"
            zones += (f'zone "{zone}" {{ type primary; file "{file}"; allow-update {{ {allow} }}; notify no;\n'
                      "  allow-transfer { 127.0.0.1; }; };\n")
        root = scratch.write("zones/root.zone", ZONE.format(zone="", second="").replace("ns1..", "ns1."))
        config = scratch.write(
            "zones/named.conf",
            f"""\
include "{self.key}";
include "{self.stranger}";
options {{
  directory "{self.folder}";
  pid-file "{self.folder}/named.pid";
  session-keyfile "{self.folder}/session.key";
  listen-on port {self.primary} {{ 127.0.0.1; }};
  listen-on-v6 {{ none; }};
  recursion yes;
  allow-recursion {{ 127.0.0.1; }};
  dnssec-validation no;
}};
controls {{ }};
zone "." {{ type primary; file "{root}"; }};
{zones}""",
        )
        process = scratch.start(["named", "-g", "-n", "1", "-c", config], "zones/named.out")
        wait_port(self.primary, process=process, what="named")
        self._second(dynamic)
        return self

    def _second(self, zones):
        self.control = os.path.join(self.folder, "nsd.sock")
        # NSD asks its primary at another port only when the zone says so.
        names = "".join(
            f'zone:\n  name: "{zone}"\n  zonefile: "{self.folder}/{zone}.second"\n'
            f"  request-xfr: AXFR 127.0.0.1@{self.primary} NOKEY\n  allow-notify: 127.0.0.1 NOKEY\n"
            for zone in zones
        )
        config = self.scratch.write(
            "zones/nsd.conf",
            f"""\
server:
  ip-address: 127.0.0.1@{self.secondary}
  username: ""
  chroot: ""
  zonesdir: "{self.folder}"
  database: ""
  pidfile: "{self.folder}/nsd.pid"
  logfile: "{self.folder}/nsd.log"
  xfrdfile: "{self.folder}/xfrd.state"
  zonelistfile: "{self.folder}/zone.list"
  xfrdir: "{self.folder}"
  server-count: 1
  xfrd-reload-timeout: 0
remote-control:
  control-enable: yes
  control-interface: {self.control}
{names}""",
        )
        self.config = config
        process = self.scratch.start(["nsd", "-d", "-c", config], "zones/nsd.out")
        wait_port(self.secondary, process=process, what="nsd")

    def catch_up(self, zone):
        """The secondary fetches the zone as the primary has it now."""
        status, output = run(["nsd-control", "-c", self.config, "force_transfer", zone])
        if status != 0:
            raise Failure(f"nsd-control: {output.strip()}")

    def ask(self, port, name):
        """The TXT record that the server there has, its strings joined; empty when there is none."""
        status, output = run(["dig", "+short", "+norecurse", "-p", str(port), "@127.0.0.1", name, "TXT"])
        if status != 0:
            raise Failure(f"dig: {output.strip()}")
        return "".join(re.findall(r'"([^"]*)"', output))
