"""Private Postfix instances: own configuration, queue, data folder, log and port."""

import grp
import os
import pwd
import signal

from .scratch import Failure, run, wait_port

# Everything that Debian's master.cf runs for SMTP in and out, nothing in a chroot.
MASTER = """\
127.0.0.1:{port} inet n - n - - smtpd
postlog unix-dgram n - n - 1 postlogd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
proxywrite unix - - n - 1 proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
local unix - n n - - local
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
"""


class Postfix:
    """Takes mail on `port` and relays all of it to `relay_port` on loopback.

    `services` are lines for master.cf; `within` wraps the words that start it (LocalDns.within, say).
    """

    def __init__(self, scratch, name, port, relay_port, settings=None, services="", within=list):
        self.services = services
        self.within = within
        self.scratch = scratch
        self.name = name
        self.port = port
        self.relay_port = relay_port
        self.settings = settings or {}
        self.config = scratch.path(name, "etc")

    def start(self):
        if os.getuid() != 0:
            raise Failure("Postfix starts only as root: run this as root")
        scratch, name = self.scratch, self.name
        try:
            owner = pwd.getpwnam("postfix")
            grp.getgrnam("postdrop")
        except KeyError as missing:
            raise Failure(f"Postfix is not installed ({missing})") from missing
        scratch.folder(name)
        scratch.folder(name, "etc")
        queue = scratch.folder(name, "queue")
        data = scratch.folder(name, "data", mode=0o700)
        os.chown(data, owner.pw_uid, owner.pw_gid)
        self.log = scratch.path(name, "maillog")
        settings = {
            "compatibility_level": "3.6",
            "queue_directory": queue,
            "data_directory": data,
            "maillog_file": self.log,
            "maillog_file_prefixes": scratch.dir,
            "command_directory": "/usr/sbin",
            "daemon_directory": "/usr/lib/postfix/sbin",
            "mail_owner": "postfix",
            "setgid_group": "postdrop",
            "myhostname": f"{name}.example.com",
            "mydestination": "",
            "mynetworks": "127.0.0.0/8",
            "inet_interfaces": "127.0.0.1",
            "inet_protocols": "ipv4",
            "relayhost": f"[127.0.0.1]:{self.relay_port}",
            "smtpd_relay_restrictions": "permit_mynetworks, reject",
            "alias_maps": "",
            "alias_database": "",
            "local_recipient_maps": "",
            "notify_classes": "",
            "message_size_limit": "104857600",
            "mailbox_size_limit": "0",
            "smtp_dns_support_level": "disabled",
            "smtp_tls_security_level": "none",
        }
        settings.update(self.settings)
        scratch.write(f"{name}/etc/main.cf", "".join(f"{k} = {v}\n" for k, v in settings.items()))
        scratch.write(f"{name}/etc/master.cf", MASTER.format(port=self.port) + self.services)
        status, output = run(self.within(["postfix", "-c", self.config, "start"]))
        if status != 0:
            raise Failure(f"postfix {name} does not start: {output.strip()} {self.log_tail()}")
        self.scratch.on_close(self.stop)
        self.running = True
        wait_port(self.port, what=f"postfix {name}")
        return self

    def stop(self):
        if not getattr(self, "running", False):
            return
        self.running = False
        run(["postfix", "-c", self.config, "stop"])
        status, _ = run(["postfix", "-c", self.config, "status"])
        if status == 0:
            run(["postfix", "-c", self.config, "abort"])

    def kill(self):
        """SIGKILL of the master and all that it started."""
        with open(self.scratch.path(self.name, "queue", "pid", "master.pid"), encoding="ascii") as file:
            os.killpg(os.getpgid(int(file.read())), signal.SIGKILL)
        self.running = False

    def queue_length(self):
        """Messages in its queue, by its own count."""
        status, output = run(["postqueue", "-c", self.config, "-j"])
        return output.count("\n") if status == 0 else -1

    def log_tail(self, lines=8):
        return self.scratch.tail(f"{self.name}/maillog", lines)
