"""The path verifier of PyCA's cryptography, in its default profile."""

import datetime
import ipaddress
import warnings

import cryptography
from cryptography import x509
from cryptography.x509 import verification

import lines


def subject(name):
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def chain(case):
    certificates = [x509.load_der_x509_certificate(der) for der in case.chain]
    time = datetime.datetime.fromtimestamp(case.time, datetime.timezone.utc).replace(tzinfo=None)
    store = verification.Store([certificates[-1]])
    policy = verification.PolicyBuilder().store(store).time(time)
    if case.purpose == "server":
        verifier = policy.build_server_verifier(subject(case.name))
    else:
        verifier = policy.build_client_verifier()
    verifier.verify(certificates[0], certificates[1:-1])


def crl(case):
    found = x509.load_der_x509_crl(case.document)
    leaf, issuer = (x509.load_der_x509_certificate(der) for der in case.chain[:2])
    if found.issuer != issuer.subject or not found.is_signature_valid(issuer.public_key()):
        raise lines.Rejected("the issuer has not signed it")
    entry = found.get_revoked_certificate_by_serial_number(leaf.serial_number)
    if (entry is not None) != case.revoked:
        raise lines.Rejected("it revokes something else")
    if entry is not None:
        entry.extensions.get_extension_for_class(x509.CRLReason)
    found.extensions.get_extension_for_class(x509.CRLNumber)


def csr(case):
    found = x509.load_der_x509_csr(case.document)
    if not found.is_signature_valid:
        raise lines.Rejected("its own key has not signed it")
    list(found.extensions)


def judge(case):
    # What is only warned of today will be refused tomorrow.
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        {"chain": chain, "crl": crl, "csr": csr}[case.kind](case)


lines.answer(cryptography.__version__, judge)
