"""What operators of the KM server go through, by the real program: keys on media, time that passes, loss, theft, power
failure, a full disk, a move."""

import glob
import json
import os
import random
import re
import shutil
import signal
import subprocess
import time

from peers.kmoperator import Operator
from peers.scratch import Failure, need, run

# Weeks of the horizon, and some days on either side of a list's release.
DAYS = (0.5, 6.9, 7.1, 30, 62.9, 63.1, 76, 84.5, 89)


def openssl(*arguments):
    status, output = run(["openssl", *arguments])
    if status != 0:
        raise Failure(f"openssl {arguments[0]}: {output}")
    return output


def founding(suite, scratch, operator):
    def gave_up():
        status, said = operator.run(
            "init", "--organization", "Example", "--country", "CH", "--url", "http://pki.example.com/km", "--ca-key", "p-384",
            typed="not the key\n",
        )
        left = glob.glob(os.path.join(operator.data, "km", "km.db*"))
        made = operator.run("status")[0] == 0
        return "" if status != 0 and "nothing was made" in said and not made else f"{status}, {left}: {said}"

    suite.check("ceremony init: without the second copy shown to work nothing is made", gave_up)

    def founded():
        began = time.monotonic()
        said = operator.init()
        took = time.monotonic() - began
        key = open(operator.key(), encoding="ascii").read().strip()
        if key in said or took > 60:
            return f"{took:.0f} s: {said}"
        return "" if open(operator.key("two"), encoding="ascii").read().strip() == key else "the media differ"

    suite.check("ceremony init: two media, the second read back, no secret on the screen", founded)
    suite.check("ceremony seal: the vault is sealed when it is made", lambda: "" if "sealed" in operator.do("status") else "open")

    def again():
        return operator.refused(
            "has a vault already", "init", "--organization", "Other", "--country", "CH", "--url", "http://pki.example.com/km")

    suite.check("ceremony init: a second one is refused", again)


def horizon(suite, scratch, _):
    """Ninety days without any medium."""
    operator = Operator(scratch, "horizon")

    def fresh():
        operator.init()
        operator.issue("info@example.com")
        roots = operator.path("roots.pem")
        with open(roots, "w", encoding="ascii") as file:
            file.write(operator.do("cert", "--root"))
        chain = operator.path("chain.pem")
        with open(chain, "w", encoding="ascii") as file:
            file.write(operator.do("cert"))
        certificates = json.loads(operator.do("list", "info@example.com", "--json"))
        leaf = operator.path("leaf.pem")
        with open(leaf, "w", encoding="ascii") as file:
            file.write(operator.do("cert", certificates[0]["serial"]))
        numbers = []
        for days in DAYS:
            operator.days = days
            lists = operator.path("lists.pem")
            with open(lists, "w", encoding="ascii") as file:
                file.write(operator.do("crl") + operator.do("crl", "--root"))
            out = openssl("crl", "-in", lists, "-noout", "-crlnumber")
            numbers.append(int(re.search(r"=0x([0-9A-F]+)|=([0-9A-F]+)", out).group(0).split("=")[1], 16))
            at = str(int(operator.now().timestamp()))
            openssl("verify", "-x509_strict", "-crl_check_all", "-attime", at, "-CAfile", roots, "-untrusted", chain,
                    "-CRLfile", lists, leaf)
        return "" if numbers == sorted(numbers) and len(set(numbers)) > 6 and numbers[0] == 1 and numbers[-1] == 13 else f"numbers {numbers}"

    def warned():
        for days, wanted in ((50, None), (65, "end in 2"), (82, "end in 1"), (88, "end in ")):
            operator.days = days
            status, said = operator.run("status")
            if (wanted is None) == ("revocation lists end in" in said) or (wanted and wanted not in said) or status != 0:
                return f"day {days}: {said}"
        return ""

    def ended():
        operator.days = 100
        status, said = operator.run("status")
        return "" if status == 1 and "there is no revocation list any more" in said else f"{status}: {said}"

    def renewed():
        operator.days = 100
        operator.do("refresh", *operator.by_key())
        status, said = operator.run("status")
        return "" if status == 0 and "revocation list" not in said.split("second medium")[1] else said

    suite.check("ceremony 90 days: without any medium there is always a list in force, by OpenSSL, its number rising", fresh)
    suite.check("ceremony 90 days: warned 30, 14 and 7 days before the lists end", warned)
    suite.check("ceremony 90 days: after them status says so, and how to go on", ended)
    suite.check("ceremony 90 days: one opening signs the next", renewed)


def without_media(suite, scratch, operator):
    def looks():
        for words in (("status",), ("list",), ("crl",), ("cert",), ("audit", "verify"), ("slots", "list")):
            operator.do(*words)
        return ""

    operator.issue("info@example.com")
    suite.check("ceremony restart without media: looking works", looks)
    suite.check("ceremony restart without media: an act is refused, with what to give",
                lambda: operator.refused("--secret-file", "issue", "nobody@example.com"))
    suite.check("ceremony wrong medium: a stranger's key is refused, and the refusal is in the audit", lambda: stranger(scratch, operator))


def stranger(scratch, operator):
    other = Operator(scratch, "stranger")
    other.init()
    why = operator.refused("bring the right one", "issue", "nobody@example.com", "--secret-file", other.key())
    return why or ("" if "refused-to-open" in operator.do("audit", "show") else "not in the audit")


def losses(suite, scratch, operator):
    secret = scratch.write("a-passphrase", "a long passphrase of an operator\n", mode=0o600)

    def passphrase():
        said = operator.do("slots", "add", "--passphrase", "--passphrase-file", secret, *operator.by_shares(1, 2))
        slot = re.search(r"slot (\d+)", said).group(1)
        operator.do("refresh", "--secret-file", secret)
        # Lost: the shares take it away, and give another.
        operator.do("slots", "remove", slot, *operator.by_shares(2, 3))
        return operator.refused("has no passphrase", "refresh", "--secret-file", secret)

    def share():
        os.makedirs(operator.path("new"), mode=0o700)
        old = re.search(r"(\d+): 2 of 3 shares", operator.do("status")).group(1)
        said = operator.do("slots", "add", "--shares", "2/3", *operator.by_shares(1, 3))
        for number, text in enumerate(re.findall(r"(?m)^\s*(postern-share-\S.*)$", said), 1):
            path = operator.path("new", f"postern-share-{number}.txt")
            with open(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600), "w", encoding="ascii") as file:
                file.write(text + "\n")
        operator.do("slots", "remove", old, *operator.by_shares(1, 3, folder="new"))
        operator.do("recover", "info@example.com", "--out", operator.path("out"),
                    "--passphrase-to", operator.path("recovered"), *operator.by_shares(2, 3, folder="new"))
        return operator.refused("another vault, or its slot was removed", "refresh", *operator.by_shares(1, 2))

    def rogue():
        one = operator.by_shares(1, folder="new")
        recover = ("recover", "info@example.com", "--out", operator.path("out"), "--passphrase-to", operator.path("refused"))
        return (
            operator.refused("", *recover, *one)
            or operator.refused("needs the shares", *recover, *operator.by_key())
            or operator.refused("shares", "slots", "remove", "1", *operator.by_key())
            or operator.refused("shares", "slots", "add", "--unseal-key", *operator.by_key())
            or operator.whole()
        )

    suite.check("ceremony lost passphrase: the shares take its slot away", passphrase)
    suite.check("ceremony lost share: the others make new ones, the old open nothing", share)
    suite.check("ceremony rogue administrator: below the quorum nothing is recovered and no slot changed", rogue)


def full_disk(suite, scratch, operator):
    """On a file system of two megabytes that is filled."""
    def full():
        place = scratch.folder("small", mode=0o700)
        run(["mount", "-t", "tmpfs", "-o", "size=3m,mode=0700", "tmpfs", place])
        if not os.path.ismount(place):
            raise Failure("no tmpfs can be mounted here: run it as root")
        scratch.on_close(lambda: run(["umount", "-l", place]))
        data = os.path.join(place, "data")
        shutil.copytree(operator.data, data, copy_function=shutil.copy2)
        os.chmod(data, 0o700)
        os.chmod(os.path.join(data, "km"), 0o700)
        there = Operator(scratch, "small-media", data=data)
        before = there.do("list")
        filler = os.path.join(place, "filler")
        with open(filler, "wb", buffering=0) as file:
            try:
                while True:
                    file.write(b"x" * 4096)
            except OSError:
                pass
        status, said = there.run("revoke", "info@example.com", *operator.by_key())
        if status == 0 or not re.search("full|space", said) or "\tat " in said:
            return f"{status}: {said}"
        os.unlink(filler)
        why = there.whole() or ("" if there.do("list") == before else "the list changed")
        there.do("revoke", "info@example.com", *operator.by_key())
        run(["umount", "-l", place])
        return why

    suite.check("ceremony full disk: the act is refused whole, and done when there is room", full)


def killed(suite, scratch, operator, rounds=10):
    """SIGKILL at any time of an act."""
    def any_time():
        ends = 0
        for number in range(rounds):
            process = operator.start(
                "issue", f"kill-{number}@example.com", "--key", "p-256", "--out", operator.path("out"), *operator.by_key())
            time.sleep(random.uniform(0.3, 1.6))
            try:
                os.killpg(process.pid, signal.SIGKILL)
                ends += 1
            except ProcessLookupError:
                pass
            process.stdout.close()
            process.wait()
            why = operator.whole()
            certificates = json.loads(operator.do("list", f"kill-{number}@example.com", "--json"))
            lines = [json.loads(line) for line in operator.do("audit", "show").splitlines()]
            issued = sum(line["act"] == "issue" and line["subject"] == f"kill-{number}@example.com" for line in lines)
            if why or len(certificates) != 2 * issued:
                return why or f"{len(certificates)} certificates and {issued} lines"
        operator.issue("after@example.com")
        return "" if ends else "nothing was killed"

    suite.check("ceremony SIGKILL: the act and its line stand both or neither, and the next act is done", any_time)


def together(suite, scratch, operator):
    def two():
        first = [operator.start("issue", f"two-{n}@example.com", "--key", "p-256", "--out", operator.path("out"), *operator.by_key())
                 for n in range(3)]
        done = 0
        for n, process in enumerate(first):
            with process.stdout as out:
                said = out.read().decode()
            status = process.wait()
            if status != 0 and "at work" not in said:
                return said
            count = len(json.loads(operator.do("list", f"two-{n}@example.com", "--json")))
            if count != (2 if status == 0 else 0):
                return f"{status} and {count} certificates: {said}"
            done += status == 0
        return operator.whole() or ("" if done else "none was served")

    suite.check("ceremony two operators at once: one after the other, or told who is at work", two)


def elsewhere(suite, scratch, operator):
    other = Operator(scratch, "elsewhere")

    def restored():
        text = operator.path("mail")
        with open(text, "w", encoding="ascii") as file:
            file.write("Subject: old\n\nOld mail.\n")
        certificates = json.loads(operator.do("list", "after@example.com", "--json"))
        encrypt = next(one for one in certificates if one["usage"] == "encrypt")
        pem = operator.path("encrypt.pem")
        with open(pem, "w", encoding="ascii") as file:
            file.write(operator.do("cert", encrypt["serial"]))
        openssl("cms", "-encrypt", "-aes256", "-in", text, "-out", operator.path("mail.p7m"), pem)
        backup = operator.path("km.backup")
        operator.do("backup", backup)
        operator.do("verify-backup", backup, *operator.by_key("two"))
        operator.do("revoke", "after@example.com", "--reason", "key-compromise", *operator.by_key())
        operator.do("crl", "--out", operator.path("ca.crl"))
        shares = operator.by_shares(1, 2, folder="new")
        other.do("restore", backup, "--published", operator.path("ca.crl"), *shares)
        found = json.loads(other.do("list", "after@example.com", "--json"))
        if len(found) != 2 or any(one["state"] != "revoked" for one in found):
            return f"after the restore: {found}"
        before, after = (int(re.search(r"number (\d+)", one.do("status")).group(1)) for one in (operator, other))
        if after <= before:
            return f"list {after} after {before}"
        other.do("recover", "after@example.com", "--out", other.path("out"), "--passphrase-to", other.path("pass"), *shares)
        p12 = glob.glob(other.path("out", "after@example.com-encrypt-*.p12"))[0]
        key = other.path("key.pem")
        openssl("pkcs12", "-in", p12, "-nodes", "-passin", "file:" + other.path("pass"), "-out", key)
        openssl("cms", "-decrypt", "-in", operator.path("mail.p7m"), "-inkey", key, "-recip", key, "-out", other.path("mail"))
        with open(other.path("mail"), encoding="ascii", newline="") as file:
            why = "" if "Old mail." in file.read() else "another text"
        return why or other.whole()

    def moved():
        new = Operator(scratch, "new-machine")
        status, pem = new.run("move", "prepare")
        with open(new.path("new.pem"), "w", encoding="ascii") as file:
            file.write(pem[:pem.index("-----END CERTIFICATE-----") + 25] + "\n")
        other.do("move", "to", new.path("new.pem"), "--out", new.path("sent"), *operator.by_key())
        why = other.refused("moved to another machine", "issue", "late@example.com", *operator.by_key())
        why = why or operator.refused("has a vault", "restore", new.path("sent"))
        new.do("restore", new.path("sent"), *operator.by_shares(1, 2, folder="new"))
        new.do("issue", "late@example.com", "--key", "p-256", "--out", new.path("out"), *operator.by_key())
        left = [one for one in os.listdir(new.data) if "move" in one or "sent" in one]
        return why or (f"left behind: {left}" if left or status else "") or new.whole()

    def taken_back():
        anchor = scratch.path("anchor")
        operator.do("anchor", anchor, *operator.by_key())
        saved = operator.path("last-week")
        shutil.copytree(operator.data, saved, copy_function=shutil.copy2)
        operator.issue("next-week@example.com")
        shutil.rmtree(operator.data)
        os.rename(saved, operator.data)
        why = operator.refused("taken back to an older state", "issue", "other@example.com", "--key", "p-256", *operator.by_key())
        told = "taken back to an older state" in operator.run("status")[1]
        operator.do("anchor", "--off", *operator.by_key())
        return why or ("" if told else "status does not tell")

    suite.check("ceremony another machine: a backup, the published list and the shares read old mail; revoked stays revoked", restored)
    suite.check("ceremony move: encrypted to the new machine, the old one does no more acts", moved)
    suite.check("ceremony roll-back of the whole folder: told, and no act is done", taken_back)


def stolen(suite, scratch, operator):
    def nothing():
        secrets = []
        for pattern in ("one/*", "shares/*", "new/*"):
            for path in glob.glob(operator.path(pattern)):
                with open(path, encoding="ascii") as file:
                    words = file.read().split()
                secrets += [word.encode() for word in words if len(word) > 6 and "postern" not in word]
        for path in glob.glob(operator.path("out", "*.p12")):
            with open(path, "rb") as file:
                secrets.append(file.read()[-64:])
        secrets += [b"PRIVATE KEY", b"a long passphrase of an operator"]
        # PKCS#8 of P-256, P-384, RSA and Ed25519: their algorithm within a PrivateKeyInfo of version 0.
        secrets += [bytes.fromhex(one) for one in ("020100301006072a8648ce3d0201", "020100300d06092a864886f70d010101", "020100300506032b6570")]
        found = []
        for folder, _, names in os.walk(operator.data):
            for name in names:
                if name == "start-secret":
                    continue  # belongs on another disk; docs/km.md
                with open(os.path.join(folder, name), "rb") as file:
                    octets = file.read()
                found += [f"{name}: {secret[:20]!r}" for secret in secrets if secret in octets]
        return "" if not found and len(secrets) > 10 else f"{found} of {len(secrets)}"

    suite.check("ceremony stolen folder: no private key, passphrase, share or PKCS#12 in any file", nothing)


def ceremonies(suite, scratch):
    need("openssl")
    operator = Operator(scratch, "operator")
    for part in (founding, horizon, without_media, losses, full_disk, killed, together, elsewhere, stolen):
        part(suite, scratch, operator)
