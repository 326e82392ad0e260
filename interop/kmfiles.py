"""What the module km makes, judged by OpenSSL, NSS, gpgsm and python3-cryptography."""

import base64
import hashlib
import os
import re
import urllib.parse

from peers import profile
from peers.ceremony import PASSPHRASE, Ceremony, build
from peers.gpgsm import Gpgsm
from peers.nss import Nss
from peers.scratch import need, run

TEXT = b"Content-Type: text/plain\r\n\r\nThe text, with a line.\r\n"
RSA = ("sign-rsa", "encrypt-rsa", "both-rsa")
EC = ("sign-ec", "encrypt-ec", "both-ec")
LOCAL = {"sign": "signer", "encrypt": "reader", "both": "both"}


def openssl(*arguments, wanted=0):
    """Empty when it ends so, else what it says."""
    status, output = run(["openssl", *arguments])
    return "" if (status == 0) == (wanted == 0) else f"openssl {arguments[0]}: {output}"


def said(words, *arguments):
    """Empty when its output holds that, else the output."""
    _, output = run(["openssl", *arguments])
    return "" if re.search(words, output) else f"openssl {arguments[0]} does not say {words}: {output}"


def first(*attempts):
    """The first failure of lazily tried steps."""
    for attempt in attempts:
        why = attempt()
        if why:
            return why
    return ""


class Peers:
    def __init__(self, scratch, ca):
        self.scratch = scratch
        self.ca = ca
        self.p = ca.path
        self.text = os.path.join(ca.dir, "text")
        with open(self.text, "wb") as file:
            file.write(TEXT)
        self.passphrase = scratch.write(f"passphrase-{ca.kind}", PASSPHRASE)

    def verify(self, *more):
        return ["verify", "-x509_strict", "-crl_check_all", "-CAfile", self.p("root.pem"), "-untrusted", self.p("ca.pem"),
                "-CRLfile", self.p("lists.pem"), *more]

    def is_text(self, path):
        with open(path, "rb") as file:
            content = file.read()
        # OpenSSL ends lines as the message does; NSS and gpgsm give the octets.
        return "" if content.replace(b"\r\n", b"\n") == TEXT.replace(b"\r\n", b"\n") else f"another text: {content[:200]}"


def paths(suite, peers):
    p, label = peers.p, peers.ca.kind

    def good():
        for name in (*RSA, *EC, "utf8", "long"):
            # OpenSSL 3.0 asks an encryption certificate for keyEncipherment alone, which no EC key may have (RFC 8551
            # section 4.4.2 wants keyAgreement); its cms -encrypt takes them.
            purpose = {"encrypt-rsa": "smimeencrypt", "encrypt-ec": "any"}.get(name, "smimesign")
            why = openssl(*peers.verify("-purpose", purpose, p(f"{name}.pem")))
            if why:
                return f"{name}: {why}"
        return ""

    suite.check(f"km {label}: openssl verify -x509_strict -crl_check_all takes every certificate, for its purpose", good)
    suite.check(
        f"km {label}: openssl verify refuses what is revoked and what is on hold",
        lambda: first(*(lambda n=n: said("certificate revoked", *peers.verify(p(f"{n}.pem"))) for n in ("revoked", "hold"))),
    )
    suite.check(
        f"km {label}: openssl verify refuses a list before its time: why none is released early",
        lambda: said("CRL is not yet valid", "verify", "-crl_check", "-CAfile", p("chain.pem"), "-CRLfile", p("later.crl.pem"),
                     p("sign-rsa.pem")),
    )
    suite.check(
        f"km {label}: a signing certificate does not encrypt, an encryption certificate does not sign (openssl)",
        lambda: first(
            lambda: openssl(*peers.verify("-purpose", "smimeencrypt", p("sign-rsa.pem")), wanted=1),
            lambda: openssl(*peers.verify("-purpose", "smimesign", p("encrypt-rsa.pem")), wanted=1),
        ),
    )


def cms(suite, peers):
    p, label = peers.p, peers.ca.kind

    def signs(name):
        out = p(f"{name}.signed")
        return first(
            lambda: openssl("cms", "-sign", "-in", peers.text, "-signer", p(f"{name}.pem"), "-inkey", p(f"{name}.key"),
                            "-certfile", p("ca.pem"), "-md", "sha256", "-outform", "DER", "-nodetach", "-binary", "-out", out),
            lambda: openssl("cms", "-verify", "-inform", "DER", "-in", out, "-CAfile", p("trusted.pem"), "-crl_check_all",
                            "-purpose", "smimesign", "-binary", "-out", p("got")),
            lambda: peers.is_text(p("got")),
        )

    def reads(name):
        out = p(f"{name}.enveloped")
        return first(
            lambda: openssl("cms", "-encrypt", "-in", peers.text, "-aes-256-cbc", "-binary", "-outform", "DER", "-out", out,
                            p(f"{name}.pem")),
            lambda: openssl("cms", "-decrypt", "-inform", "DER", "-in", out, "-recip", p(f"{name}.pem"),
                            "-inkey", p(f"{name}.key"), "-out", p("got")),
            lambda: peers.is_text(p("got")),
        )

    suite.check(f"km {label}: openssl cms signs and verifies, RSA and EC, with lists",
                lambda: first(*(lambda n=n: signs(n) for n in ("sign-rsa", "both-rsa", "sign-ec", "both-ec"))))
    suite.check(f"km {label}: openssl cms encrypts and decrypts, RSA and ECDH",
                lambda: first(*(lambda n=n: reads(n) for n in ("encrypt-rsa", "both-rsa", "encrypt-ec", "both-ec"))))


def ocsp(suite, peers):
    p, label = peers.p, peers.ca.kind

    def ask(subject, *more):
        return run(["openssl", "ocsp", "-issuer", p("ca.pem"), "-CAfile", p("root.pem"), "-verify_other", p("ca.pem"),
                    "-url", f"{peers.ca.url}/ocsp", *subject, *more])

    def judged(words, subject, *more):
        status, output = ask(subject, *more)
        if status != 0 or "Response verify OK" not in output or "WARNING" in output:
            return f"{status}: {output}"
        return "" if re.search(words, output) else output

    def one(name):
        return ["-cert", p(f"{name}.pem")]

    suite.check(
        f"km {label}: openssl ocsp believes good, revoked with its reason, hold and unknown; the nonce comes back",
        lambda: first(
            lambda: judged(r"sign-rsa.pem: good", one("sign-rsa"), "-nonce"),
            lambda: judged(r"revoked.pem: revoked[\s\S]*keyCompromise", one("revoked"), "-nonce"),
            lambda: judged(r"hold.pem: revoked[\s\S]*certificateHold", one("hold"), "-no_nonce"),
            lambda: judged(r"12345: unknown", ["-serial", "12345"], "-nonce"),
        ),
    )
    suite.check(f"km {label}: openssl ocsp asks by SHA-256 and about several at once",
                lambda: judged(r"sign-ec.pem: good[\s\S]*revoked.pem: revoked",
                               ["-sha256", *one("sign-ec"), "-sha256", *one("revoked")], "-nonce"))
    suite.check(
        f"km {label}: openssl ocsp is told unauthorized of another authority's certificate",
        lambda: "" if "unauthorized" in (
            out := run(["openssl", "ocsp", "-issuer", p("root.pem"), "-cert", p("ca.pem"), "-CAfile", p("root.pem"),
                        "-url", f"{peers.ca.url}/ocsp"])[1]) else out,
    )


def http(suite, peers):
    p, label, url = peers.p, peers.ca.kind, peers.ca.url
    got, dump = p("curl.got"), p("curl.fields")

    def curl(path, *more):
        """(status, fields in lower case, content)"""
        status, output = run(["curl", "-sS", "-o", got, "-D", dump, "-w", "%{http_code}", *more, f"{url}{path}"])
        if status != 0:
            return 0, output, b""
        with open(dump, encoding="latin-1") as fields, open(got, "rb") as content:
            return int(output), fields.read().lower(), content.read()

    def same(path, name, kind, *more):
        status, fields, content = curl(path, *more)
        with open(p(name), "rb") as file:
            if status != 200 or f"content-type: {kind}" not in fields or content != file.read():
                return f"{path}: {status} {fields}"
        return ""

    def cached():
        why = same("/ca.crl", "ca.crl", "application/pkix-crl")
        if why:
            return why
        os.unlink(got)
        with open(got, "wb"):
            pass
        status, fields, content = curl("/ca.crl", "-z", p("ca.crl"))
        # The file is younger than the list.
        if status != 304 or content:
            return f"-z: {status} {fields}"
        tag = re.search(r'(?m)^etag: (.*?)\s*$', curl("/ca.crl")[1])
        status = curl("/ca.crl", "-H", f"If-None-Match: {tag and tag.group(1)}")[0]
        return "" if status == 304 else f"by tag: {status}"

    suite.check(f"km {label}: curl fetches the list once, and is told 304 by time and by tag", cached)
    suite.check(f"km {label}: curl fetches the authority's certificate",
                lambda: same("/ca.cer", "ca.cer", "application/pkix-cert"))

    def by_get():
        why = openssl("ocsp", "-issuer", p("ca.pem"), "-cert", p("revoked.pem"), "-no_nonce", "-reqout", p("ocsp.req"))
        if why:
            return why
        with open(p("ocsp.req"), "rb") as file:
            path = urllib.parse.quote(base64.b64encode(file.read()), safe="")
        status, fields, content = curl(f"/ocsp/{path}")
        if status != 200 or "max-age=" not in fields or "application/ocsp-response" not in fields:
            return f"{status}: {fields}"
        with open(p("ocsp.resp"), "wb") as file:
            file.write(content)
        return said(r"Response verify OK[\s\S]*revoked", "ocsp", "-respin", p("ocsp.resp"), "-issuer", p("ca.pem"), "-cert",
                    p("revoked.pem"), "-CAfile", p("chain.pem"), "-no_nonce")

    suite.check(f"km {label}: OCSP by GET, with caching fields, is believed by openssl", by_get)

    def found():
        with open(p("both-rsa.cer"), "rb") as file:
            key = urllib.parse.quote(base64.b64encode(hashlib.sha1(file.read()).digest()), safe="")
        return first(
            lambda: same("/certificates?uri=both-rsa%40example.com", "both-rsa.cer", "application/pkix-cert"),
            lambda: same(f"/certificates?certHash={key}", "both-rsa.cer", "application/pkix-cert"),
            lambda: "" if curl("/certificates?uri=nobody@example.com")[0] == 404 else "nobody is found",
            lambda: "" if curl("/certificates?uri=*")[0] == 404 and curl("/certificates")[0] == 400 else "a list?",
        )

    suite.check(f"km {label}: curl looks certificates up by address and by hash (RFC 4387)", found)


def pkcs12(suite, peers):
    p, label = peers.p, peers.ca.kind

    def opens(form, words):
        for name in ("both-rsa", "both-ec"):
            arguments = ["pkcs12", "-in", p(f"{name}.{form}.p12"), "-passin", f"file:{peers.passphrase}"]
            why = first(
                lambda: said(words, *arguments, "-info", "-noout"),
                lambda: said(rf"friendlyName: {name}[\s\S]*localKeyID[\s\S]*BEGIN CERT[\s\S]*BEGIN CERT[\s\S]*BEGIN CERT",
                             *arguments, "-nokeys"),
                lambda: openssl("pkcs12", "-in", p(f"{name}.{form}.p12"), "-passin", "pass:wrong", "-noout", wanted=1),
            )
            if why:
                return f"{name} {form}: {why}"
        return ""

    suite.check(f"km {label}: openssl pkcs12 opens the modern form: PBES2, AES-256, HMAC-SHA-256, MAC of SHA-256",
                lambda: opens("modern", r"MAC: sha256[\s\S]*PBES2, PBKDF2, AES-256-CBC, Iteration \d+, PRF hmacWithSHA256"))
    suite.check(f"km {label}: openssl pkcs12 opens the compatible form without -legacy: 3DES for both bags, MAC of SHA-1",
                lambda: opens("compat", r"MAC: sha1[\s\S]*pbeWithSHA1And3-KeyTripleDES-CBC[\s\S]*pbeWithSHA1And3-KeyTripleDES"))


def requests(suite, peers):
    p, label = peers.p, peers.ca.kind

    def asks(wanted, *key):
        why = openssl("req", "-new", "-nodes", *key, "-keyout", p("csr.key"), "-out", p("csr.req"), "-subj", "/CN=Reader",
                      "-addext", "subjectAltName=email:csr@example.com")
        answer = "" if why else peers.ca.issue(p("csr.req"), p("csr.pem"))
        if why or not answer.startswith(wanted):
            return why or answer
        return openssl(*peers.verify(p("csr.pem"))) if wanted == "OK" else ""

    suite.check(
        f"km {label}: requests of openssl req become certificates: RSA-2048, P-256, P-384",
        lambda: first(
            lambda: asks("OK ['csr@example.com']".replace("'", ""), "-newkey", "rsa:2048"),
            lambda: asks("OK", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"),
            lambda: asks("OK", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-384"),
        ),
    )
    suite.check(
        f"km {label}: requests with RSA-1024, exponent 3, P-521 and Ed25519 are refused for their key",
        lambda: first(
            lambda: asks("KEY", "-newkey", "rsa:1024"),
            lambda: asks("KEY", "-newkey", "rsa:2048", "-pkeyopt", "rsa_keygen_pubexp:3"),
            lambda: asks("KEY", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-521"),
            lambda: asks("KEY", "-newkey", "ed25519"),
        ),
    )


def lint(suite, peers):
    p, label = peers.p, peers.ca.kind

    def every():
        root, ca = profile.load(p("root.pem")), profile.load(p("ca.pem"))
        bits = {"sign": ["digital_signature"], "encrypt": ["key_encipherment"],
                "both": ["digital_signature", "key_encipherment"]}
        for name in (*RSA, *EC):
            usage, kind = name.split("-")
            wanted = [one.replace("encipherment", "agreement") if kind == "ec" else one for one in bits[usage]]
            why = profile.subscriber(profile.load(p(f"{name}.pem")), ca, peers.ca.url, wanted, f"{LOCAL[usage]}-{kind}")
            if why:
                return f"{name}: {why}"
        return first(
            lambda: profile.subscriber(profile.load(p("utf8.pem")), ca, peers.ca.url, bits["sign"], "gr\u00fcn"),
            lambda: profile.subscriber(profile.load(p("long.pem")), ca, peers.ca.url, bits["sign"], "l" * 64),
            lambda: profile.authorities(root, ca, peers.ca.url),
            lambda: profile.responder(profile.load(p("responder.pem")), ca),
            lambda: profile.crl(p("root.crl"), root, 1, []),
            lambda: profile.crl(p("ca.crl"), ca, 7, ["certificateHold", "keyCompromise"]),
            lambda: profile.crl(p("later.crl"), ca, 8, ["certificateHold", "keyCompromise"]),
        )

    suite.check(f"km {label}: every field of the profile, by python3-cryptography", every)


def kmfiles(suite, scratch):
    need("openssl", "curl", "gpgsm", "certutil", "crlutil", "cmsutil", "pk12util")
    classes = build()
    for kind in ("RSA_4096", "P_384"):
        peers = Peers(scratch, Ceremony(scratch, classes, kind))
        for part in (paths, cms, ocsp, http, pkcs12, requests, lint):
            part(suite, peers)
        Nss(scratch, peers).checks(suite)
        Gpgsm(scratch, peers).checks(suite)
        peers.ca.stop()
