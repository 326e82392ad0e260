"""Verification by dkimpy, and reading what OpenDKIM wrote into Authentication-Results."""

import email
import email.policy
import re

import dkim
import dns.exception
import dns.resolver


class DkimPy:
    """Verifies each signature of a message on its own, with keys from one DNS server."""

    def __init__(self, dns_port):
        self.resolver = dns.resolver.Resolver(configure=False)
        self.resolver.nameservers = ["127.0.0.1"]
        self.resolver.port = dns_port
        self.resolver.cache = dns.resolver.LRUCache()
        # A key record with both halves of RSA-2048 does not always fit one datagram.
        self.resolver.use_edns(0, 0, 4096)

    def txt(self, name, timeout=5):
        if isinstance(name, bytes):
            name = name.decode("ascii")
        try:
            answer = self.resolver.resolve(name, "TXT", lifetime=timeout)
        except dns.exception.DNSException:
            return None
        return b"".join(answer[0].strings)

    def results(self, content):
        """One (algorithm, domain, selector, passed or why not) per signature, in order."""
        out = []
        message = dkim.DKIM(content)
        count = sum(1 for name, _ in message.headers if name.lower() == b"dkim-signature")
        for index in range(count):
            # A new object each time: dkimpy keeps state of the last signature in it.
            one = dkim.DKIM(content)
            try:
                good = one.verify(idx=index, dnsfunc=self.txt)
                why = "pass" if good else "fail"
            except (dkim.DKIMException, ValueError, KeyError, IndexError) as problem:
                why = f"{type(problem).__name__}: {problem}"
            fields = one.signature_fields
            algorithm = fields.get(b"a", b"?").decode("ascii", "replace")
            domain = fields.get(b"d", b"?").decode("ascii", "replace")
            selector = fields.get(b"s", b"?").decode("ascii", "replace")
            out.append((algorithm, domain, selector, why))
        return out


def judge(results, wanted, ours):
    """Empty when each wanted algorithm has a signature of ours and all of ours pass, else why not.

    `ours` holds (domain, selector). Signatures that a real message brought with it are none of the gateway's:
    their keys are not in the suite's DNS, and the new From field broke them before the gateway saw them.
    """
    mine = [(algorithm, why) for algorithm, domain, selector, why in results if (domain, selector) in ours]
    bad = [f"{algorithm} {why}" for algorithm, why in mine if why != "pass"]
    missing = [w for w in wanted if w not in [algorithm for algorithm, _ in mine]]
    return "; ".join(bad + [f"no {m} signature" for m in missing])


def opendkim_results(content, ours):
    """`dkim=` results that the verifying OpenDKIM wrote on top, one per signature of ours (domain, selector)."""
    head = content.split(b"\r\n\r\n", 1)[0].decode("utf-8", "replace")
    unfolded = re.sub(r"\r\n[ \t]+", " ", head)
    out = []
    for line in unfolded.split("\r\n"):
        if re.match(r"(?i)authentication-results:\s*opendkim\.example\.net", line):
            # A comment may hold a semicolon: "(2048-bit key; unprotected)".
            for part in re.split(r";\s*(?=dkim)", line)[1:]:
                found = re.search(r"\bdkim=(\w+)(?:\s+reason=\"([^\"]*)\")?(?:\s+\(([^)]*)\))?", part)
                tags = dict(re.findall(r"\bheader\.([ds])=(\S+)", part))
                if found and (tags.get("d"), tags.get("s")) in ours:
                    out.append((found.group(1), (found.group(2) or found.group(3) or "").strip()))
    return out


def split_fields(content):
    """Header as a list of whole fields (bytes with their CRLF), and the rest from the empty line on.

    The rest starts with CRLF, or is empty when there is no body. Lines that are no field end the header.
    """
    fields, at = [], 0
    while at < len(content):
        end = content.find(b"\r\n", at)
        end = len(content) if end < 0 else end + 2
        line = content[at:end]
        if line == b"\r\n":
            break
        if line[:1] in (b" ", b"\t") and fields:
            fields[-1] += line
        elif re.match(rb"[!-9;-~]+[ \t]*:", line):
            fields.append(line)
        else:
            break
        at = end
    return fields, content[at:]


def field_name(field):
    return field.split(b":", 1)[0].strip().lower().decode("ascii", "replace")


ADDED = {"received", "dkim-signature", "date", "message-id", "return-path", "authentication-results"}


def changes(submitted, received):
    """(names of added fields, empty or how the rest differs)."""
    if received.endswith(submitted):
        fields, rest = split_fields(received[: len(received) - len(submitted)])
        if rest == b"":
            names = [field_name(f) for f in fields]
            strange = [n for n in names if n not in ADDED]
            return names, f"strange added fields: {strange}" if strange else ""
    had, had_rest = split_fields(submitted)
    has, has_rest = split_fields(received)
    added, left = [], list(had)
    for one in has:
        if left and one == left[0]:
            left.pop(0)
        else:
            added.append(field_name(one))
    strange = [n for n in added if n not in ADDED]
    if left:
        return added, f"header field lost or changed: {left[0][:60]!r}"
    if strange:
        return added, f"strange added fields: {strange}"
    if had_rest == b"" and has_rest == b"\r\n":
        # A message that is all header is given the empty line that ends one (RFC 5322 section 2.1). Its body stays
        # what it was, nothing, and no field that a later hop appends can be taken for one of ours.
        return added, ""
    if had_rest != has_rest:
        at = next((i for i, (a, b) in enumerate(zip(had_rest, has_rest)) if a != b), min(len(had_rest), len(has_rest)))
        return added, f"body differs at octet {at}: {had_rest[at:at + 30]!r} became {has_rest[at:at + 30]!r}"
    return added, ""


def same_parts(submitted, received):
    """Empty when the decoded leaves of both are alike: for messages whose transfer encoding was changed."""
    ours = _leaves(submitted)
    theirs = _leaves(received)
    if len(ours) != len(theirs):
        return f"{len(ours)} parts became {len(theirs)}"
    for number, (a, b) in enumerate(zip(ours, theirs)):
        # A part's last line break belongs to the boundary; an encoder may or may not keep it.
        if a.rstrip(b"\r\n") != b.rstrip(b"\r\n"):
            return f"decoded part {number} differs"
    return ""


def _leaves(content):
    parsed = email.message_from_bytes(content, policy=email.policy.compat32)
    out = []
    for part in parsed.walk():
        if part.is_multipart():
            continue
        payload = part.get_payload(decode=True) or b""
        out.append(payload.replace(b"\r\n", b"\n"))
    return out
