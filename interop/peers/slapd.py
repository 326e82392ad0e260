"""OpenLDAP's slapd as an inside directory, with the address attributes of several kinds of directory."""

import os
import signal

from .scratch import Failure, free_port, run, wait_port

SUFFIX = "dc=example,dc=com"
BIND_DN = f"cn=postern,{SUFFIX}"
PASSWORD = "correct horse battery"
ANNA_PASSWORD = "staple in a stack"

# Active Directory's attribute, by its own number; Netscape's shares one with mailLocalAddress of misc.schema.
SCHEMA = """
attributetype ( 1.2.840.113556.1.2.210 NAME 'proxyAddresses' EQUALITY caseIgnoreMatch
  SUBSTR caseIgnoreSubstringsMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 )
attributetype ( 1.3.6.1.4.1.55555.2.1 NAME 'mailAlternateAddress' EQUALITY caseIgnoreIA5Match
  SYNTAX 1.3.6.1.4.1.1466.115.121.1.26 )
objectclass ( 1.3.6.1.4.1.55555.1.1 NAME 'recipient' SUP top AUXILIARY
  MAY ( proxyAddresses $ mailAlternateAddress $ mail ) )
"""

PEOPLE = f"""
dn: {SUFFIX}
objectClass: dcObject
objectClass: organization
o: Example
dc: example

dn: {BIND_DN}
objectClass: simpleSecurityObject
objectClass: organizationalRole
cn: postern
userPassword: {PASSWORD}

dn: uid=anna,{SUFFIX}
objectClass: inetOrgPerson
objectClass: recipient
uid: anna
cn: Anna
sn: A
mail: anna@example.com
userPassword: {ANNA_PASSWORD}
proxyAddresses: SMTP:anna@example.com
proxyAddresses: smtp:Anna.Example@example.com
proxyAddresses: x500:/o=Example/cn=anna

dn: uid=bert,{SUFFIX}
objectClass: inetOrgPerson
objectClass: recipient
uid: bert
cn: Bert
sn: B
mail: Bert@Example.com
mailAlternateAddress: bertie@example.com

dn: cn=sales,{SUFFIX}
objectClass: organizationalRole
objectClass: inetLocalMailRecipient
cn: sales
mailLocalAddress: sales@example.com
"""


class Slapd:
    """LDAP with STARTTLS on one port, LDAPS on another; only the bind DN may read.

    `more` stands in its configuration before the database.
    """

    def __init__(self, scratch, certificate, key, name="slapd", more=""):
        self.scratch = scratch
        self.name = name
        self.port = free_port()
        self.tls_port = free_port()
        folder = scratch.folder(name)
        scratch.folder(f"{name}/db", mode=0o700)
        schema = scratch.write(f"{name}/recipient.schema", SCHEMA)
        self.config = scratch.write(
            f"{name}/slapd.conf",
            "".join(f"include /etc/ldap/schema/{name}.schema\n"
                    for name in ("core", "cosine", "inetorgperson", "misc"))
            + f"""include {schema}
modulepath /usr/lib/ldap
moduleload back_mdb
pidfile {folder}/slapd.pid
TLSCertificateFile {certificate}
TLSCertificateKeyFile {key}
{more}database mdb
suffix "{SUFFIX}"
directory {folder}/db
maxsize 67108864
index objectClass,mail,proxyAddresses,mailAlternateAddress,mailLocalAddress eq
access to attrs=userPassword by anonymous auth by * none
access to * by dn.exact="{BIND_DN}" read by * none
""",
        )
        people = scratch.write(f"{name}/people.ldif", PEOPLE)
        status, output = run(["slapadd", "-f", self.config, "-l", people])
        if status != 0:
            raise Failure(f"slapadd: {output[-600:]}")
        self.start()

    def start(self):
        words = f"ldap://127.0.0.1:{self.port} ldaps://127.0.0.1:{self.tls_port}"
        self.process = self.scratch.start(["slapd", "-d", "0", "-f", self.config, "-h", words], f"{self.name}/log")
        for port in (self.port, self.tls_port):
            wait_port(port, process=self.process, what="slapd")

    def pause(self):
        """It keeps its connections and answers nothing."""
        os.kill(self.process.pid, signal.SIGSTOP)

    def go_on(self):
        os.kill(self.process.pid, signal.SIGCONT)

    def stop(self):
        self.go_on()
        self.process.terminate()
        self.process.wait(20)
