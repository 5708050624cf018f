#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Makes chain-certs.h: certificates for tests of chains, with Python's
"cryptography".  Their keys are thrown away.
"""
import base64
import datetime
import ipaddress

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID as Eku
from cryptography.x509.oid import NameOID

CURVES = {256: ec.SECP256R1, 384: ec.SECP384R1, 521: ec.SECP521R1}
OUT = []
SERIAL = [100]


def key(kind):
    if kind in CURVES:
        return ec.generate_private_key(CURVES[kind]())
    return rsa.generate_private_key(65537, kind)


def name(text):
    return x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, "run-foreign"),
                      x509.NameAttribute(NameOID.COMMON_NAME, text)])


def put(label, der):
    OUT.append((label, base64.b64encode(der).decode()))


def element(tag, content):
    n = len(content)
    size = bytes([n]) if n < 128 else bytes([0x82, n >> 8, n & 255])
    return bytes([tag]) + size + content


def put_mixed(label, cert, issuer):
    """Signed another way than it says within what is signed."""
    what = cert.cert.tbs_certificate_bytes
    sha384 = bytes.fromhex("06082a8648ce3d040303")
    signature = issuer.key.sign(what, ec.ECDSA(hashes.SHA384()))
    put(label, element(0x30, what + element(0x30, sha384) +
                       element(0x03, b"\0" + signature)))


def general(s):
    if "@" in s:
        return x509.RFC822Name(s)
    if s[0].isdigit():
        return x509.IPAddress(ipaddress.ip_address(s))
    return x509.DNSName(s)


class Cert:
    def __init__(self, label, what, issuer=None, kind=256, years=(2020, 2050),
                 ca=None, length=None, usage=None, san=(), permitted=None,
                 excluded=None, sign=hashes.SHA256(), pss=None, by=None,
                 key_cert_sign=True, critical=None):
        self.key, self.name = key(kind), name(what)
        issuer = issuer or self
        b = (x509.CertificateBuilder().subject_name(self.name)
             .issuer_name(issuer.name).public_key(self.key.public_key())
             .serial_number(SERIAL[0])
             .not_valid_before(datetime.datetime(years[0], 1, 1))
             .not_valid_after(datetime.datetime(years[1], 1, 1))
             .add_extension(x509.SubjectKeyIdentifier.from_public_key(
                 self.key.public_key()), False)
             .add_extension(
                 x509.AuthorityKeyIdentifier.from_issuer_public_key(
                     issuer.key.public_key()), False))
        SERIAL[0] += 1
        if ca is not None:
            b = b.add_extension(x509.BasicConstraints(ca, length), True)
        if ca:
            b = b.add_extension(x509.KeyUsage(
                True, False, False, False, False, key_cert_sign, True, False,
                False), True)
        if usage:
            b = b.add_extension(x509.ExtendedKeyUsage(usage), False)
        if san:
            b = b.add_extension(x509.SubjectAlternativeName(
                [general(s) for s in san]), False)
        if permitted or excluded:
            b = b.add_extension(x509.NameConstraints(permitted, excluded), True)
        if critical:
            b = b.add_extension(x509.UnrecognizedExtension(
                x509.ObjectIdentifier(critical), b"\x05\x00"), True)
        self.cert = b.sign((by or issuer).key, sign, rsa_padding=pss)
        put(label, self.cert.public_bytes(serialization.Encoding.DER))


def main():
    root = Cert("root", "Root", kind=256, ca=True)
    other = Cert("other_root", "Other root", kind=2048, ca=True)
    inter = Cert("inter", "Between", root, kind=384, ca=True, length=0,
                 sign=hashes.SHA512(), usage=[Eku.SERVER_AUTH, Eku.CLIENT_AUTH])
    Cert("server", "server", inter, kind=2048, sign=hashes.SHA384(),
         usage=[Eku.SERVER_AUTH], san=["host.test", "*.wild.test", "10.1.2.3"])
    put_mixed("mixed", Cert("common", "common.test", inter), inter)
    Cert("star_address", "*.2.3.4", inter)
    Cert("old", "old.test", inter, years=(2020, 2021))
    Cert("mail", "mail.test", inter, usage=[Eku.EMAIL_PROTECTION])
    Cert("strange", "strange.test", inter, critical="1.2.3.4.5")
    Cert("forged", "forged.test", inter, by=root)
    deep = Cert("deep", "Too deep", inter, ca=True)
    Cert("below_deep", "below.test", deep)
    end = Cert("end", "End", root, ca=False)
    Cert("below_end", "end.test", end)
    rsa_ca = Cert("pss", "PSS", other, kind=3072, ca=True, sign=hashes.SHA256(),
                  pss=padding.PSS(padding.MGF1(hashes.SHA256()), 32))
    Cert("below_pss", "pss.test", rsa_ca, kind=521, sign=hashes.SHA512(),
         pss=padding.PSS(padding.MGF1(hashes.SHA512()), 64))
    limits = Cert("limits", "Limits", root, ca=True, kind=521,
                  permitted=[x509.DNSName("in.test"),
                             x509.IPAddress(ipaddress.ip_network("10.0.0.0/8"))],
                  excluded=[x509.DNSName("not.in.test")])
    Cert("inside", "inside", limits, san=["a.in.test", "10.9.8.7"])
    Cert("outside", "outside", limits, san=["a.out.test"])
    Cert("excluded", "excluded", limits, san=["a.not.in.test"])
    Cert("star_excluded", "star", limits, san=["*.in.test"])
    Cert("named_outside", "a.out.test", limits, san=["a@in.test"])
    Cert("unsigning", "No signing", root, ca=True, key_cert_sign=False)
    with open("chain-certs.h", "w", encoding="ascii") as f:
        f.write("/* SPDX-License-Identifier: LGPL-2.1-or-later */\n"
                "/* Generated by gen-chain-certs.py; do not edit. */\n"
                "#ifndef RF_GUEST_CHAIN_CERTS_H\n#define RF_GUEST_CHAIN_CERTS_H\n")
        for label, text in OUT:
            f.write("\nstatic const char cert_%s[] =\n" % label)
            lines = ['\t"%s"' % text[i:i + 68] for i in range(0, len(text), 68)]
            f.write("\n".join(lines) + ";\n")
        f.write("\n#endif\n")


main()
