"""rspamd as a milter that signs, and does nothing else."""

import os

from .scratch import Failure, run, wait_port


class RspamdSigner:
    """Signs mail of one domain with an RSA key of rspamd's own making; `record` is its zone-file line."""

    def __init__(self, scratch, name, domain, port):
        self.scratch = scratch
        self.name = name
        self.domain = domain
        self.port = port
        folder = scratch.folder(name)
        self.records = ""
        self.selectors = []
        for selector, words in (("rspamd", ["-b", "2048"]), ("rspamd-ed", ["-t", "ed25519"])):
            key = os.path.join(folder, f"{selector}.key")
            status, output = run(["rspamadm", "dkim_keygen", "-s", selector, "-d", domain, "-k", key, *words])
            if status != 0:
                raise Failure(f"rspamadm dkim_keygen: {output.strip()[:400]}")
            self.records += output.replace(f"{selector}._domainkey", f"{selector}._domainkey.{domain}.", 1) + "\n"
            self.selectors.append(f'{{ path: "{key}"; selector: "{selector}"; }}')
        self.folder = folder

    def start(self, dns):
        # The list that comes with rspamd takes half a minute to compile.
        suffixes = self.scratch.write(f"{self.name}/suffixes", "com\nexample\n")
        config = self.scratch.write(
            f"{self.name}/rspamd.conf",
            f"""\
options {{
  pidfile = "{self.folder}/pid";
  filters = "dkim";
  url_tld = "{suffixes}";
  hs_cache_dir = "{self.folder}";
  local_addrs = ["192.0.2.0/24"];
  dns {{ nameserver = ["{dns.server}"]; }}
}}
logging {{ type = "console"; level = "info"; }}
worker "rspamd_proxy" {{
  bind_socket = "127.0.0.1:{self.port}";
  milter = yes;
  count = 1;
  upstream "local" {{ default = yes; self_scan = yes; }}
}}
lua = "/usr/share/rspamd/rules/rspamd.lua";
modules {{ path = "/usr/share/rspamd/plugins/dkim_signing.lua"; }}
dkim_signing {{
  sign_local = true;
  sign_authenticated = true;
  use_esld = false;
  check_pubkey = false;
  domain {{ {self.domain} {{ selectors [ {", ".join(self.selectors)} ] }} }}
}}
""",
        )
        process = self.scratch.start(["rspamd", "-i", "-f", "-c", config], f"{self.name}/log")
        wait_port(self.port, 60, process=process, what="rspamd")
        return self
