package io.postern.dns;

import io.postern.dns.ZoneUpdate.Outcome;
import java.math.BigInteger;
import java.time.Instant;
import java.util.function.ToIntFunction;
import org.xbill.DNS.Message;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.TSIGRecord;

/// What a server's reply to an update means. RFC 2136 §2.2 has the codes, RFC 8945 §5.3 those of
/// signatures.
///
/// What it says of success is believed only when it is signed. A refusal is told as one without
/// that, since servers can't sign what they say about a key they don't know (RFC 8945 §5.3.2).
final class UpdateReply {
    private static final String UNSIGNED = "the reply is not signed and can't be believed";

    private final String zone;
    private final TsigKey key;
    private final Message reply;

    UpdateReply(String zone, TsigKey key, Message reply) {
        this.zone = zone;
        this.key = key;
        this.reply = reply;
    }

    /// @param verify gives the code of what is wrong with a signature, or NOERROR
    Outcome outcome(ToIntFunction<Message> verify) {
        var tsig = reply.getTSIG();
        if (tsig == null) {
            return unsigned();
        }
        if (reply.getRcode() == Rcode.NOTAUTH && tsig.getError() != Rcode.NOERROR) {
            return keyTrouble(tsig);
        }
        int fault = verify.applyAsInt(reply);
        if (fault == Rcode.BADTIME) {
            return new Outcome.Unreachable(
                    "the reply was signed at "
                            + tsig.getTimeSigned()
                            + " by the server's clock and can't be believed: compare the clocks");
        }
        return fault == Rcode.NOERROR
                ? signed()
                : new Outcome.Unreachable(
                        "the reply's signature is wrong ("
                                + Rcode.TSIGstring(fault)
                                + ") and can't be believed");
    }

    private Outcome unsigned() {
        return switch (reply.getRcode()) {
            case Rcode.REFUSED, Rcode.NOTAUTH, Rcode.NOTIMP, Rcode.FORMERR, Rcode.NOTZONE ->
                    code(" (the reply was not signed)");
            case Rcode.SERVFAIL -> code("");
            default -> new Outcome.Unreachable(UNSIGNED);
        };
    }

    private Outcome signed() {
        return reply.getRcode() == Rcode.NOERROR ? new Outcome.Done() : code("");
    }

    private Outcome code(String note) {
        int code = reply.getRcode();
        var said = Rcode.string(code) + note + ": ";
        return switch (code) {
            case Rcode.REFUSED ->
                    new Outcome.Refused(
                            said
                                    + "the server lets no one, or not the key "
                                    + key.name()
                                    + ", change this name, or is not the primary; look at its"
                                    + " allow-update or update-policy for the zone "
                                    + zone);
            case Rcode.NOTAUTH ->
                    new Outcome.Refused(
                            said
                                    + "the server is not the primary of the zone "
                                    + zone
                                    + "; look at the zone and the server's address");
            case Rcode.NOTZONE ->
                    new Outcome.Refused(said + "the name is not in the zone " + zone + " there");
            case Rcode.NOTIMP -> new Outcome.Refused(said + "the server knows no updates");
            case Rcode.FORMERR -> new Outcome.Refused(said + "the server did not understand");
            // RFC 2136 §2.4.3: what we asked is that there is no CNAME.
            case Rcode.YXRRSET ->
                    new Outcome.Refused(
                            said + "the name has a CNAME; change what it leads to, or remove it");
            // SERVFAIL, and what servers may yet think of.
            default -> new Outcome.Unreachable(said + "the server could not do it now");
        };
    }

    private Outcome keyTrouble(TSIGRecord tsig) {
        var said = Rcode.TSIGstring(tsig.getError()) + ": ";
        return new Outcome.Refused(
                switch (tsig.getError()) {
                    case Rcode.BADKEY ->
                            said
                                    + "the server does not know the key "
                                    + key.name()
                                    + " with "
                                    + key.algorithm()
                                    + "; compare name and algorithm";
                    case Rcode.BADSIG ->
                            said
                                    + "the signature is wrong; compare the secret of the key "
                                    + key.name()
                                    + " and its algorithm, "
                                    + key.algorithm();
                    case Rcode.BADTIME ->
                            said
                                    + "the clocks differ too much: here it was "
                                    + tsig.getTimeSigned()
                                    + serverTime(tsig)
                                    + "; set the wrong one";
                    default -> said + "look at the key " + key.name() + " there";
                });
    }

    /// RFC 8945 §5.2.3: with BADTIME, "other data" is the server's time.
    private static String serverTime(TSIGRecord tsig) {
        var other = tsig.getOther();
        return other != null && other.length == 6
                ? ", there " + Instant.ofEpochSecond(new BigInteger(1, other).longValue())
                : "";
    }
}
