"""A vault that `postern serve` publishes while it is sealed: asked by curl, OpenSSL and ldapsearch. Approvers, tokens,
many people at once and invitations, by the real program."""

import glob
import json
import os
import re
import subprocess
import urllib.parse

from peers.gateway import LAUNCHER, Postern
from peers.kmoperator import Operator
from peers.scratch import Failure, free_port, need, run
from peers.slapd import BIND_DN, PASSWORD, SUFFIX, Slapd

PASSPHRASE = "a long passphrase of an approver"


def done(*arguments, wanted=0, **more):
    status, output = run(list(arguments), **more)
    if status != wanted:
        raise Failure(f"{' '.join(arguments[:3])}: {status}: {output.strip()[-300:]}")
    return output


class Served:
    """A gateway with `[km]`, and the operators of its vault."""

    def __init__(self, scratch):
        self.http, self.ldap = free_port(), free_port()
        self.operator = Operator(scratch, "km-operator", data=scratch.path("km-gateway", "data"))
        self.url = f"http://127.0.0.1:{self.http}/km"
        scratch.folder("km-gateway")
        os.makedirs(self.operator.data, mode=0o700)
        self.operator.do(
            "init", "--organization", "Example", "--country", "CH", "--url", self.url, "--ca-key", "p-384", "--shares", "2/3",
            "--shares-to", self.operator.path("shares"), "--write-to", self.operator.path("one"), "--backup-to",
            self.operator.path("two"), "--verify-from", self.operator.path("two"))
        self.gateway = Postern(
            scratch, "km-gateway", free_port(),
            more=f'[km]\nhttp = "127.0.0.1:{self.http}"\nldap = "127.0.0.1:{self.ldap}"\n')
        self.gateway.new_key()
        self.gateway.start()

    def get(self, path, name, *more):
        out = self.operator.path(name)
        code = done("curl", "-sS", "-o", out, "-w", "%{http_code}", *more, f"{self.url}/{path}")
        return code.strip(), out

    def pem(self, name, *words):
        path = self.operator.path(name)
        with open(path, "w", encoding="ascii") as file:
            file.write(self.operator.do("cert", *words))
        return path

    def certificates(self, address):
        return json.loads(self.operator.do("list", address, "--json"))


def published(suite, served):
    operator = served.operator

    def path():
        operator.issue("info@example.com")
        sign = next(one for one in served.certificates("info@example.com") if one["usage"] == "sign")
        leaf = served.pem("leaf.pem", sign["serial"])
        text = done("openssl", "x509", "-in", leaf, "-noout", "-text")
        for wanted in (f"{served.url}/ca.crl", f"{served.url}/ca.cer", f"{served.url}/ocsp"):
            if wanted not in text:
                return f"no {wanted} in the certificate"
        for name in ("ca.crl", "root.crl", "ca.cer", "root.cer"):
            code, _ = served.get(name, name)
            if code != "200":
                return f"{name}: {code}"
        lists = operator.path("lists.pem")
        with open(lists, "w", encoding="ascii") as file:
            file.write("".join(done("openssl", "crl", "-inform", "DER", "-in", operator.path(f"{one}.crl")) for one in ("ca", "root")))
        done("openssl", "x509", "-inform", "DER", "-in", operator.path("root.cer"), "-out", operator.path("root.pem"))
        done("openssl", "x509", "-inform", "DER", "-in", operator.path("ca.cer"), "-out", operator.path("ca.pem"))
        done("openssl", "verify", "-x509_strict", "-crl_check_all", "-CAfile", operator.path("root.pem"), "-untrusted",
             operator.path("ca.pem"), "-CRLfile", lists, leaf)
        return ""

    def ocsp():
        return done("openssl", "ocsp", "-issuer", operator.path("ca.pem"), "-cert", operator.path("leaf.pem"), "-url",
                    f"{served.url}/ocsp", "-CAfile", operator.path("root.pem"), "-resp_text")

    def good():
        said = ocsp()
        return "" if "Response verify OK" in said and "leaf.pem: good" in said and "Nonce" in said else said

    def revoked():
        operator.do("hold", "info@example.com", *operator.by_key())
        held = ocsp()
        _, out = served.get("ca.crl", "held.crl")
        entries = done("openssl", "crl", "-inform", "DER", "-in", out, "-noout", "-text")
        operator.do("release", "info@example.com", *operator.by_key())
        again = ocsp()
        why = "" if "leaf.pem: revoked" in held and "certificateHold" in held and "Certificate Hold" in entries else held
        return why or ("" if "leaf.pem: good" in again else again)

    def cached():
        headers = done("curl", "-sS", "-D", "-", "-o", "/dev/null", f"{served.url}/ca.crl")
        at = re.search(r"(?im)^Last-Modified: (.*)$", headers)
        if at is None or "max-age" not in headers:
            return headers
        code, _ = served.get("ca.crl", "again.crl", "-H", f"If-Modified-Since: {at.group(1).strip()}")
        return "" if code == "304" else f"{code}: {headers}"

    def lookup():
        code, out = served.get("certificates?" + urllib.parse.urlencode({"uri": "info@example.com"}), "looked")
        with open(out, "rb") as file:
            octets = file.read()
        nobody, _ = served.get("certificates?uri=nobody@example.com", "nobody")
        return "" if code == "200" and b"info@example.com" in octets and nobody == "404" else f"{code}, {nobody}"

    suite.check("km served: the URLs in a certificate lead to what verifies it, by OpenSSL", path)
    suite.check("km served: OCSP says good, signed by the delegated responder, with the nonce", good)
    suite.check("km served: hold and release are seen at once in list and OCSP", revoked)
    suite.check("km served: a list is not fetched twice (If-Modified-Since)", cached)
    suite.check("km served: RFC 4387 look-up by address, and nothing for strangers' addresses", lookup)


def directory(suite, served):
    def search(*words, wanted=0):
        return done("ldapsearch", "-x", "-LLL", "-o", "ldif-wrap=no", "-H", f"ldap://127.0.0.1:{served.ldap}", "-b", "dc=example,dc=com",
                    *words, wanted=wanted)

    def found():
        said = search("(mail=info@example.com)", "userCertificate;binary", "userSMIMECertificate;binary")
        return "" if "userCertificate;binary:: MII" in said and "userSMIMECertificate;binary:: MII" in said else said

    def authority():
        said = search("-s", "base", "-b", "cn=ca,dc=example,dc=com", "(objectClass=*)", "cACertificate;binary",
                      "certificateRevocationList;binary")
        return "" if "cACertificate;binary:: MII" in said and "certificateRevocationList;binary:: MII" in said else said

    def listing():
        for words in ("(mail=*)", "(objectClass=*)", "(mail=i*)", "(!(mail=x@example.com))", "(|(mail=*)(cn=*))"):
            _, said = run(["ldapsearch", "-x", "-LLL", "-H", f"ldap://127.0.0.1:{served.ldap}", "-b", "dc=example,dc=com", words])
            if "info@example.com" in said:
                return f"{words}: {said[:200]}"
        return ""

    def changes():
        status, said = run(["ldapdelete", "-x", "-H", f"ldap://127.0.0.1:{served.ldap}", "cn=x,dc=example,dc=com"])
        bound, words = run(["ldapwhoami", "-x", "-H", f"ldap://127.0.0.1:{served.ldap}", "-D", "cn=admin", "-w", "secret"])
        return "" if status and bound and "nwilling" in said else f"{status} {said} {bound} {words}"

    suite.check("km directory: ldapsearch finds the certificates of an address", found)
    suite.check("km directory: and the authority's certificate", authority)
    suite.check("km directory: strangers list nobody", listing)
    suite.check("km directory: nothing can be changed, and no password is taken", changes)


def approvers(suite, scratch, served):
    operator = served.operator
    passphrase = scratch.write("approver-passphrase", PASSPHRASE + "\n", mode=0o600)
    shares = operator.by_shares(1, 2)

    def sign(number, name):
        return operator.do("approve", number, "--key", operator.path(f"{name}.key"), "--passphrase-file", passphrase)

    def rules():
        for name in ("one", "two", "three"):
            said = approver_key(operator, name, passphrase)
            public = re.search(r"postern-approver-\S+", said).group(0)
            operator.do("approvers", "add", name, public, *shares)
        operator.do("policy", "set", "revoke=1", "issue=1", "recover=2", "administrators=2", "policy=2", *shares)
        return operator.refused("lock", "policy", "set", "revoke=3", *shares) and ""

    def alone():
        return operator.refused("approver", "revoke", "info@example.com", *operator.by_key()) or operator.refused(
            "approver", "recover", "info@example.com", "--out", operator.path("out"), "--passphrase-to", operator.path("alone"), *shares)

    def together():
        said = operator.do("recover", "info@example.com", "--request", "--why", "laptop lost")
        number = re.search(r"request (\d+)", said).group(1)
        sign(number, "one")
        act = ("do", number, "--out", operator.path("out"), "--passphrase-to")
        early = operator.refused("2 approvers", *act, operator.path("together"), *shares)
        sign(number, "two")
        operator.do(*act, operator.path("together"), *shares)
        return early or operator.refused("was used", *act, operator.path("again"), *shares) or operator.whole()

    suite.check("ceremony approvers: three keys, and numbers that lock nobody out", rules)
    suite.check("ceremony approvers: the unseal key or the shares alone do no act any more", alone)
    suite.check("ceremony approvers: two of three sign, the act is done once", together)


def approver_key(operator, name, passphrase):
    process = subprocess.run(
        [LAUNCHER, "km", "approver", "new", name, "--out", operator.path(f"{name}.key"), "--passphrase-file", passphrase],
        capture_output=True, text=True, check=False)
    if process.returncode:
        raise Failure(process.stdout + process.stderr)
    return process.stdout


def many(suite, scratch, served, operator):
    letters = operator.path("letters")
    os.makedirs(letters, mode=0o700, exist_ok=True)

    def people():
        path = operator.path("people.csv")
        with open(path, "w", encoding="utf-8") as file:
            file.write("address,name,usage\n" + "".join(f"p{n}@example.com,Person {n},\n" for n in range(12)) + "not an address,,\n")
        status, said = operator.run("bulk", path, "--key", "p-256", "--out", operator.path("out"), "--passphrases-to", letters, *operator.by_key())
        if status != 1 or "14" not in said:
            return f"{status}: {said}"
        files = glob.glob(operator.path("out", "p*@example.com-*.p12"))
        again = operator.run("bulk", path, "--key", "p-256", "--out", operator.path("out"), "--passphrases-to", letters, *operator.by_key())
        p12 = sorted(files)[0]
        with open(glob.glob(os.path.join(letters, "p0@example.com*"))[0], encoding="ascii") as file:
            word = file.read().split()[-1]
        done("openssl", "pkcs12", "-in", p12, "-nokeys", "-passin", "pass:" + word)
        return "" if len(files) == 24 and len(glob.glob(operator.path("out", "p*.p12"))) == 24 else f"{len(files)} files; {again}"

    def from_slapd():
        key, certificate = scratch.path("slapd.key"), scratch.path("slapd.pem")
        done("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=127.0.0.1",
             "-days", "2", "-keyout", key, "-out", certificate)
        slapd = Slapd(scratch, certificate, key, name="km-slapd")
        password = scratch.write("bind-password", PASSWORD + "\n", mode=0o600)
        operator.do("bulk", "--ldap", f"ldap://127.0.0.1:{slapd.port}", "--ldap-in-clear", "--base", SUFFIX, "--filter", "(objectClass=inetOrgPerson)",
                    "--bind-dn", BIND_DN, "--bind-password-file", password, "--key", "p-256", "--out", operator.path("out"),
                    "--passphrases-to", letters, *operator.by_key())
        return "" if len(json.loads(operator.do("list", "anna@example.com", "--json"))) == 2 else operator.do("list")

    suite.check("km bulk: a file of people, a wrong line told by its number, and nobody twice", people)
    suite.check("km bulk: the people of slapd", from_slapd)


def invitations(suite, scratch, operator, url):
    def fetched():
        token, word = operator.path("token"), operator.path("word")
        operator.do("invite", "guest@example.com", "--key", "p-256", "--token-to", token, "--passphrase-to", word, *operator.by_key())
        with open(token, encoding="ascii") as file:
            text = next(one for one in file.read().split() if not one.startswith("http"))
        page = done("curl", "-sS", "-i", "--data-urlencode", f"token={text}", f"{url}/enrol")
        if "guest@example.com" not in page or "no-store" not in page or "Content-Security-Policy" not in page:
            return page
        p12 = operator.path("guest.p12")
        done("curl", "-sS", "-o", p12, "--data-urlencode", f"token={text}", "-d", "form=modern&file=0", f"{url}/enrol")
        done("openssl", "pkcs12", "-in", p12, "-nokeys", "-passin", "file:" + word)
        done("curl", "-sS", "--data-urlencode", f"token={text}", "-d", "done=1", f"{url}/enrol")
        gone = done("curl", "-sS", "-o", "/dev/null", "-w", "%{http_code}", "--data-urlencode", f"token={text}", f"{url}/enrol")
        never = done("curl", "-sS", "-o", "/dev/null", "-w", "%{http_code}", "--data-urlencode", "token=AAAA-BBBB", f"{url}/enrol")
        return "" if gone == never == "403" else f"{gone} and {never}"

    suite.check("km invite: fetched from the page while sealed, opened with the passphrase, then gone", fetched)


def tokens(suite, scratch, operator):
    library = (glob.glob("/usr/lib/softhsm/libsofthsm2.so") + glob.glob("/usr/lib/*/softhsm/libsofthsm2.so") + [None])[0]

    def opened():
        if library is None:
            raise Failure("softhsm2 is not installed")
        store = scratch.folder("softhsm", mode=0o700)
        os.environ["SOFTHSM2_CONF"] = scratch.write("softhsm2.conf", f"directories.tokendir = {store}\nobjectstore.backend = file\n")
        done("softhsm2-util", "--init-token", "--free", "--label", "postern", "--so-pin", "12345678", "--pin", "87654321")
        pin = scratch.write("pin", "87654321\n", mode=0o600)
        by_token = ("--pkcs11", library, "--token", "postern", "--pin-file", pin)
        operator.do("slots", "add", *by_token, *operator.by_shares(1, 2))
        operator.do("refresh", *by_token)
        wrong = scratch.write("wrong-pin", "11111111\n", mode=0o600)
        return operator.refused("PIN", "refresh", "--pkcs11", library, "--token", "postern", "--pin-file", wrong)

    suite.check("km slots: a PKCS#11 token (SoftHSM) opens the vault, and a wrong PIN is told", opened)


def sessions(suite, operator):
    def lines():
        said = operator.do("unseal", "--for", "5m", *operator.by_key(), typed="status\nhold info@example.com\nrelease info@example.com\nseal\n")
        return "" if "held" in said and "released" in said and "seal" in said.lower() else said

    suite.check("km unseal: several acts with one opening, then sealed", lines)


def mail_goes_on(suite, served):
    def sealed():
        served.gateway.stop()
        km = os.path.join(served.operator.data, "km")
        os.rename(km, km + ".away")
        try:
            served.gateway.start()
            code, _ = served.get("ca.crl", "none.crl")
            _, health = served.gateway.cli("health")
        finally:
            served.gateway.stop()
            os.rename(km + ".away", km)
        return "" if code == "503" else f"{code} {health[:200]}"

    suite.check("km served: without its vault the gateway starts all the same, and answers 503", sealed)


def kmserved(suite, scratch):
    need("openssl", "curl", "ldapsearch", "slapd", "softhsm2-util")
    served = Served(scratch)
    published(suite, served)
    directory(suite, served)
    sessions(suite, served.operator)
    many(suite, scratch, served, served.operator)
    invitations(suite, scratch, served.operator, served.url)
    tokens(suite, scratch, served.operator)
    approvers(suite, scratch, served)
    mail_goes_on(suite, served)
