"""gpgsm 2.2 with a home of its own for each authority. RSA only: its import of EC keys crashes."""

import os
import re

from .ceremony import PASSPHRASE
from .scratch import run


class Gpgsm:
    def __init__(self, scratch, peers):
        self.peers = peers
        self.p = peers.p
        self.label = peers.ca.kind
        # A short path: the agent's socket lies in it.
        self.home = scratch.folder(f"g{self.label[0]}", mode=0o700)
        self.environment = {**os.environ, "GNUPGHOME": self.home, "LC_ALL": "C"}
        for name, text in (
            ("gpgsm.conf", "disable-dirmngr\ndisable-crl-checks\n"),
            ("gpg-agent.conf", "allow-preset-passphrase\nallow-loopback-pinentry\n"),
        ):
            with open(os.path.join(self.home, name), "w", encoding="ascii") as file:
                file.write(text)
        scratch.on_close(lambda: run(["gpgconf", "--homedir", self.home, "--kill", "all"]))

    def gpgsm(self, *arguments, **more):
        return run(["gpgsm", "--batch", "--yes", "--pinentry-mode", "loopback", "--passphrase-fd", "0", *arguments],
                   env=self.environment, input=(PASSPHRASE + "\n").encode(), **more)

    def trusts(self):
        status, output = run(["openssl", "x509", "-in", self.p("root.pem"), "-noout", "-fingerprint", "-sha1"])
        fingerprint = output.strip().split("=")[-1]
        with open(os.path.join(self.home, "trustlist.txt"), "w", encoding="ascii") as file:
            file.write(f"{fingerprint} S relax\n")
        for name in ("root", "ca"):
            status, output = self.gpgsm("--import", self.p(f"{name}.pem"))
            if status != 0:
                return f"{name}: {output}"
        return ""

    def imports(self):
        for name in ("both-rsa", "sign-rsa", "encrypt-rsa"):
            status, output = self.gpgsm("--import", self.p(f"{name}.compat.p12"))
            if status != 0 or not re.search(r"secret keys imported: 1|imported: [1-9]", output):
                return f"{name}: {status} {output}"
        status, output = self.gpgsm("--list-secret-keys")
        if output.count("@example.com") < 3:
            return output
        return ""

    def signs(self):
        out, got = self.p("gpgsm.signed"), self.p("gpgsm-got")
        for name, address in (("both-rsa", "both-rsa"), ("sign-rsa", "signer-rsa")):
            for arguments in (("--local-user", f"<{address}@example.com>", "--sign", "--output", out, self.peers.text),
                              ("--verify", out)):
                status, output = self.gpgsm(*arguments)
                if status != 0:
                    return f"{name} {arguments[0]}: {output}"
            if "Good signature" not in output:
                return f"{name}: {output}"
            status, output = run(["openssl", "cms", "-verify", "-inform", "DER", "-in", out, "-CAfile", self.p("trusted.pem"),
                                  "-crl_check_all", "-binary", "-out", got])
            if status != 0:
                return f"openssl of what gpgsm signed by {name}: {output}"
        return ""

    def verifies(self):
        """What OpenSSL signed with an RSA and with an EC key of ours."""
        for name in ("sign-rsa", "sign-ec"):
            out = self.p(f"gpgsm-{name}")
            run(["openssl", "cms", "-sign", "-in", self.peers.text, "-signer", self.p(f"{name}.pem"), "-inkey",
                 self.p(f"{name}.key"), "-certfile", self.p("ca.pem"), "-md", "sha256", "-outform", "DER", "-nodetach",
                 "-binary", "-out", out])
            status, output = self.gpgsm("--verify", out)
            if status != 0 or "Good signature" not in output:
                return f"{name}: {output}"
        return ""

    def reads(self):
        out, got = self.p("gpgsm.enveloped"), self.p("gpgsm-got")
        for address in ("both-rsa", "reader-rsa"):
            for arguments in (("--recipient", f"<{address}@example.com>", "--encrypt", "--output", out, self.peers.text),
                              ("--decrypt", "--output", got, out)):
                status, output = self.gpgsm(*arguments)
                if status != 0:
                    return f"{address} {arguments[-1]}: {output}"
            why = self.peers.is_text(got)
            if why:
                return why
        status, output = self.gpgsm("--recipient", "<signer-rsa@example.com>", "--encrypt", "--output", out, self.peers.text)
        return "it encrypts to a signing certificate" if status == 0 else ""

    def checks(self, suite):
        check = suite.check
        check(f"km {self.label}: gpgsm takes root and authority", self.trusts)
        check(f"km {self.label}: gpgsm imports the compatible PKCS #12 (RSA)", self.imports)
        check(f"km {self.label}: gpgsm signs and verifies; OpenSSL verifies what gpgsm signed", self.signs)
        check(f"km {self.label}: gpgsm verifies what OpenSSL signed with RSA and EC keys of ours", self.verifies)
        check(f"km {self.label}: gpgsm encrypts and decrypts, and not to a signing certificate", self.reads)
