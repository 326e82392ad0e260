package io.postern.mail;

/// An e-mail address: local part and host. RFC 5321 §4.1.2; RFC 6531 §3.3 for UTF-8.
///
/// Printing gives the form of the wire, without brackets: the local part is quoted when it must be.
///
/// @param localPart without quotes and with quoted pairs resolved, case preserved; never empty
/// @param host a domain (A-labels, lower case) or an address literal
public record Mailbox(String localPart, Host host) {
    /// Whether every character is ASCII: otherwise SMTPUTF8 is needed. A host always is.
    public boolean isAscii() {
        for (int i = 0; i < localPart.length(); i++) {
            if (localPart.charAt(i) > 127) {
                return false;
            }
        }
        return true;
    }

    @Override
    public String toString() {
        if (isDotString()) {
            return localPart + "@" + host;
        }
        var quoted = new StringBuilder("\"");
        for (int i = 0; i < localPart.length(); i++) {
            char c = localPart.charAt(i);
            if (c == '"' || c == '\\') {
                quoted.append('\\');
            }
            quoted.append(c);
        }
        return quoted.append("\"@").append(host).toString();
    }

    private boolean isDotString() {
        boolean atom = false;
        for (int i = 0; i < localPart.length(); i++) {
            char c = localPart.charAt(i);
            if (c == '.' ? !atom : !isAtext(c)) {
                return false;
            }
            atom = c != '.';
        }
        return atom;
    }

    /// RFC 5322 §3.2.3 atext, with all beyond ASCII (RFC 6531 §3.3).
    static boolean isAtext(char c) {
        return (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z')
                || (c >= '0' && c <= '9')
                || c > 127
                || "!#$%&'*+-/=?^_`{|}~".indexOf(c) >= 0;
    }
}
