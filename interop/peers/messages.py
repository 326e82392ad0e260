"""The kinds of message that the suite sends, and the real ones from the corpora."""

import base64
import email.utils
import mailbox
import os
import random
import re

from .verify import field_name, split_fields

AUTHOR = "author@example.com"


def _head(subject, *more):
    lines = [
        f"From: A. Author <{AUTHOR}>",
        "To: <reader@example.net>",
        f"Subject: {subject}",
        f"Date: {email.utils.formatdate()}",
        f"Message-ID: {email.utils.make_msgid(domain='example.com')}",
        *more,
    ]
    return "\r\n".join(lines) + "\r\n"


def _base64_lines(octets, seed):
    text = base64.b64encode(random.Random(seed).randbytes(octets)).decode("ascii")
    return "\r\n".join(text[at : at + 76] for at in range(0, len(text), 76)) + "\r\n"


def kinds(big=20 * 1024 * 1024):
    """Maps a name to (content, "bytes" or "parts": what must come out unchanged)."""
    mime = "MIME-Version: 1.0"
    text8 = "Content-Type: text/plain; charset=utf-8"
    out = {}
    out["plain"] = (_head("plain") + "\r\nOne line.\r\n.a dot\r\n..two dots\r\n\r\nThe end.\r\n", "bytes")
    out["white-space"] = (
        _head("folded\r\n\tand  \t folded ", "X-Empty:", "X-Blank: \t ", "x-CaSe:value")
        + "\r\n \t lead\r\ntrail \t \r\nin  \t between\r\n \t\r\n\r\n\r\n\r\n",
        "bytes",
    )
    out["8-bit"] = (
        _head("8-bit", mime, text8, "Content-Transfer-Encoding: 8bit") + "\r\nGrüße – žluťoučký kůň, 日本語.\r\n",
        "bytes",
    )
    out["utf8-header"] = (
        _head("Grüße 日本語", "X-Ort: Zürich", mime, text8, "Content-Transfer-Encoding: 8bit")
        + "\r\nÜber.\r\n",
        "bytes",
    )
    out["mime"] = (
        _head("mime", mime, 'Content-Type: multipart/mixed; boundary="=_one"')
        + "\r\npreamble\r\n--=_one\r\nContent-Type: multipart/alternative; boundary=two\r\n\r\n"
        + "--two\r\nContent-Type: text/plain; charset=us-ascii\r\n\r\nplain text\r\n"
        + "--two\r\nContent-Type: text/html; charset=iso-8859-1\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
        + "<p>caf=E9 =\r\n</p>\r\n--two--\r\n"
        + '--=_one\r\nContent-Type: application/octet-stream; name="a.bin"\r\nContent-Transfer-Encoding: base64\r\n'
        + 'Content-Disposition: attachment; filename="a.bin"\r\n\r\n'
        + _base64_lines(30000, 1)
        + "--=_one--\r\nepilogue\r\n",
        "bytes",
    )
    words = " ".join(f"word{n}" for n in range(700))
    out["long-line"] = (_head("long line") + f"\r\nshort\r\n{words}\r\n{'x' * 3000}\r\nshort\r\n", "parts")
    out["long-line-mime"] = (
        _head("long line", mime, 'Content-Type: multipart/mixed; boundary="b1"')
        + "\r\n--b1\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
        + f"<p>{'é' * 2000}</p>\r\n--b1\r\nContent-Type: text/plain\r\n\r\nshort\r\n--b1--\r\n",
        "parts",
    )
    out["empty-body"] = (_head("empty body") + "\r\n", "bytes")
    out["no-body"] = (_head("no body, no empty line"), "bytes")
    out["no-empty-line"] = (_head("no empty line") + "Dear all: it was forgotten.\r\n\r\nSo it goes.\r\n", "bytes")
    out["mbox-line"] = ("From author Sun Nov 22 05:00:00 2026\r\n" + _head("mbox line") + "\r\nText.\r\n", "bytes")
    out["own-name"] = (
        _head("own name").replace("A. Author <", f"{AUTHOR} <") + "\r\nFrom: a@x <a@x>, as scripts write it.\r\n",
        "bytes",
    )
    out["many-fields"] = (
        _head("many fields", *(f"X-Field-{n}: {'value ' * (n % 9)}{n}" for n in range(400)))
        + "\r\nFour hundred fields above.\r\n",
        "bytes",
    )
    out["no-date-no-id"] = (f"From: {AUTHOR}\r\nSubject: bare\r\n\r\nNo Date and no Message-ID.\r\n", "bytes")
    out["20-mib"] = (
        _head("20 MiB", mime, "Content-Type: application/octet-stream", "Content-Transfer-Encoding: base64")
        + "\r\n"
        + _base64_lines(big * 3 * 76 // (4 * 78), 2),
        "bytes",
    )
    return {name: (text.encode("utf-8"), what) for name, (text, what) in out.items()}


def options_for(content):
    """MAIL parameters that this content needs: BODY and SMTPUTF8."""
    head = content.split(b"\r\n\r\n", 1)[0]
    out = []
    if not content.isascii():
        out.append("BODY=8BITMIME")
    if not head.isascii():
        out.append("SMTPUTF8")
    return out


SKIPPED = re.compile(
    r"\.(json|xml|out|bin|jpg|png|pdf|odt|[23])$|(^|/)(SOURCE\.txt|COPYING)$|_decoded|\.xml|/benchmark/.*\.xml", re.I
)


def corpus(folder):
    """Yields (relative name, raw bytes) of each message below the folder, mailboxes taken apart."""
    for at, _, names in sorted(os.walk(folder)):
        for name in sorted(names):
            path = os.path.join(at, name)
            short = os.path.relpath(path, folder)
            if SKIPPED.search(short):
                continue
            if name.endswith(".mbox") or ".rlug" in name:
                box = mailbox.mbox(path, create=False)
                for number in range(len(box)):
                    yield f"{short}#{number}", box.get_bytes(number)
                box.close()
                continue
            with open(path, "rb") as file:
                raw = file.read()
            if raw:
                yield short, raw


def as_ours(raw, author=AUTHOR):
    """The message as an inside author would submit it: CRLF lines and one From field of our domain.

    Only the line ends and the From field are changed, and of that field only the domains, as long as it is one
    field with an address. A leading mailbox "From " line is dropped.
    """
    if raw.startswith(b"From ") or raw.startswith(b">From "):
        raw = raw.split(b"\n", 1)[1] if b"\n" in raw else b""
    content = re.sub(rb"\r?\n", b"\r\n", raw)
    if not content.endswith(b"\r\n"):
        content += b"\r\n"
    fields, rest = split_fields(content)
    authors = [one for one in fields if field_name(one) == "from"]
    domain = author.partition("@")[2].encode("ascii")
    if len(authors) == 1 and re.search(rb"@[A-Za-z0-9]", authors[0]):
        ours = re.sub(rb'@[^\s<>,;:"()]+', b"@" + domain, authors[0])
        new = [ours if one == authors[0] else one for one in fields]
    else:
        new = [b"From: " + author.encode("ascii") + b"\r\n"]
        new += [one for one in fields if field_name(one) != "from"]
    return b"".join(new) + rest


def mended(content):
    """What a tolerant relay makes of a header that ends in text: the empty line in front of the text.

    Sendmail and Postfix do so, and drop or rename a mailbox separator at the very top. Everything else stays.
    """
    if re.match(rb">?From ", content):
        content = content.split(b"\r\n", 1)[1]
    fields, rest = split_fields(content)
    return content if not rest or rest.startswith(b"\r\n") else b"".join(fields) + b"\r\n" + rest


def passing(content):
    """Without the header fields that never pass the gateway: Bcc, Return-Path and its own."""
    fields, rest = split_fields(content)
    stay = [f for f in fields if not re.match(rb"(?i)(bcc|return-path)[ \t]*:|x-postern-", f)]
    return content if len(stay) == len(fields) else b"".join(stay) + rest


def oddities(content):
    """Why the gateway may refuse this content with a 5xx; empty when it has no ground to.

    A bare CR is what smuggling is made of, and RFC 5321 section 2.3.8 forbids it; RFC 5322 section 4 forbids to make
    a NUL. Hops: RFC 5321 section 6.3. A header line over 998 octets without a place to fold it, such
    as one MIME boundary, is nothing that a next hop must take (RFC 5321 section 4.5.3.1.6).
    """
    out = []
    fields, _ = split_fields(content)
    if re.search(rb"\r(?!\n)", content):
        out.append("bare CR")
    if b"\0" in content:
        out.append("NUL")
    if max((len(line) for line in b"".join(fields).split(b"\r\n")), default=0) > 998:
        out.append("header line over 998 octets")
    hops = [field_name(f) for f in fields].count("received")
    if hops > 100:
        out.append(f"{hops} hops")
    return out
