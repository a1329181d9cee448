"""Python's ssl with VERIFY_X509_STRICT: a server and a client shake hands, and the one that verifies is the judge.

Both live in this process and pass each other their bytes. The argument is a folder for the files that ssl insists on.
"""

import base64
import os
import ssl
import sys

import lines

FOLDER = sys.argv[1]


def pem(label, ders):
    blocks = []
    for der in ders:
        text = base64.encodebytes(der).decode()
        blocks.append(f"-----BEGIN {label}-----\n{text}-----END {label}-----\n")
    return "".join(blocks)


def write(file, text):
    path = os.path.join(FOLDER, file)
    with open(path, "w") as output:
        output.write(text)
    return path


def presents(context, case):
    """Loads a certificate, weak or not: it is the other side that judges."""
    context.set_ciphers("ALL:@SECLEVEL=0")
    certificates = write("chain.pem", pem("CERTIFICATE", case.chain[:-1]))
    context.load_cert_chain(certificates, write("key.pem", pem("PRIVATE KEY", [case.key])))


def verifies(context, case):
    context.verify_mode = ssl.CERT_REQUIRED
    context.verify_flags |= ssl.VERIFY_X509_STRICT
    context.load_verify_locations(cadata=pem("CERTIFICATE", case.chain[-1:]))


def shake(server, client, name):
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    ends = [
        client.wrap_bio(to_client, to_server, server_hostname=name),
        server.wrap_bio(to_server, to_client, server_side=True),
    ]
    # The verifier's own error is raised before the other side sees an alert. With TLS 1.3 the server needs one more
    # round to look at the client's certificate.
    for _ in range(10):
        open_ends = []
        for end in ends:
            try:
                end.do_handshake()
            except ssl.SSLWantReadError:
                open_ends.append(end)
        ends = open_ends
        if not ends:
            return
    raise lines.Rejected("the handshake does not end")


def judge(case):
    server, client = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if case.purpose == "server":
        presents(server, case)
        verifies(client, case)
        shake(server, client, case.name)
    else:
        # The server shows the client's certificate, too, which nobody looks at: only one side is judged.
        presents(server, case)
        presents(client, case)
        client.check_hostname = False
        client.verify_mode = ssl.CERT_NONE
        verifies(server, case)
        shake(server, client, None)


lines.answer(f"{sys.version.split()[0]}/{ssl.OPENSSL_VERSION.split()[1]}", judge)
