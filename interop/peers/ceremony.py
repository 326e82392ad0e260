"""An authority made by the module km: its files in a folder, its OCSP responder and lists on loopback."""

import glob
import os
import subprocess

from .scratch import ROOT, Failure, free_port, run

PASSPHRASE = "K3QX-7ZPA-M2WD-9YTE-6RHB"


def build():
    """Compiles km with its tests; gives the class path."""
    out = os.path.join(ROOT, "km", "target", "ceremony.classpath")
    status, output = run(
        ["mvn", "-B", "-q", "-pl", "km", "-am", "test-compile", "dependency:build-classpath",
         "-Dmdep.includeScope=test", f"-Dmdep.outputFile={out}"],
        seconds=900, cwd=ROOT, env={**os.environ, "JAVA_HOME": java_home()},
    )
    if status != 0:
        raise Failure(f"km can't be built: {output[-600:]}")
    with open(out, encoding="utf-8") as file:
        target = os.path.join(ROOT, "km", "target")
        return ":".join((os.path.join(target, "test-classes"), os.path.join(target, "classes"), file.read().strip()))


def java_home():
    """A JDK 25, as the launcher looks for one."""
    for home in (os.environ.get("POSTERN_JAVA", ""), os.environ.get("JAVA_HOME", ""), *sorted(glob.glob("/usr/lib/jvm/*"))):
        try:
            with open(os.path.join(home, "release"), encoding="utf-8") as file:
                if 'JAVA_VERSION="25' in file.read():
                    return home
        except OSError:
            continue
    raise Failure("no JDK 25; set POSTERN_JAVA to the folder of one")


class Ceremony:
    """`kind` is that of the authorities' keys: RSA_4096 or P_384."""

    def __init__(self, scratch, classes, kind):
        self.kind = kind
        self.dir = scratch.folder(f"ca-{kind.lower()}")
        self.process = subprocess.Popen(
            [os.path.join(java_home(), "bin", "java"), "-cp", classes, "io.postern.km.ca.Ceremony", self.dir, kind,
             str(free_port())],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8",
            stderr=open(scratch.path(f"ceremony-{kind}.log"), "wb"), start_new_session=True,
        )
        scratch.on_close(self.stop)
        ready = self.process.stdout.readline().split()
        if ready[:1] != ["ready"]:
            raise Failure(f"the ceremony with {kind} did not end: {scratch.tail(f'ceremony-{kind}.log')}")
        self.url = ready[1]
        self._join("chain.pem", "root.pem", "ca.pem")
        self._join("lists.pem", "root.crl.pem", "ca.crl.pem")
        # openssl cms has no -CRLfile; what it trusts may hold lists too.
        self._join("trusted.pem", "root.pem", "ca.pem", "root.crl.pem", "ca.crl.pem")

    def _join(self, name, *parts):
        with open(self.path(name), "w", encoding="ascii") as whole:
            for part in parts:
                with open(self.path(part), encoding="ascii") as one:
                    whole.write(one.read())

    def path(self, name):
        return os.path.join(self.dir, name)

    def issue(self, request, out):
        """What became of a certification request: "OK ..." or the refusal."""
        self.process.stdin.write(f"csr {request} {out}\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().strip()

    def stop(self):
        if self.process.poll() is None:
            self.process.stdin.close()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
