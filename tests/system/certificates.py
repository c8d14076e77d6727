# SPDX-License-Identifier: Apache-2.0
"""Real certificates, made by openssl: one that is right, and one for each way of being wrong."""
import subprocess

# A CA's own options: MySQL refuses a chain whose CA does not say that it is one.
CA = ["-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=critical,keyCertSign"]
# What may be wrong: who signs it, whom it is for, and how many days it has.
KINDS = {"good": ("ca", "IP:127.0.0.1,IP:0.0.0.0,DNS:localhost", 30), "of another name": ("ca", "DNS:elsewhere.example", 30),
         "of another CA": ("other", "IP:127.0.0.1,IP:0.0.0.0,DNS:localhost", 30), "expired": ("ca", "IP:127.0.0.1,IP:0.0.0.0,DNS:localhost", -1),
         "self-signed": (None, "IP:127.0.0.1,IP:0.0.0.0,DNS:localhost", 30)}


def openssl(*arguments, **more):
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True, **more)


class Certificates:
    """In FOLDER: ca.pem, and KIND.pem with KIND.key for each of KINDS (blanks are underscores)."""

    def __init__(self, folder):
        self.folder = folder
        for name in ("ca", "other"):
            self._key(name)
            openssl("req", "-x509", "-new", "-key", folder / f"{name}.key", "-subj", f"/CN=test {name}", "-days", 30, *CA, "-out", folder / f"{name}.pem")
        for kind, (signer, names, days) in KINDS.items():
            self._make(kind.replace(" ", "_"), signer, names, days)
        self.ca = folder / "ca.pem"

    def _key(self, name):
        openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", self.folder / f"{name}.key")

    def _make(self, name, signer, names, days):
        self._key(name)
        subject = "/CN=" + names.rsplit(":", 1)[1]
        key, out = self.folder / f"{name}.key", self.folder / f"{name}.pem"
        if signer is None:
            openssl("req", "-x509", "-new", "-key", key, "-subj", subject, "-addext", f"subjectAltName={names}", "-days", days, "-out", out)
            return
        request, extensions = self.folder / f"{name}.csr", self.folder / f"{name}.ext"
        openssl("req", "-new", "-key", key, "-subj", subject, "-out", request)
        extensions.write_text(f"subjectAltName={names}\n")
        openssl("x509", "-req", "-in", request, "-CA", self.folder / f"{signer}.pem", "-CAkey", self.folder / f"{signer}.key", "-CAcreateserial",
                "-extfile", extensions, "-days", days, "-out", out)

    def of(self, kind):
        """The files of a kind: certificate, key."""
        name = kind.replace(" ", "_")
        return self.folder / f"{name}.pem", self.folder / f"{name}.key"
