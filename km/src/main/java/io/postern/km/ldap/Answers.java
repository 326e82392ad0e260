package io.postern.km.ldap;

import com.unboundid.asn1.ASN1OctetString;
import com.unboundid.ldap.protocol.AddResponseProtocolOp;
import com.unboundid.ldap.protocol.BindRequestProtocolOp;
import com.unboundid.ldap.protocol.BindResponseProtocolOp;
import com.unboundid.ldap.protocol.CompareResponseProtocolOp;
import com.unboundid.ldap.protocol.DeleteResponseProtocolOp;
import com.unboundid.ldap.protocol.ExtendedRequestProtocolOp;
import com.unboundid.ldap.protocol.ExtendedResponseProtocolOp;
import com.unboundid.ldap.protocol.LDAPMessage;
import com.unboundid.ldap.protocol.ModifyDNResponseProtocolOp;
import com.unboundid.ldap.protocol.ModifyResponseProtocolOp;
import com.unboundid.ldap.protocol.ProtocolOp;
import com.unboundid.ldap.protocol.SearchRequestProtocolOp;
import com.unboundid.ldap.protocol.SearchResultDoneProtocolOp;
import com.unboundid.ldap.protocol.SearchResultEntryProtocolOp;
import com.unboundid.ldap.sdk.ResultCode;
import com.unboundid.ldap.sdk.extensions.StartTLSExtendedRequest;
import io.postern.km.http.Published;
import io.postern.km.secret.KmException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The answer to each message. No sockets; any number of threads; never throws for what is asked.
final class Answers {
    private static final Logger LOG = LoggerFactory.getLogger(Answers.class);
    private static final String READ_ONLY = "this directory is read-only";

    private final Search search;

    Answers(Published published, DirectoryRules rules) {
        search = new Search(published, rules);
    }

    /// What becomes of the connection afterwards.
    enum Then {
        STAY,
        CLOSE,
        START_TLS
    }

    /// What is sent.
    record Reply(List<LDAPMessage> messages, Then then) {
        static Reply of(LDAPMessage asked, ProtocolOp op) {
            return new Reply(List.of(new LDAPMessage(asked.getMessageID(), op)), Then.STAY);
        }

        static final Reply NOTHING = new Reply(List.of(), Then.STAY);
    }

    /// Who asks, and how.
    ///
    /// @param tls whether this is under TLS already
    /// @param startTls whether it could be
    record Client(InetAddress address, boolean tls, boolean startTls) {}

    /// What answering it costs, in requests.
    static int cost(LDAPMessage asked) {
        return asked.getProtocolOp() instanceof SearchRequestProtocolOp search
                ? Search.cost(search)
                : 1;
    }

    /// Whether the answer may be of megabytes.
    static boolean large(LDAPMessage asked) {
        return asked.getProtocolOp() instanceof SearchRequestProtocolOp search
                && Search.large(search);
    }

    /// The same request answered by `busy`. RFC 4511 appendix A.2.
    static Reply busy(LDAPMessage asked) {
        return refuse(asked, ResultCode.BUSY, "too many requests: come again in a minute");
    }

    /// RFC 4511 §4.4.1, sent before the connection is closed.
    static LDAPMessage disconnection(String why) {
        return new LDAPMessage(
                0,
                new ExtendedResponseProtocolOp(
                        ResultCode.PROTOCOL_ERROR_INT_VALUE,
                        null,
                        why,
                        List.of(),
                        "1.3.6.1.4.1.1466.20036",
                        null));
    }

    Reply answer(LDAPMessage asked, Client client) {
        if (asked.getMessageID() <= 0) {
            return new Reply(List.of(disconnection("a message id of no request")), Then.CLOSE);
        }
        if (asked.getProtocolOpType() != LDAPMessage.PROTOCOL_OP_TYPE_ABANDON_REQUEST
                && asked.getProtocolOpType() != LDAPMessage.PROTOCOL_OP_TYPE_UNBIND_REQUEST
                && Controls.unknown(asked.getControls())) {
            return refuse(
                    asked,
                    ResultCode.UNAVAILABLE_CRITICAL_EXTENSION,
                    "a critical control that is not known here");
        }
        return switch (asked.getProtocolOp()) {
            case BindRequestProtocolOp bind -> bind(asked, bind);
            case SearchRequestProtocolOp wanted -> search(asked, wanted, client);
            case ExtendedRequestProtocolOp extended -> extended(asked, extended, client);
            default ->
                    switch (asked.getProtocolOpType()) {
                        // Every request has been answered before the next one is read.
                        case LDAPMessage.PROTOCOL_OP_TYPE_ABANDON_REQUEST -> Reply.NOTHING;
                        case LDAPMessage.PROTOCOL_OP_TYPE_UNBIND_REQUEST ->
                                new Reply(List.of(), Then.CLOSE);
                        default -> refuse(asked, ResultCode.UNWILLING_TO_PERFORM, READ_ONLY);
                    };
        };
    }

    /// A refusal in the form of the request's own response; whatever is no request is the end.
    private static Reply refuse(LDAPMessage asked, ResultCode code, String why) {
        int result = code.intValue();
        List<String> none = List.of();
        var op =
                switch (asked.getProtocolOpType()) {
                    case LDAPMessage.PROTOCOL_OP_TYPE_BIND_REQUEST ->
                            new BindResponseProtocolOp(result, null, why, none, null);
                    case LDAPMessage.PROTOCOL_OP_TYPE_SEARCH_REQUEST ->
                            new SearchResultDoneProtocolOp(result, null, why, none);
                    case LDAPMessage.PROTOCOL_OP_TYPE_EXTENDED_REQUEST ->
                            new ExtendedResponseProtocolOp(result, null, why, none, null, null);
                    case LDAPMessage.PROTOCOL_OP_TYPE_ADD_REQUEST ->
                            new AddResponseProtocolOp(result, null, why, none);
                    case LDAPMessage.PROTOCOL_OP_TYPE_DELETE_REQUEST ->
                            new DeleteResponseProtocolOp(result, null, why, none);
                    case LDAPMessage.PROTOCOL_OP_TYPE_MODIFY_REQUEST ->
                            new ModifyResponseProtocolOp(result, null, why, none);
                    case LDAPMessage.PROTOCOL_OP_TYPE_MODIFY_DN_REQUEST ->
                            new ModifyDNResponseProtocolOp(result, null, why, none);
                    case LDAPMessage.PROTOCOL_OP_TYPE_COMPARE_REQUEST ->
                            new CompareResponseProtocolOp(result, null, why, none);
                    default -> null;
                };
        return op == null
                ? new Reply(List.of(disconnection("this is no request")), Then.CLOSE)
                : Reply.of(asked, op);
    }

    private static Reply bind(LDAPMessage asked, BindRequestProtocolOp bind) {
        if (bind.getVersion() != 3) {
            return refuse(asked, ResultCode.PROTOCOL_ERROR, "LDAP version 3 is spoken here");
        }
        if (bind.getCredentialsType() != BindRequestProtocolOp.CRED_TYPE_SIMPLE) {
            return refuse(
                    asked, ResultCode.AUTH_METHOD_NOT_SUPPORTED, "bind anonymously: no SASL here");
        }
        if (length(bind.getSimplePassword()) > 0) {
            return refuse(
                    asked,
                    ResultCode.INVALID_CREDENTIALS,
                    "there are no accounts here: bind anonymously, without name and password");
        }
        if (!bind.getBindDN().isEmpty()) {
            // RFC 4513 §5.1.2: a name without a password is most often a program's mistake.
            return refuse(
                    asked,
                    ResultCode.UNWILLING_TO_PERFORM,
                    "a name without a password: bind anonymously, without a name");
        }
        return Reply.of(
                asked,
                new BindResponseProtocolOp(
                        ResultCode.SUCCESS_INT_VALUE, null, null, List.of(), null));
    }

    private static int length(@Nullable ASN1OctetString octets) {
        return octets == null ? 0 : octets.getValueLength();
    }

    private static Reply extended(
            LDAPMessage asked, ExtendedRequestProtocolOp extended, Client client) {
        if (!extended.getOID().equals(StartTLSExtendedRequest.STARTTLS_REQUEST_OID)) {
            return refuse(asked, ResultCode.PROTOCOL_ERROR, "not known here");
        }
        if (client.tls()) {
            return refuse(asked, ResultCode.OPERATIONS_ERROR, "this is under TLS already");
        }
        if (!client.startTls()) {
            // RFC 4511 §4.14.1.
            return refuse(asked, ResultCode.PROTOCOL_ERROR, "there is no TLS here");
        }
        return new Reply(
                List.of(
                        new LDAPMessage(
                                asked.getMessageID(),
                                new ExtendedResponseProtocolOp(
                                        ResultCode.SUCCESS_INT_VALUE,
                                        null,
                                        null,
                                        List.of(),
                                        StartTLSExtendedRequest.STARTTLS_REQUEST_OID,
                                        null))),
                Then.START_TLS);
    }

    private Reply search(LDAPMessage asked, SearchRequestProtocolOp wanted, Client client) {
        try {
            var found = search.answer(wanted, client.address(), client.startTls());
            var messages = new ArrayList<LDAPMessage>();
            for (var entry : found.entries()) {
                messages.add(
                        new LDAPMessage(
                                asked.getMessageID(),
                                new SearchResultEntryProtocolOp(
                                        entry.dn().toString(),
                                        entry.attributes(
                                                wanted.getAttributes(),
                                                wanted.typesOnly(),
                                                found.whole()))));
            }
            messages.add(
                    new LDAPMessage(
                            asked.getMessageID(),
                            new SearchResultDoneProtocolOp(
                                    found.result().intValue(), null, null, List.of()),
                            Controls.answering(asked.getControls())));
            return new Reply(messages, Then.STAY);
        } catch (KmException e) {
            // Said by who looks at the vault, not for each of a thousand requests.
            LOG.debug("no answer: {}", e.getMessage());
            return unavailable(asked);
        } catch (RuntimeException e) {
            LOG.error("no answer to {}", wanted, e);
            return unavailable(asked);
        }
    }

    private static Reply unavailable(LDAPMessage asked) {
        return refuse(asked, ResultCode.UNAVAILABLE, "try again later");
    }
}
