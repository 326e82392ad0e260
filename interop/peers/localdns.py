"""The whole DNS of a run: NSD as the root, on port 53 of a loopback address, and a resolv.conf that knows no other."""

import random
import socket
import time

from .scratch import Failure, run

ROOT_ZONE = """\
$ORIGIN .
$TTL 60
. IN SOA ns.invalid. hostmaster.invalid. 1 3600 600 86400 60
. IN NS ns.invalid.
ns.invalid. IN A {address}
"""


class LocalDns:
    """`broken` are names below which every question ends in SERVFAIL.

    Port 53, since libspf2 and OpenDMARC know no other; `within` lets a program see it as the system's resolver.
    """

    def __init__(self, scratch):
        self.scratch = scratch
        self.address = _free_address()
        self.server = f"{self.address}:53"

    def start(self, records, broken=()):
        scratch = self.scratch
        folder = scratch.folder("dns")
        self.zone = scratch.write("dns/root.zone", ROOT_ZONE.format(address=self.address) + records + "\n")
        status, output = run(["nsd-checkzone", ".", self.zone])
        if status != 0:
            raise Failure(f"nsd-checkzone refuses the zone: {output.strip()[:600]}")
        zones = f'zone:\n  name: "."\n  zonefile: "{self.zone}"\n'
        # A zone whose file is not there is answered with SERVFAIL.
        zones += "".join(f'zone:\n  name: "{name}"\n  zonefile: "{folder}/none"\n' for name in broken)
        config = scratch.write(
            "dns/nsd.conf",
            f"""\
server:
  ip-address: {self.address}@53
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
remote-control:
  control-enable: no
{zones}""",
        )
        self.resolv_conf = scratch.write("dns/resolv.conf", f"nameserver {self.address}\noptions timeout:5 attempts:3\n")
        process = scratch.start(["nsd", "-d", "-c", config], "dns/out")
        _wait(self.address, process)
        return self

    @staticmethod
    def can_be_given():
        """Whether `within` is allowed here: in some containers it is not."""
        return run(["unshare", "--mount", "sh", "-c",
                    'mount --bind /etc/hosts "$(readlink -f /etc/resolv.conf)"'])[0] == 0

    def within(self, arguments):
        """The words that run a program with this DNS as its own, in a mount namespace; the process stays the same."""
        script = f'mount --bind "{self.resolv_conf}" "$(readlink -f /etc/resolv.conf)" && exec "$@"'
        return ["unshare", "--mount", "sh", "-c", script, "sh", *arguments]


def _free_address():
    while True:
        address = f"127.{random.randrange(1, 255)}.{random.randrange(1, 255)}.{random.randrange(1, 255)}"
        with socket.socket() as probe, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
            try:
                probe.bind((address, 53))
                udp.bind((address, 53))
                return address
            except PermissionError as not_root:
                raise Failure("port 53 needs root: run this as root") from not_root
            except OSError:
                continue


def _wait(address, process, seconds=20):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise Failure(f"nsd ended with status {process.returncode}")
        try:
            socket.create_connection((address, 53), 1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise Failure(f"nsd does not listen on {address} after {seconds} s")
