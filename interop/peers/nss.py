"""NSS, as a stand-in for Thunderbird and Evolution: one database for each authority."""

from .scratch import run


class Nss:
    def __init__(self, scratch, peers):
        self.peers = peers
        self.p = peers.p
        self.label = peers.ca.kind
        self.db = f"sql:{scratch.folder(f'nss-{self.label.lower()}')}"
        self.passphrase = peers.passphrase
        self.empty = scratch.write(f"nss-empty-{self.label}", "")

    def tool(self, name, *arguments):
        return run([name, *arguments[:1], "-d", self.db, "-f", self.empty, *arguments[1:]])

    def wanted(self, name, *arguments):
        status, output = self.tool(name, *arguments)
        return "" if status == 0 else f"{name} {arguments[0]}: {output}"

    def set_up(self):
        # No passphrase for the database itself.
        for arguments in (
            ("certutil", "-N", "--empty-password"),
            ("certutil", "-A", "-n", "root", "-t", "CT,C,C", "-i", self.p("root.pem"), "-a"),
            ("certutil", "-A", "-n", "ca", "-t", ",,", "-i", self.p("ca.pem"), "-a"),
        ):
            why = self.wanted(*arguments)
            if why:
                return why
        return ""

    def imports(self):
        for name, form in (("both-rsa", "modern"), ("sign-rsa", "compat"), ("both-ec", "modern"), ("sign-ec", "compat"),
                           ("encrypt-rsa", "modern"), ("revoked", "modern")):
            status, output = run(["pk12util", "-i", self.p(f"{name}.{form}.p12"), "-d", self.db, "-k", self.empty,
                                  "-w", self.passphrase])
            if status != 0:
                return f"{name} {form}: {output}"
        return ""

    def lists(self):
        for name in ("root", "ca"):
            status, output = run(["crlutil", "-I", "-d", self.db, "-f", self.empty, "-i", self.p(f"{name}.crl"), "-t", "1"])
            if status != 0:
                return f"{name}.crl: {output}"
        return ""

    def validates(self):
        # S: e-mail signer, R: e-mail recipient.
        for name, usage, good in (("both-rsa", "S", True), ("both-rsa", "R", True), ("sign-ec", "S", True),
                                  ("both-ec", "R", True), ("sign-rsa", "R", False), ("encrypt-rsa", "S", False),
                                  ("revoked", "S", False)):
            status, output = self.tool("certutil", "-V", "-n", name, "-u", usage, "-e")
            if ("certificate is valid" in output) != good:
                return f"{name} for {usage}: {output}"
            if name == "revoked" and "revoked" not in output:
                return f"{name}: {output}"
        return ""

    def signs(self):
        for name in ("sign-rsa", "sign-ec", "both-rsa"):
            out, got = self.p(f"nss-{name}.signed"), self.p("nss-got")
            # A signing certificate tells which one to encrypt to (RFC 8551 section 2.5.3).
            for arguments in (("-S", "-N", name, "-H", "SHA256", "-G", "-P", "-Y", "encrypt-rsa", "-i", self.peers.text,
                               "-o", out),
                              ("-D", "-u", "4", "-i", out, "-o", got)):
                why = self.wanted("cmsutil", *arguments)
                if why:
                    return f"{name}: {why}"
            why = self.peers.is_text(got)
            if why:
                return f"{name}: {why}"
            status, output = run(["openssl", "cms", "-verify", "-inform", "DER", "-in", out, "-CAfile", self.p("trusted.pem"),
                                  "-crl_check_all", "-binary", "-out", got])
            if status != 0:
                return f"openssl of what NSS signed by {name}: {output}"
        return ""

    def reads(self):
        out, got = self.p("nss.enveloped"), self.p("nss-got")
        for name in ("both-rsa", "encrypt-rsa"):
            for arguments in (("-E", "-r", f"{'both-rsa' if name == 'both-rsa' else 'reader-rsa'}@example.com",
                               "-i", self.peers.text, "-o", out),
                              ("-D", "-i", out, "-o", got)):
                why = self.wanted("cmsutil", *arguments)
                if why:
                    return f"{name}: {why}"
            why = self.peers.is_text(got) or self.peers_read(name, got)
            if why:
                return f"{name}: {why}"
        return ""

    def peers_read(self, name, got):
        """What OpenSSL encrypted to it."""
        out = self.p("nss-openssl.enveloped")
        status, output = run(["openssl", "cms", "-encrypt", "-in", self.peers.text, "-aes-256-cbc", "-binary", "-outform",
                              "DER", "-out", out, self.p(f"{name}.pem")])
        return output if status != 0 else self.wanted("cmsutil", "-D", "-i", out, "-o", got) or self.peers.is_text(got)

    def checks(self, suite):
        check = suite.check
        check(f"km {self.label}: NSS takes root and authority (certutil)", self.set_up)
        check(f"km {self.label}: NSS opens both forms of PKCS #12, RSA and EC (pk12util)", self.imports)
        check(f"km {self.label}: NSS takes the lists (crlutil)", self.lists)
        check(f"km {self.label}: NSS validates for signer and recipient, and not what is revoked (certutil -V)",
              self.validates)
        check(f"km {self.label}: NSS signs and verifies; OpenSSL verifies what NSS signed (cmsutil)", self.signs)
        check(f"km {self.label}: NSS encrypts and decrypts with RSA, and reads what OpenSSL encrypted (cmsutil)", self.reads)
