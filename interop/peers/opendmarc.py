"""OpenDMARC as a milter: SPF by its own libspf2, DKIM by what OpenDKIM wrote on the message."""

import os
import time

from .scratch import Failure


class OpenDmarc:
    """`milter` is what goes into Postfix's smtpd_milters; results are those of `AUTHSERV_ID`."""

    AUTHSERV_ID = "opendmarc.example.net"

    def __init__(self, scratch, name, dns):
        self.scratch = scratch
        self.name = name
        self.dns = dns
        scratch.folder(name)
        self.socket = scratch.path(name, "socket")
        self.milter = f"unix:{self.socket}"

    def start(self, trusted, suffixes=("example",), more=""):
        """`trusted` is the authserv-id of OpenDKIM, `suffixes` the list of public suffixes."""
        scratch, name = self.scratch, self.name
        config = scratch.write(
            f"{name}/opendmarc.conf",
            f"""\
AuthservID {self.AUTHSERV_ID}
TrustedAuthservIDs {trusted}
Background false
Syslog false
Socket local:{self.socket}
UMask 0000
SPFSelfValidate true
{"SPFIgnoreResults true" if "SPFIgnoreResults" not in more else ""}
IgnoreHosts {scratch.write(f"{name}/ignore", "203.0.113.255" + chr(10))}
PublicSuffixList {scratch.write(f"{name}/suffixes", "".join(s + chr(10) for s in suffixes))}
RejectFailures false
{more}
""",
        )
        process = scratch.start(self.dns.within(["opendmarc", "-f", "-c", config]), f"{name}/log")
        deadline = time.monotonic() + 10
        while not os.path.exists(self.socket):
            if process.poll() is not None or time.monotonic() > deadline:
                raise Failure(f"opendmarc does not start: {scratch.tail(name + '/log')}")
            time.sleep(0.05)
        return self
