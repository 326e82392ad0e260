package io.postern.dns;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.xbill.DNS.CNAMERecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.DNAMERecord;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.RRSIGRecord;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.SOARecord;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/// What of a reply is evidence for the answer, in the order of the way from the question to it.
///
/// The validator takes a message for unsigned as soon as it meets a record of an unsigned zone in
/// it, whatever else is in it; so a forger would add one. What is kept here is of the names asked
/// for and of the zones that they are in, so that unsigned it is only if they are. Confined to one
/// call.
final class Relevant {
    /// Names in a chain; as many as [CnameChain] follows.
    private static final int MAX_NAMES = 13;

    private final Message reply;
    private final Record question;
    private final List<Record> answer = new ArrayList<>();
    private final Set<Name> names = new LinkedHashSet<>();
    private boolean complete;

    private Relevant(Message reply, Record question) {
        this.reply = reply;
        this.question = question;
    }

    /// A message with nothing else in it, without the AD bit.
    static Message of(Message reply, Record question) {
        var relevant = new Relevant(reply, question);
        relevant.follow();
        return relevant.message();
    }

    private void follow() {
        var name = question.getName();
        while (names.size() < MAX_NAMES && names.add(name)) {
            if (take(name, question.getType())) {
                complete = true;
                return;
            }
            takeDnamesAbove(name);
            var at = name;
            var cname =
                    reply.getSection(Section.ANSWER).stream()
                            .filter(r -> r instanceof CNAMERecord && r.getName().equals(at))
                            .map(CNAMERecord.class::cast)
                            .findFirst();
            if (cname.isEmpty()) {
                return;
            }
            take(name, Type.CNAME);
            name = cname.get().getTarget();
        }
    }

    private void takeDnamesAbove(Name name) {
        for (var r : reply.getSection(Section.ANSWER)) {
            if (r instanceof DNAMERecord
                    && !r.getName().equals(name)
                    && name.subdomain(r.getName())
                    && !answer.contains(r)) {
                take(r.getName(), Type.DNAME);
                return;
            }
        }
    }

    /// Whether the answer has records of that name and type; takes them with their signatures.
    private boolean take(Name name, int type) {
        int before = answer.size();
        for (var r : reply.getSection(Section.ANSWER)) {
            if (r.getType() == type && r.getDClass() == DClass.IN && r.getName().equals(name)) {
                answer.add(r);
            }
        }
        if (answer.size() == before) {
            return false;
        }
        for (var r : reply.getSection(Section.ANSWER)) {
            if (r instanceof RRSIGRecord signature
                    && signature.getTypeCovered() == type
                    && r.getName().equals(name)
                    && isByZoneAbove(signature)) {
                answer.add(r);
            }
        }
        return true;
    }

    /// RFC 4035 §5.3.1: the signer is the zone that the records are in. The validator looks for the
    /// signer's keys before it compares, and would find that an unsigned zone has none.
    private static boolean isByZoneAbove(RRSIGRecord signature) {
        return signature.getName().subdomain(signature.getSigner());
    }

    private Message message() {
        var message = new Message(reply.getHeader().getID());
        message.getHeader().setFlag(Flags.QR);
        message.getHeader().setFlag(Flags.RD);
        message.getHeader().setFlag(Flags.RA);
        message.getHeader().setRcode(reply.getRcode());
        var authority = authority();
        boolean halfWay =
                !complete
                        && !answer.isEmpty()
                        && authority.isEmpty()
                        && reply.getRcode() == Rcode.NOERROR;
        if (authority.isEmpty() && !complete && !halfWay) {
            // Without this, "no" of a zone that is unsigned and says no more than "no" would be
            // bogus. With it, the validator finds out whether the name is in a signed one.
            authority.add(unsignedSoa(names.stream().reduce((_, last) -> last).orElseThrow()));
        }
        // A server that stopped on the way has answered the question for a CNAME.
        message.addRecord(
                halfWay ? Record.newRecord(question.getName(), Type.CNAME, DClass.IN) : question,
                Section.QUESTION);
        answer.forEach(r -> message.addRecord(r, Section.ANSWER));
        authority.forEach(r -> message.addRecord(r, Section.AUTHORITY));
        return message;
    }

    private static SOARecord unsignedSoa(Name name) {
        return new SOARecord(name, DClass.IN, 0, Name.root, Name.root, 0, 0, 0, 0, 0);
    }

    private List<Record> authority() {
        var kept = new ArrayList<Record>();
        for (var r : reply.getSection(Section.AUTHORITY)) {
            if (r.getDClass() == DClass.IN && isEvidence(r)) {
                kept.add(r);
            }
        }
        return kept;
    }

    private boolean isEvidence(Record r) {
        return switch (r.getType()) {
            case Type.SOA -> isAbove(r.getName());
            case Type.NSEC, Type.NSEC3 ->
                    reply.getSection(Section.AUTHORITY).stream()
                            .anyMatch(s ->
                                    s instanceof RRSIGRecord signature
                                            && signature.getTypeCovered() == r.getType()
                                            && s.getName().equals(r.getName())
                                            && isEvidence(signature));
            case Type.RRSIG -> isEvidence((RRSIGRecord) r);
            default -> false;
        };
    }

    private boolean isEvidence(RRSIGRecord signature) {
        return switch (signature.getTypeCovered()) {
            case Type.SOA -> isAbove(signature.getName()) && isByZoneAbove(signature);
            case Type.NSEC, Type.NSEC3 ->
                    isByZoneAbove(signature) && isAbove(signature.getSigner());
            default -> false;
        };
    }

    /// Whether a name is one on the way or above one.
    private boolean isAbove(Name zone) {
        return names.stream().anyMatch(name -> name.subdomain(zone));
    }
}
