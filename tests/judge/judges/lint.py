"""pkilint's PKIX rules over each certificate of a chain, over each pair in it, and over revocation lists."""

import importlib.metadata

from pkilint import loader, pkix, validation
from pkilint.bin import lint_pkix_signer_signee_cert_chain as pair
from pkilint.pkix import certificate, crl, extension, name
from pkilint.validation import ValidationFindingSeverity as Severity

import lines

CERTIFICATE = certificate.create_pkix_certificate_validator_container(
    certificate.create_decoding_validators(name.ATTRIBUTE_TYPE_MAPPINGS, extension.EXTENSION_MAPPINGS),
    [
        certificate.create_issuer_validator_container([]),
        certificate.create_validity_validator_container(),
        certificate.create_subject_validator_container([]),
        certificate.create_extensions_validator_container([]),
        certificate.create_spki_validator_container([]),
    ],
)
CRL = crl.create_pkix_crl_validator_container(
    [
        pkix.create_attribute_decoder(name.ATTRIBUTE_TYPE_MAPPINGS),
        pkix.create_extension_decoder(extension.EXTENSION_MAPPINGS),
    ],
    [
        crl.create_issuer_validator_container([]),
        crl.create_validity_validator_container([]),
        crl.create_extensions_validator_container([]),
    ],
)
DECODERS = pair.create_decoder_validation_container()
ISSUER = pair.create_issuer_validation_container()
SUBJECT = pair.create_subject_validation_container()

# A notice, but the chain of such a pair is broken for everybody who compares bytes.
NOT_EQUAL = "pkix.issuer_and_subject_dn_not_binary_equal"
# Names with a star or without a dot, and URIs with a scheme that is not one of a browser's: allowed where the test has
# asked for exactly these.
NAME_SYNTAX = {"pkix.invalid_domain_name_syntax", "pkix.invalid_uri_syntax"}

# Most certificates stand in many chains. What was found in one once is known.
found = {}


class Finding:
    def __init__(self, code, message, place):
        self.code, self.message, self.place = code, message or "", place

    def counts(self, allowed):
        return self.code not in NAME_SYNTAX or not any(f'"{name}"' in self.message for name in allowed)

    def __str__(self):
        return f"{self.code} {self.message} at {self.place}".replace("  ", " ")


def findings(results):
    for result in results:
        for description in result.finding_descriptions:
            finding = description.finding
            # The severities count from the worst.
            if finding.severity <= Severity.WARNING or finding.code == NOT_EQUAL:
                yield Finding(finding.code, description.message, result.node.path)


def lint_one(der):
    document = loader.RFC5280CertificateDocumentLoader().load_der_document(der, "certificate")
    return CERTIFICATE.validate(document.root)


def lint_pair(signer, signee):
    documents = {}
    load = loader.RFC5280CertificateDocumentLoader().load_der_document
    documents["issuer"] = load(signer, "issuer", "issuer", documents)
    documents["subject"] = load(signee, "subject", "subject", documents)
    issuer, subject = documents["issuer"].root, documents["subject"].root
    results = DECODERS.validate(issuer) + DECODERS.validate(subject)
    return results + ISSUER.validate(issuer) + SUBJECT.validate(subject)


def lint_crl(der):
    document = loader.RFC5280CertificateListDocumentLoader().load_der_document(der, "crl")
    return CRL.validate(document.root)


def once(lint, *ders):
    if ders not in found:
        try:
            found[ders] = list(findings(lint(*ders)))
        except Exception as error:
            found[ders] = [Finding(type(error).__name__, str(error), "reading it")]
    return found[ders]


def judge(case):
    every = []
    if case.kind == "crl":
        every += once(lint_crl, case.document)
    else:
        for der in case.chain:
            every += once(lint_one, der)
        for signee, signer in zip(case.chain, case.chain[1:]):
            every += once(lint_pair, signer, signee)
    counting = [str(finding) for finding in every if finding.counts(case.allowed)]
    if counting:
        raise lines.Rejected("; ".join(counting))


lines.answer(importlib.metadata.version("pkilint"), judge)
