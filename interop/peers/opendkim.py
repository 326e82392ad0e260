"""OpenDKIM as a milter, signing or verifying, on a Unix socket in the scratch folder."""

import os
import time

from .scratch import Failure, run

COMMON = """\
Syslog no
Background no
RequireSafeKeys no
UMask 000
Socket local:{socket}
Canonicalization relaxed/relaxed
"""


class OpenDkim:
    """`milter` is what goes into Postfix's smtpd_milters."""

    AUTHSERV_ID = "opendkim.example.net"

    def __init__(self, scratch, name):
        self.scratch = scratch
        self.name = name
        scratch.folder(name)
        self.socket = scratch.path(name, "socket")
        self.milter = f"unix:{self.socket}"

    def signer(self, domain, bits=2048):
        """Signs for the domain with RSA; `record` is then the zone-file TXT record."""
        folder = self.scratch.folder(self.name, "keys")
        status, output = run(
            ["opendkim-genkey", "-b", str(bits), "-d", domain, "-s", "opendkim", "-D", folder]
        )
        if status != 0:
            raise Failure(f"opendkim-genkey: {output.strip()}")
        with open(os.path.join(folder, "opendkim.txt"), encoding="ascii") as file:
            self.record = file.read().replace("opendkim._domainkey", f"opendkim._domainkey.{domain}.", 1)
        key = os.path.join(folder, "opendkim.private")
        return self._start(f"Mode s\nDomain {domain}\nSelector opendkim\nKeyFile {key}\n")

    def verifier(self, dns_port=None, nameserver=None):
        """Verifies, with key records from the DNS server on that loopback port only, or from that address's port 53.

        Of the two only the second bears load: OpenDKIM 2.11 ended within 30 sessions at once, with errors of
        libunbound about a file that was sound: it seems to be read for each session anew.
        """
        if nameserver:
            return self._verifier(f"Nameservers {nameserver}\n")
        unbound = self.scratch.write(
            f"{self.name}/unbound.conf",
            "server:\n  do-not-query-localhost: no\n  do-ip6: no\n"
            + "".join(
                f'stub-zone:\n  name: "{zone}"\n  stub-addr: 127.0.0.1@{dns_port}\n'
                for zone in ("example.com", "example.net")
            ),
        )
        return self._verifier(f"ResolverConfiguration {unbound}\n")

    def _verifier(self, resolver):
        return self._start(
            f"Mode v\nAlwaysAddARHeader yes\nAuthservID {self.AUTHSERV_ID}\nMaximumSignaturesToVerify 8\n"
            f"MaximumHeaders 0\nOn-Default accept\nDNSTimeout 5\n{resolver}"
            f"InternalHosts {self._none()}\n"
        )

    def _none(self):
        # Mail from "internal hosts" is not verified, and loopback is internal unless said otherwise.
        return self.scratch.write(f"{self.name}/internal", "192.0.2.1\n")

    def _start(self, special):
        config = self.scratch.write(
            f"{self.name}/opendkim.conf", COMMON.format(socket=self.socket) + special
        )
        process = self.scratch.start(["opendkim", "-f", "-x", config], f"{self.name}/log")
        deadline = time.monotonic() + 10
        while not os.path.exists(self.socket):
            if process.poll() is not None or time.monotonic() > deadline:
                raise Failure(f"opendkim does not start: {self.scratch.tail(self.name + '/log')}")
            time.sleep(0.05)
        return self
