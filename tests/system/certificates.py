# SPDX-License-Identifier: MIT
"""Certificates for tests of TLS, made with openssl."""

import os
import ssl
import subprocess


def openssl(*arguments):
    done = subprocess.run(["openssl", *arguments], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise AssertionError(f"openssl {arguments[0]}: {done.stderr}")


def issue(directory, name, authority=None, file=None):
    """DIR/FILE.pem and .key: a P-256 certificate, by an authority or by itself."""
    path = os.path.join(directory, file or name)
    command = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
               "-days", "2", "-subj", "/CN=" + name, "-keyout", path + ".key", "-out", path + ".pem"]
    if authority:
        above = os.path.join(directory, authority)
        command += ["-CA", above + ".pem", "-CAkey", above + ".key",
                    "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
                    "-addext", "basicConstraints=critical,CA:FALSE"]
    openssl(*command)
    os.chmod(path + ".key", 0o600)
    return path


def own(path):
    """The first certificate of a PEM file, as a connection is shown it."""
    with open(path, encoding="utf-8") as file:
        return ssl.PEM_cert_to_DER_cert(file.read())


def shown(port):
    """The certificate that a new connection is shown."""
    return ssl.PEM_cert_to_DER_cert(ssl.get_server_certificate(("127.0.0.1", port)))
