package io.postern.km.ca;

import io.postern.mail.AddressLiteral;
import io.postern.mail.Mailbox;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.interfaces.RSAKey;
import java.time.Duration;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERIA5String;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.DERUTF8String;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.smime.SMIMECapabilityVector;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.OtherName;

/// Subscribers' certificates: mailbox-validated, generation "strict", of the CA/B S/MIME Baseline
/// Requirements.
public final class Subscribers {
    // CA/B S/MIME BR 7.1.6.1.
    private static final ASN1ObjectIdentifier MAILBOX_VALIDATED_STRICT =
            new ASN1ObjectIdentifier("2.23.140.1.5.1.3");
    // RFC 9598 §3.
    private static final ASN1ObjectIdentifier SMTP_UTF8_MAILBOX =
            new ASN1ObjectIdentifier("1.3.6.1.5.5.7.8.9");
    // RFC 5280 appendix A: ub-common-name, ub-emailaddress-length.
    private static final int COMMON_NAME = 64;
    private static final int EMAIL_ADDRESS = 255;

    private Subscribers() {}

    /// A certificate for that key by that authority. Refuses a weak key, an address without a
    /// domain, and times that do not fit; never throws for what an operator or subscriber gave.
    public static Issued issue(
            Issuer authority, PublicKey key, Subscriber facts, SecureRandom random) {
        var refusal = refusal(authority, key, facts);
        if (refusal.isPresent()) {
            return refusal.get();
        }
        var above = authority.certificate();
        var subject = subject(facts.address());
        var draft =
                new CertificateDraft(
                                Names.subject(above),
                                subject,
                                key,
                                Validity.of(facts.notBefore(), facts.lifetime())
                                        .until(above.getNotAfter().toInstant()),
                                random)
                        .with(Extension.basicConstraints, true, new BasicConstraints(false))
                        .usage(usage(facts.usage(), key))
                        .purpose(KeyPurposeId.id_kp_emailProtection)
                        // RFC 5280 §4.1.2.6: critical when the subject is empty.
                        .with(
                                Extension.subjectAlternativeName,
                                subject.getRDNs().length == 0,
                                new GeneralNames(alternative(facts.address())))
                        .policy(MAILBOX_VALIDATED_STRICT)
                        .found(facts.at())
                        .subjectKey(key)
                        .authorityKey(above.getPublicKey());
        if (!facts.capabilities().isEmpty()) {
            draft.with(
                    PKCSObjectIdentifiers.pkcs_9_at_smimeCapabilities, false, capabilities(facts));
        }
        return new Issued.Ok(draft.signed(Signing.by(authority, random)));
    }

    private static Optional<Issued> refusal(Issuer authority, PublicKey key, Subscriber facts) {
        var weak = KeyStrength.ofSubscriber(key);
        if (weak.isPresent()) {
            return refused(Issued.Reason.KEY, weak.get());
        }
        if (facts.address().host() instanceof AddressLiteral) {
            return refused(
                    Issued.Reason.ADDRESS,
                    facts.address() + " has no domain: certificates are for LOCAL@DOMAIN");
        }
        var lifetime = facts.lifetime();
        if (lifetime.compareTo(Duration.ofDays(1)) < 0
                || lifetime.compareTo(Subscriber.LONGEST) > 0) {
            return refused(
                    Issued.Reason.LIFETIME,
                    "a lifetime of " + lifetime + " is not taken: one day to 825 days");
        }
        var from = authority.certificate().getNotBefore().toInstant();
        var end = authority.certificate().getNotAfter().toInstant();
        if (facts.notBefore().isBefore(from)
                || facts.notBefore().plus(Duration.ofDays(1)).isAfter(end)) {
            return refused(
                    Issued.Reason.AUTHORITY,
                    "the authority is valid from "
                            + from
                            + " to "
                            + end
                            + ": no certificate from "
                            + facts.notBefore()
                            + " on; renew the authority");
        }
        return Optional.empty();
    }

    private static Optional<Issued> refused(Issued.Reason reason, String text) {
        return Optional.of(new Issued.Refused(reason, text));
    }

    /// CN, and in it the address, which is all that a mailbox-validated subject may hold beside
    /// emailAddress and serialNumber. An address that is too long for it goes to emailAddress; one
    /// that fits neither is in the alternative name alone.
    private static X500Name subject(Mailbox address) {
        var text = address.toString();
        var name = new X500NameBuilder(BCStyle.INSTANCE);
        if (text.codePointCount(0, text.length()) <= COMMON_NAME) {
            return name.addRDN(BCStyle.CN, new DERUTF8String(text)).build();
        }
        if (address.isAscii() && text.length() <= EMAIL_ADDRESS) {
            return name.addRDN(BCStyle.EmailAddress, new DERIA5String(text)).build();
        }
        return name.build();
    }

    /// RFC 5280 §4.2.1.6 rfc822Name; RFC 9598 §3 for a local part that is not ASCII, whose domain
    /// stays in A-labels, as it is in a [Mailbox].
    private static GeneralName alternative(Mailbox address) {
        if (address.isAscii()) {
            return new GeneralName(GeneralName.rfc822Name, address.toString());
        }
        return new GeneralName(
                GeneralName.otherName,
                new OtherName(SMTP_UTF8_MAILBOX, new DERUTF8String(address.toString())));
    }

    /// CA/B S/MIME BR 7.1.2.3 e: RSA keys encipher the message's key, those on curves agree on one.
    private static int usage(Usage usage, PublicKey key) {
        int exchange = key instanceof RSAKey ? KeyUsage.keyEncipherment : KeyUsage.keyAgreement;
        return switch (usage) {
            case SIGN -> KeyUsage.digitalSignature;
            case ENCRYPT -> exchange;
            case BOTH -> KeyUsage.digitalSignature | exchange;
        };
    }

    private static DERSequence capabilities(Subscriber facts) {
        var vector = new SMIMECapabilityVector();
        facts.capabilities().forEach(one -> vector.addCapability(one.id()));
        return new DERSequence(vector.toASN1EncodableVector());
    }
}
