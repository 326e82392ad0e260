package io.postern.km.ldap;

import com.unboundid.asn1.ASN1StreamReader;
import com.unboundid.ldap.protocol.LDAPMessage;
import com.unboundid.ldap.sdk.LDAPException;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayDeque;
import java.util.Optional;

/// Takes messages off a stream. RFC 4511 §5.1: BER with definite lengths. What the library decodes
/// has been bounded before, in octets and in depth: its decoder calls itself.
final class Wire {
    /// A search for a hundred addresses has some 10 KiB.
    static final int LONGEST = 32 << 10;

    /// Filters of Outlook are seven deep, and each level has one or two of these.
    private static final int DEEPEST = 40;

    private static final int SEQUENCE = 0x30;
    private static final int CONSTRUCTED = 0x20;
    private static final int LONG_TAG = 0x1f;

    private Wire() {}

    /// What a client sent is no LDAP.
    static final class NotLdapException extends IOException {
        private static final long serialVersionUID = 1L;

        NotLdapException(String why) {
            super(why);
        }
    }

    /// The octets of the next message; empty at the end of the stream.
    ///
    /// @param begun called when its first octet has come
    static Optional<byte[]> next(InputStream in, Runnable begun) throws IOException {
        int tag = in.read();
        if (tag < 0) {
            return Optional.empty();
        }
        begun.run();
        if (tag != SEQUENCE) {
            throw new NotLdapException("no SEQUENCE");
        }
        int first = some(in);
        int more = first < 0x80 ? 0 : first & 0x7f;
        if (first == 0x80 || more > 4) {
            throw new NotLdapException("a length of no or more than four octets");
        }
        var head = new byte[2 + more];
        head[0] = (byte) tag;
        head[1] = (byte) first;
        long length = more == 0 ? first : 0;
        for (int i = 0; i < more; i++) {
            int octet = some(in);
            head[2 + i] = (byte) octet;
            length = (length << 8) | octet;
        }
        if (length > LONGEST) {
            throw new NotLdapException("a message of " + length + " octets");
        }
        var all = new byte[head.length + (int) length];
        System.arraycopy(head, 0, all, 0, head.length);
        if (in.readNBytes(all, head.length, (int) length) < length) {
            throw new EOFException();
        }
        return Optional.of(all);
    }

    private static int some(InputStream in) throws IOException {
        int octet = in.read();
        if (octet < 0) {
            throw new EOFException();
        }
        return octet;
    }

    /// The message of those octets.
    static LDAPMessage decode(byte[] octets) throws NotLdapException {
        bounded(octets);
        try (var reader = new ASN1StreamReader(new ByteArrayInputStream(octets))) {
            var message = LDAPMessage.readFrom(reader, false);
            if (message == null) {
                throw new NotLdapException("nothing");
            }
            return message;
        } catch (NotLdapException e) {
            throw e;
        } catch (LDAPException | IOException | RuntimeException e) {
            throw new NotLdapException("not decoded: " + e.getMessage());
        }
    }

    /// Walks through what is constructed. A string's octets are never walked into.
    private static void bounded(byte[] octets) throws NotLdapException {
        var ends = new ArrayDeque<Integer>();
        ends.push(octets.length);
        int at = 0;
        while (at < octets.length) {
            while (!ends.isEmpty() && at == ends.getFirst()) {
                ends.pop();
            }
            if (ends.isEmpty()) {
                return;
            }
            int end = ends.getFirst();
            int tag = octets[at] & 0xff;
            if ((tag & LONG_TAG) == LONG_TAG || at + 1 >= end) {
                throw new NotLdapException("a tag or length that is cut or long, at " + at);
            }
            int first = octets[at + 1] & 0xff;
            int more = first < 0x80 ? 0 : first & 0x7f;
            long length = more == 0 ? first : 0;
            int content = at + 2 + more;
            if (first == 0x80 || more > 4 || content > end) {
                throw new NotLdapException("a bad length at " + at);
            }
            for (int i = at + 2; i < content; i++) {
                length = (length << 8) | (octets[i] & 0xff);
            }
            if (length > end - content) {
                throw new NotLdapException("longer than what it is in, at " + at);
            }
            if ((tag & CONSTRUCTED) != 0) {
                if (ends.size() > DEEPEST) {
                    throw new NotLdapException("nested too deeply");
                }
                ends.push(content + (int) length);
                at = content;
            } else {
                at = content + (int) length;
            }
        }
    }
}
