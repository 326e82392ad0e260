"""A second parser reads what km makes: every field of the profile, by python3-cryptography."""

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, ExtensionOID, NameOID

STRICT_MAILBOX = "2.23.140.1.5.1.3"
SMIME_CAPABILITIES = "1.2.840.113549.1.9.15"
SMTP_UTF8 = "1.3.6.1.5.5.7.8.9"
# AES-256, 192, 128 in CBC.
CAPABILITIES = bytes.fromhex("3027300b060960864801650304012a300b0609608648016503040116300b0609608648016503040102")
NOCHECK = "1.3.6.1.5.5.7.48.1.5"
CRITICAL = {ExtensionOID.KEY_USAGE, ExtensionOID.BASIC_CONSTRAINTS}
USAGES = ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
          "key_cert_sign", "crl_sign")


def load(path):
    with open(path, "rb") as file:
        return x509.load_pem_x509_certificate(file.read())


def extension(certificate, oid):
    return certificate.extensions.get_extension_for_oid(oid).value


def usages(certificate):
    usage = extension(certificate, ExtensionOID.KEY_USAGE)
    return [name for name in USAGES if getattr(usage, name)]


def signed_by(certificate, authority):
    key = authority.public_key()
    arguments = (certificate.signature, certificate.tbs_certificate_bytes)
    if isinstance(key, rsa.RSAPublicKey):
        key.verify(*arguments, padding.PKCS1v15(), certificate.signature_hash_algorithm)
    else:
        key.verify(*arguments, ec.ECDSA(certificate.signature_hash_algorithm))


def differences(found, wanted):
    return "; ".join(f"{name}: {found.get(name)!r}, not {value!r}" for name, value in wanted.items()
                     if found.get(name) != value)


def common(certificate, authority):
    signed_by(certificate, authority)
    return {
        "version": certificate.version.name,
        "serial": 0 < certificate.serial_number < 1 << 159 and certificate.serial_number.bit_length() > 64,
        "issuer": certificate.issuer == authority.subject,
        "aki": extension(certificate, ExtensionOID.AUTHORITY_KEY_IDENTIFIER).key_identifier
        == extension(authority, ExtensionOID.SUBJECT_KEY_IDENTIFIER).digest,
        "aki holds no issuer": extension(certificate, ExtensionOID.AUTHORITY_KEY_IDENTIFIER).authority_cert_issuer is None,
        "ski": extension(certificate, ExtensionOID.SUBJECT_KEY_IDENTIFIER)
        == x509.SubjectKeyIdentifier.from_public_key(certificate.public_key()),
        "within": authority.not_valid_before <= certificate.not_valid_before
        and certificate.not_valid_after <= authority.not_valid_after,
        "critical": {one.oid for one in certificate.extensions if one.critical},
    }


ALL_RIGHT = {"version": "v3", "serial": True, "issuer": True, "aki": True, "aki holds no issuer": True, "ski": True,
             "within": True, "critical": CRITICAL}


def places(certificate):
    points = extension(certificate, ExtensionOID.CRL_DISTRIBUTION_POINTS)
    access = extension(certificate, ExtensionOID.AUTHORITY_INFORMATION_ACCESS)
    return {
        "crl": [name.value for point in points for name in point.full_name],
        "issuer at": [one.access_location.value for one in access
                      if one.access_method == AuthorityInformationAccessOID.CA_ISSUERS],
        "ocsp at": [one.access_location.value for one in access if one.access_method == AuthorityInformationAccessOID.OCSP],
    }


def subscriber(certificate, authority, url, usage, local_part):
    """Empty when every field is as the profile has it."""
    address = f"{local_part}@example.com"
    names = list(extension(certificate, ExtensionOID.SUBJECT_ALTERNATIVE_NAME))
    utf8 = not address.isascii()
    length = certificate.not_valid_after - certificate.not_valid_before
    key = certificate.public_key()
    found = common(certificate, authority) | places(certificate) | {
        "usage": usages(certificate),
        "purposes": list(extension(certificate, ExtensionOID.EXTENDED_KEY_USAGE)),
        "ca": extension(certificate, ExtensionOID.BASIC_CONSTRAINTS).ca,
        "policies": [one.policy_identifier.dotted_string
                     for one in extension(certificate, ExtensionOID.CERTIFICATE_POLICIES)],
        "name": [names[0].type_id.dotted_string, names[0].value[2:].decode()] if utf8
        else [type(names[0]).__name__, names[0].value],
        "names": len(names),
        "subject": [(one.oid, one.value) for one in certificate.subject],
        "days": (length.days, length.seconds),
        "capabilities": extension(certificate, x509.ObjectIdentifier(SMIME_CAPABILITIES)).value,
        "extensions": len(list(certificate.extensions)),
        "key": key.key_size if isinstance(key, rsa.RSAPublicKey) else key.curve.name,
    }
    return differences(found, ALL_RIGHT | {
        "crl": [f"{url}/ca.crl"], "issuer at": [f"{url}/ca.cer"], "ocsp at": [f"{url}/ocsp"],
        "usage": usage, "purposes": [ExtendedKeyUsageOID.EMAIL_PROTECTION], "ca": False, "policies": [STRICT_MAILBOX],
        "name": [SMTP_UTF8, address] if utf8 else ["RFC822Name", address], "names": 1,
        "subject": [(NameOID.COMMON_NAME if len(address) <= 64 else NameOID.EMAIL_ADDRESS, address)],
        # 825 days, the last second counted.
        "days": (824, 86399), "capabilities": CAPABILITIES, "extensions": 10,
        "key": 3072 if isinstance(key, rsa.RSAPublicKey) else "secp256r1",
    })


def authorities(root, ca, url):
    bounds = extension(ca, ExtensionOID.BASIC_CONSTRAINTS)
    found = common(ca, root) | places(ca) | {
        "usage": usages(ca), "root usage": usages(root), "path": (bounds.ca, bounds.path_length),
        "purposes": list(extension(ca, ExtensionOID.EXTENDED_KEY_USAGE)),
        "policies": [one.policy_identifier.dotted_string for one in extension(ca, ExtensionOID.CERTIFICATE_POLICIES)],
        "root": sorted(one.oid.dotted_string for one in root.extensions),
    }
    signed_by(root, root)
    return differences(found, ALL_RIGHT | {
        "crl": [f"{url}/root.crl"], "issuer at": [f"{url}/root.cer"], "ocsp at": [],
        "usage": ["key_cert_sign", "crl_sign"], "root usage": ["key_cert_sign", "crl_sign"], "path": (True, 0),
        "purposes": [ExtendedKeyUsageOID.EMAIL_PROTECTION], "policies": ["2.5.29.32.0"],
        "root": ["2.5.29.14", "2.5.29.15", "2.5.29.19", "2.5.29.35"],
    })


def responder(certificate, authority):
    found = common(certificate, authority) | {
        "usage": usages(certificate),
        "purposes": list(extension(certificate, ExtensionOID.EXTENDED_KEY_USAGE)),
        "nocheck": any(one.oid.dotted_string == NOCHECK for one in certificate.extensions),
    }
    return differences(found, ALL_RIGHT | {
        "critical": {ExtensionOID.KEY_USAGE}, "usage": ["digital_signature"],
        "purposes": [ExtendedKeyUsageOID.OCSP_SIGNING], "nocheck": True,
    })


def crl(path, authority, number, reasons):
    with open(path, "rb") as file:
        found = x509.load_der_x509_crl(file.read())
    oids = {one.oid.dotted_string: one for one in found.extensions}
    said = {
        "signature": found.is_signature_valid(authority.public_key()),
        "number": oids["2.5.29.20"].value.crl_number,
        "aki": oids["2.5.29.35"].value.key_identifier == extension(authority, ExtensionOID.SUBJECT_KEY_IDENTIFIER).digest,
        "extensions": sorted(oids),
        "critical": [one for one in found.extensions if one.critical],
        "days": (found.next_update - found.last_update).days,
        "reasons": sorted(one.extensions.get_extension_for_class(x509.CRLReason).value.reason.value for one in found),
    }
    return differences(said, {"signature": True, "number": number, "aki": True, "critical": [], "days": 10,
                              "extensions": ["2.5.29.20", "2.5.29.35", "2.5.29.60"], "reasons": reasons})
