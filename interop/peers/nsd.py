"""NSD, authoritative for the example domains on a loopback port."""

from .scratch import Failure, run, wait_port

HEAD = """\
$ORIGIN .
$TTL 60
{zone} IN SOA ns.{zone} hostmaster.{zone} 1 3600 600 86400 60
{zone} IN NS ns.{zone}
ns.{zone} IN A 127.0.0.1
"""


class Nsd:
    """Serves zones given as text; names in the records are fully qualified."""

    def __init__(self, scratch, port):
        self.scratch = scratch
        self.port = port

    def start(self, zones):
        """`zones` maps a zone such as `example.com` to zone-file lines."""
        scratch = self.scratch
        folder = scratch.folder("nsd")
        names = ""
        for zone, records in zones.items():
            file = scratch.write(f"nsd/{zone}.zone", HEAD.format(zone=zone + ".") + records + "\n")
            status, output = run(["nsd-checkzone", zone, file])
            if status != 0:
                raise Failure(f"nsd-checkzone refuses the zone of {zone}: {output.strip()}\n{records}")
            names += f'zone:\n  name: "{zone}"\n  zonefile: "{file}"\n'
        config = scratch.write(
            "nsd/nsd.conf",
            f"""\
server:
  ip-address: 127.0.0.1@{self.port}
  username: ""
  chroot: ""
  zonesdir: "{folder}"
  database: ""
  pidfile: "{folder}/nsd.pid"
  logfile: "{folder}/nsd.log"
  xfrdfile: "{folder}/xfrd.state"
  zonelistfile: "{folder}/zone.list"
  xfrdir: "{folder}"
  server-count: 1
  hide-version: yes
  # Of its own it answers 200 questions a second of one kind.
  rrl-ratelimit: 0
remote-control:
  control-enable: no
{names}""",
        )
        self.process = scratch.start(["nsd", "-d", "-c", config], "nsd/out")
        wait_port(self.port, process=self.process, what="nsd")
        return self
