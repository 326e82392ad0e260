"""Messages for judges of authentication: who sends what from where, and the DNS that says who may."""

import base64
import hashlib
import os
import time

import dkim
from dkim import canonicalization, crypto

from .scratch import Failure, run

FRIEND, STRANGER = "192.0.2.1", "198.51.100.9"
FRIEND6, STRANGER6 = "2001:db8::1", "2001:db8:ffff::9"
RELAXED, SIMPLE = b"relaxed", b"simple"
# Where every question ends in SERVFAIL.
BROKEN = "trouble.example"

DMARC = {
    "good": "v=DMARC1; p=reject",
    "soft": "v=DMARC1; p=quarantine",
    "neutral": "v=DMARC1; p=none",
    "sig": "v=DMARC1; p=reject",
    "parent": "v=DMARC1; p=reject; sp=none",
    "parent2": "v=DMARC1; p=none; sp=quarantine",
    "strict": "v=DMARC1; p=reject; adkim=s; aspf=s",
    "testing": "v=DMARC1; p=reject; t=y",
    "percent": "v=DMARC1; p=reject; pct=0",
    "report": "v=DMARC1; rua=mailto:r@report.example",
    "nothing": "v=DMARC1; fo=1",
    "late": "v=DMARC1; rua=mailto:r@late.example; p=reject",
    "spaces": "v=DMARC1 ;  p = Reject ;",
    "unknown": "v=DMARC1; x=1; p=quarantine; y=2",
    "badp": "v=DMARC1; p=refuse; rua=mailto:r@badp.example",
    "lower": "v=dmarc1; p=reject",
    "own.parent": "v=DMARC1; p=quarantine",
}

SPF = {
    "good": "v=spf1 ip4:192.0.2.0/24 ip6:2001:db8::/48 -all",
    "soft": "v=spf1 ip4:192.0.2.0/24 ~all",
    "neutral": "v=spf1 ip4:192.0.2.0/24 ?all",
    "parent": "v=spf1 ip4:192.0.2.0/24 -all",
    "sub.parent": "v=spf1 ip4:192.0.2.0/24 -all",
    "sub.parent2": "v=spf1 -all",
    "strict": "v=spf1 ip4:192.0.2.0/24 -all",
    "sub.strict": "v=spf1 ip4:192.0.2.0/24 -all",
    "syntax": "v=spf1 ip4:192.0.2.300 -all",
    "colon": "v=spf1 a: -all",
    "unknownmech": "v=spf1 ip4:192.0.2.0/24 foo:bar -all",
    "lookups": "v=spf1 " + " ".join(f"include:l{n}.example" for n in range(11)) + " ip4:192.0.2.0/24 -all",
    "tenlookups": "v=spf1 " + " ".join(f"include:l{n}.example" for n in range(10)) + " ip4:192.0.2.0/24 -all",
    "loop": "v=spf1 include:loop.example -all",
    "include": "v=spf1 include:good.example -all",
    "includenone": "v=spf1 include:empty.example -all",
    "redirect": "v=spf1 redirect=good.example",
    "redirectnone": "v=spf1 redirect=empty.example",
    "redirectall": "v=spf1 -all redirect=good.example",
    "macro": "v=spf1 exists:%{ir}.%{v}._spf.%{d} -all",
    "local": "v=spf1 exists:%{l1r-}.lp.%{d2} -all",
    "upper": "V=SPF1 IP4:192.0.2.0/24 -ALL",
    "address": "v=spf1 a:host.example/24 a:host.example//48 -all",
    "mx": "v=spf1 mx -all",
    "manymx": "v=spf1 mx -all",
    "ptr": "v=spf1 ptr -all",
    "void": "v=spf1 a:v1.empty.example a:v2.empty.example a:v3.empty.example ip4:192.0.2.0/24 -all",
    "temp": f"v=spf1 include:x.{BROKEN} -all",
    "modifier": "v=spf1 ip4:192.0.2.0/24 later=on -all",
    "twoways": "v=spf1 redirect=good.example redirect=soft.example",
    "helo.good": "v=spf1 ip4:192.0.2.0/24 -all",
    "zero": "v=spf1 ip4:192.0.2.0/0 -all",
    "mapped": "v=spf1 ip6:::ffff:192.0.2.1 -all",
    "badmacro": "v=spf1 exists:%{x}.example -all",
    "percent": "v=spf1 ip4:192.0.2.0/24 -all",
}

MORE = """\
host.example. IN A 192.0.2.7
host.example. IN AAAA 2001:db8::7
mx.example. IN MX 10 mail.mx.example.
mail.mx.example. IN A 192.0.2.1
mail.mx.example. IN AAAA 2001:db8::1
1.2.0.192.in-addr._spf.macro.example. IN A 127.0.0.2
author.lp.local.example. IN A 127.0.0.2
1.2.0.192.in-addr.arpa. IN PTR host.ptr.example.
host.ptr.example. IN A 192.0.2.1
empty.example. IN MX 10 host.example.
author.example. IN A 192.0.2.7
third.example. IN A 192.0.2.7
"""


def txt(name, text):
    """A TXT record in strings of 255 octets at most."""
    strings = [text[at : at + 255] for at in range(0, len(text), 255)]
    quoted = " ".join('"' + s.replace("\\", "\\\\").replace('"', '\\"') + '"' for s in strings)
    return f"{name}. IN TXT {quoted}\n"


def zone():
    """SPF, DMARC and addresses; those of keys come from Keys."""
    out = MORE
    for name, text in SPF.items():
        out += txt(f"{name}.example", text)
    for name, text in DMARC.items():
        out += txt(f"_dmarc.{name}.example", text)
    for number in range(12):
        out += txt(f"l{number}.example", "v=spf1 ip4:203.0.113.1")
        out += f"manymx.example. IN MX {number} m{number}.manymx.example.\nm{number}.manymx.example. IN A 203.0.113.1\n"
    # Two records where one is allowed.
    out += txt("two.example", "v=spf1 ip4:192.0.2.0/24 -all") + txt("two.example", "v=spf1 -all")
    out += txt("_dmarc.two.example", "v=DMARC1; p=reject") + txt("_dmarc.two.example", "v=DMARC1; p=none")
    return out


SIGNERS = ("sig.example", "sub.sig.example", "strict.example", "sub.strict.example", "third.example", "good.example",
           "report.example")


class Keys:
    """Keys of these domains by selector, odd ones of sig.example alone, made for this run; `records` are their zone-file lines."""

    def __init__(self, scratch, domains=SIGNERS):
        self.folder = scratch.folder("dkim-keys")
        self.private = {}
        self.records = ""
        rsa = self._rsa("rsa", 2048)
        ed = self._ed25519("ed")
        short, kilo = self._rsa("short", 512), self._rsa("kilo", 1024)
        for domain in domains:
            self._publish("rsa", domain, f"v=DKIM1; k=rsa; p={rsa}")
            self._publish("ed", domain, f"v=DKIM1; k=ed25519; p={ed}")
        for selector, text in {
            "short": f"v=DKIM1; k=rsa; p={short}",
            "kilo": f"v=DKIM1; k=rsa; p={kilo}",
            "bare": f"p={rsa}",
            "revoked": "v=DKIM1; k=rsa; p=",
            "testing": f"v=DKIM1; t=y; k=rsa; p={rsa}",
            "nosub": f"v=DKIM1; t=s; k=rsa; p={rsa}",
            "sha1only": f"v=DKIM1; h=sha1; k=rsa; p={rsa}",
            "service": f"v=DKIM1; s=other; k=rsa; p={rsa}",
            "version": f"v=DKIM2; k=rsa; p={rsa}",
            "latev": f"k=rsa; v=DKIM1; p={rsa}",
            "kind": f"v=DKIM1; k=ed25519; p={rsa}",
            "garbage": "v=DKIM1; k=rsa; p=AAAA",
            "notes": f"v=DKIM1; n=a note; zz=unknown; k=rsa; p={rsa};",
        }.items():
            self._publish(selector, "sig.example", text)
            self.private.setdefault(selector, self.private["rsa"])
        for missing in ("missing", "x." + BROKEN):
            self.private[missing] = self.private["rsa"]
        self._publish("twokeys", "sig.example", "v=DKIM1; k=rsa; p=AAAA")
        self._publish("twokeys", "sig.example", f"v=DKIM1; k=rsa; p={rsa}")
        self.private["twokeys"] = self.private["rsa"]

    def _publish(self, selector, domain, text):
        self.records += txt(f"{selector}._domainkey.{domain}", text)

    def _rsa(self, selector, bits):
        path = os.path.join(self.folder, selector)
        for words in (["openssl", "genrsa", "-traditional", "-out", path, str(bits)],
                      ["openssl", "rsa", "-in", path, "-pubout", "-outform", "DER", "-out", path + ".der"]):
            status, output = run(words)
            if status != 0:
                raise Failure(f"{' '.join(words)}: {output[-200:]}")
        with open(path, "rb") as file:
            self.private[selector] = file.read()
        with open(path + ".der", "rb") as file:
            return base64.b64encode(file.read()).decode()

    def _ed25519(self, selector):
        import nacl.encoding
        import nacl.signing

        key = nacl.signing.SigningKey.generate()
        self.private[selector] = key.encode(nacl.encoding.Base64Encoder)
        return key.verify_key.encode(nacl.encoding.Base64Encoder).decode()

    def sign(self, content, selector="rsa", domain="sig.example", canon=(RELAXED, RELAXED), **more):
        """Signed by dkimpy."""
        if selector == "ed":
            more["signature_algorithm"] = b"ed25519-sha256"
        return dkim.sign(content, selector.encode(), domain.encode(), self.private[selector], canonicalize=canon,
                         **more) + content

    def by_hand(self, content, selector="rsa", tags="", fields="from:to:subject", bits="rsa-sha256", domain="sig.example"):
        """Signed with tags that dkimpy would not write; relaxed/relaxed, every field of `fields` once."""
        policy = canonicalization.CanonicalizationPolicy.from_c_value(b"relaxed/relaxed")
        head, _, body = content.partition(b"\r\n\r\n")
        hash_of = hashlib.sha1 if bits == "rsa-sha1" else hashlib.sha256
        bh = base64.b64encode(hash_of(policy.canonicalize_body(body)).digest()).decode()
        value = (f" v=1; a={bits}; c=relaxed/relaxed; d={domain}; s={selector}; {tags}"
                 f"\r\n\th={fields};\r\n\tbh={bh};\r\n\tb=")
        present = {}
        for line in head.replace(b"\r\n ", b" ").split(b"\r\n"):
            name, _, text = line.partition(b":")
            present[name.lower()] = (name, text + b"\r\n")
        chosen = [present[f.encode()] for f in fields.split(":") if f.encode() in present]
        hashed = hash_of()
        for name, text in policy.canonicalize_headers(chosen):
            hashed.update(name + b":" + text)
        ((name, text),) = policy.canonicalize_headers([(b"DKIM-Signature", value.encode() + b"\r\n")])
        hashed.update(name + b":" + text.rstrip(b"\r\n"))
        signature = crypto.RSASSA_PKCS1_v1_5_sign(hashed, crypto.parse_pem_private_key(self.private[selector]))
        return b"DKIM-Signature:" + value.encode() + base64.b64encode(signature) + b"\r\n" + content


class Case:
    """One message and what must come of it: the words for SPF, for each signature from the top, for DMARC."""

    def __init__(self, name, content, want, ip=FRIEND, helo="client.third.example", mail_from="author@empty.example"):
        self.name = name
        self.content = content
        self.ip = ip
        self.helo = helo
        self.mail_from = mail_from
        self.spf, dkim_words, self.dmarc = (part.strip() for part in want.split("|"))
        self.dkim = dkim_words.split()


def plain(author="author@sig.example", subject="one", body=b"Hello,\r\n\r\ntwo  lines \r\nof text.\r\n\r\n"):
    return (f"From: An Author <{author}>\r\nTo: info@example.com\r\nSubject: {subject}\r\n"
            f"Date: Thu, 01 Jan 2026 00:00:00 +0000\r\nMessage-ID: <{subject}@third.example>\r\n\r\n").encode() + body


def spf_cases():
    """Unsigned mail whose author is that of MAIL FROM, `author@NAME.example` from FRIEND unless said otherwise."""
    rows = [
        ("ip4", "good", "pass || pass"),
        ("ip6", "good", "pass || pass", FRIEND6),
        ("fail", "good", "fail || fail", STRANGER),
        ("fail over IPv6", "good", "fail || fail", STRANGER6),
        ("softfail", "soft", "softfail || fail", STRANGER),
        ("neutral", "neutral", "neutral || fail", STRANGER),
        ("no record", "empty", "none || none"),
        ("no such domain", "nowhere", "none || none"),
        ("two records", "two", "permerror || none"),
        ("a number over 255", "syntax", "permerror || none"),
        ("nothing behind a colon", "colon", "permerror || none"),
        ("unknown mechanism behind the match", "unknownmech", "permerror || none"),
        ("eleven look-ups", "lookups", "permerror || none"),
        ("ten look-ups", "tenlookups", "pass || none"),
        ("a loop", "loop", "permerror || none"),
        ("include", "include", "pass || none"),
        ("include, no match", "include", "fail || none", STRANGER),
        ("include of a domain without record", "includenone", "permerror || none"),
        ("redirect", "redirect", "pass || none"),
        ("redirect to a domain without record", "redirectnone", "permerror || none"),
        ("all before redirect", "redirectall", "fail || none"),
        ("redirect twice", "twoways", "permerror || none"),
        ("macros of the address", "macro", "pass || none"),
        ("macros of the address, no match", "macro", "fail || none", STRANGER),
        ("macro of the local part", "local", "pass || none"),
        ("unknown macro", "badmacro", "permerror || none"),
        ("upper case", "upper", "pass || none"),
        ("a with a prefix", "address", "pass || none"),
        ("a with a prefix over IPv6", "address", "pass || none", FRIEND6),
        ("mx", "mx", "pass || none"),
        ("mx over IPv6", "mx", "pass || none", FRIEND6),
        ("twelve mail exchangers", "manymx", "permerror || none"),
        ("ptr", "ptr", "pass || none"),
        ("ptr without a name", "ptr", "fail || none", STRANGER),
        ("three void look-ups", "void", "permerror || none"),
        ("the DNS does not say", "temp", "temperror || none"),
        ("unknown modifier", "modifier", "pass || none"),
        ("a prefix of 0", "zero", "pass || none", STRANGER),
        ("an IPv4 client and ip6 of its mapped address", "mapped", "fail || none"),
    ]
    out = []
    for name, domain, want, *ip in rows:
        author = f"author@{domain}.example"
        out.append(Case(f"spf {name}", plain(author), want, *ip, mail_from=author))
    author = "author@good.example"
    out += [
        Case("spf null reverse-path, HELO passes", plain(author), "pass || pass", helo="helo.good.example", mail_from=""),
        Case("spf null reverse-path, HELO fails", plain(author), "fail || fail", STRANGER, "helo.good.example", ""),
        Case("spf null reverse-path, HELO without a record", plain(author), "none || fail", mail_from=""),
    ]
    return out


def dkim_cases(keys):
    """Mail of author@sig.example (p=reject) in the name of a domain without SPF: DMARC hangs on the signatures."""
    p = plain()
    now = int(time.time())
    cased = p.replace(b"Subject: one", b"SUBJECT:   one ").replace(b"two  lines ", b"two lines")
    def changed(content):
        return content.replace(b"of text", b"of tests")
    out = [("no signature", p, " | fail")]
    for header in (RELAXED, SIMPLE):
        for body in (RELAXED, SIMPLE):
            out.append((f"rsa {header.decode()}/{body.decode()}", keys.sign(p, canon=(header, body)), "pass | pass"))
    out += [
        ("ed25519", keys.sign(p, "ed"), "pass | pass"),
        ("ed25519 simple/simple", keys.sign(p, "ed", canon=(SIMPLE, SIMPLE)), "pass | pass"),
        ("rsa and ed25519", keys.sign(keys.sign(p), "ed"), "pass pass | pass"),
        ("white space changed, relaxed", keys.sign(p).replace(p, cased), "pass | pass"),
        ("white space changed, simple", keys.sign(p, canon=(SIMPLE, SIMPLE)).replace(p, cased), "fail | fail"),
        ("empty lines at the end", keys.sign(p, canon=(SIMPLE, SIMPLE)) + b"\r\n\r\n", "pass | pass"),
        ("empty body, simple", keys.sign(plain(body=b""), canon=(SIMPLE, SIMPLE)), "pass | pass"),
        ("empty body, relaxed", keys.sign(plain(body=b"")), "pass | pass"),
        ("8-bit body", keys.sign(plain(body="Grüße\r\n".encode())), "pass | pass"),
        ("l= of the whole body", keys.sign(p, length=True), "pass | pass"),
        ("l= and more behind it", keys.sign(p, length=True) + b"more\r\n", "policy | fail"),
        ("body changed", changed(keys.sign(p)), "fail | fail"),
        ("body changed, one signature of two is by then", keys.sign(changed(keys.sign(p)), "ed"), "pass fail | pass"),
        ("subject changed", keys.sign(p).replace(b"Subject: one", b"Subject: two"), "fail | fail"),
        ("signature changed", keys.by_hand(p).replace(b"c=relaxed/relaxed", b"c=relaxed/simple"), "fail | fail"),
        ("a second From field, oversigned", b"From: x@sig.example\r\n" + keys.sign(p), "fail | permerror"),
        ("expired long ago", keys.by_hand(p, tags=f"t={now - 900000}; x={now - 90000};"), "permerror | fail"),
        ("expired an hour ago", keys.by_hand(p, tags=f"t={now - 7200}; x={now - 3600};"), "permerror | fail"),
        ("to expire", keys.by_hand(p, tags=f"t={now}; x={now + 3600};"), "pass | pass"),
        ("x= before t=", keys.by_hand(p, tags=f"t={now}; x={now - 60};"), "permerror | fail"),
        ("signed tomorrow", keys.by_hand(p, tags=f"t={now + 86400};"), "policy | fail"),
        ("From not signed", keys.by_hand(p, fields="to:subject"), "permerror | fail"),
        ("i= of a sub-domain", keys.by_hand(p, tags="i=user@sub.sig.example;"), "pass | pass"),
        ("i= of another domain", keys.by_hand(p, tags="i=user@other.example;"), "permerror | fail"),
        ("i= of a domain that ends alike", keys.by_hand(p, tags="i=user@notsig.example;"), "permerror | fail"),
        ("unknown tag", keys.by_hand(p, tags="zz=1;"), "pass | pass"),
        ("q= unknown", keys.by_hand(p, tags="q=http;"), "neutral | fail"),
        ("tag twice", keys.by_hand(p, tags="zz=1; zz=2;"), "neutral | fail"),
        ("key missing", keys.sign(p, "missing"), "permerror | fail"),
        ("key revoked", keys.sign(p, "revoked"), "permerror | fail"),
        ("key of 512 bits", keys.by_hand(p, "short"), "policy | fail"),
        ("key of 1024 bits", keys.by_hand(p, "kilo"), "pass | pass"),
        ("sha1", keys.by_hand(p, bits="rsa-sha1"), "permerror | fail"),
        ("key without v= and k=", keys.sign(p, "bare"), "pass | pass"),
        ("key testing, t=y", keys.sign(p, "testing"), "pass | pass"),
        ("key t=s and i= of a sub-domain", keys.by_hand(p, "nosub", tags="i=u@sub.sig.example;"), "permerror | fail"),
        ("key t=s and i= of the domain", keys.by_hand(p, "nosub", tags="i=u@sig.example;"), "pass | pass"),
        ("key for sha1 alone", keys.sign(p, "sha1only"), "permerror | fail"),
        ("key for another service", keys.sign(p, "service"), "permerror | fail"),
        ("key of version 2", keys.sign(p, "version"), "permerror | fail"),
        ("key with v= behind", keys.sign(p, "latev"), "permerror | fail"),
        ("key of another kind", keys.sign(p, "kind"), "permerror | fail"),
        ("key that is none", keys.sign(p, "garbage"), "permerror | fail"),
        ("key with notes", keys.sign(p, "notes"), "pass | pass"),
        ("two keys", keys.sign(p, "twokeys"), "permerror | fail"),
        ("the DNS does not say", keys.by_hand(p, "rsa", domain=BROKEN), "temperror | fail"),
    ]
    cases = [Case(f"dkim {name}", content, "none |" + want) for name, content, want in out]
    trouble = plain(f"author@{BROKEN}")
    cases.append(Case("dmarc the DNS does not say", keys.by_hand(trouble, domain=BROKEN), "none | temperror | temperror"))
    return cases


def dmarc_cases(keys):
    """Alignment and policies."""
    def by(domain, mail_from=None, ip=STRANGER, signer=None, author=None):
        author = author or f"author@{domain}.example"
        content = plain(author)
        if signer:
            content = keys.sign(content, domain=signer)
        return content, ip, (f"author@{domain}.example" if mail_from is None else mail_from)

    rows = [
        ("signed by a sub-domain", by("sig", "x@empty.example", signer="sub.sig.example"), "none | pass | pass"),
        ("signed by somebody else", by("sig", "x@empty.example", signer="third.example"), "none | pass | fail"),
        ("SPF of somebody else", by("sig", "x@good.example", FRIEND), "pass || fail"),
        ("SPF of a sub-domain", by("parent", "x@sub.parent.example", FRIEND), "pass || pass"),
        ("SPF of a sub-domain, aspf=s", by("strict", "x@sub.strict.example", FRIEND), "pass || fail"),
        ("signed by a sub-domain, adkim=s", by("strict", signer="sub.strict.example"), "fail | pass | fail"),
        ("signed by the domain, adkim=s", by("strict", signer="strict.example"), "fail | pass | pass"),
        ("author in a sub-domain, sp=none", by("sub.parent"), "fail || fail"),
        ("author in a sub-domain, sp=quarantine", by("sub.parent2"), "fail || fail"),
        ("author in a sub-domain with a record", by("own.parent", "x@good.example", FRIEND), "pass || fail"),
        ("author in a sub-domain that does not exist", by("no.good", "x@third.example"), "none || fail"),
        ("t=y", by("testing", "x@third.example"), "none || fail"),
        ("pct=0", by("percent"), "fail || fail"),
        ("rua= without p=", by("report", "x@third.example"), "none || fail"),
        ("rua= without p=, signed", by("report", "x@third.example", signer="report.example"), "none | pass | pass"),
        ("neither p= nor rua=", by("nothing", "x@third.example"), "none || none"),
        ("p= at the end", by("late", "x@third.example"), "none || fail"),
        ("spaces and case", by("spaces", "x@third.example"), "none || fail"),
        ("unknown tags", by("unknown", "x@third.example"), "none || fail"),
        ("p= unknown, with rua=", by("badp", "x@third.example"), "none || fail"),
        ("v=dmarc1", by("lower", "x@third.example"), "none || none"),
        ("two records", by("two", "x@third.example"), "none || none"),
        ("author in upper case", by("good", None, FRIEND, author="Author@GOOD.Example"), "pass || pass"),
        ("SPF fails, signed", by("good", signer="good.example"), "fail | pass | pass"),
        ("HELO aligned, MAIL FROM not", by("good", "x@third.example", FRIEND), "none || fail"),
    ]
    out = []
    for name, (content, ip, mail_from), want in rows:
        helo = "helo.good.example" if name.startswith("HELO") else "client.third.example"
        out.append(Case(f"dmarc {name}", content, want, ip, helo, mail_from))
    return out
