package io.postern.gateway.takeover;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// What is to be said of Postfix's parameters that have no equivalent. postconf(5).
final class PostfixNames {
    /// Of Postfix's own process, files and local commands.
    private static final Set<String> HARMLESS =
            Set.of(
                    "compatibility_level",
                    "biff",
                    "append_dot_mydomain",
                    "readme_directory",
                    "html_directory",
                    "manpage_directory",
                    "sample_directory",
                    "queue_directory",
                    "command_directory",
                    "daemon_directory",
                    "data_directory",
                    "mail_owner",
                    "setgid_group",
                    "sendmail_path",
                    "newaliases_path",
                    "mailq_path",
                    "debugger_command",
                    "debug_peer_level",
                    "unknown_local_recipient_reject_code",
                    "inet_protocols",
                    "config_directory",
                    "meta_directory",
                    "shlib_directory",
                    "maillog_file",
                    "mydomain",
                    "smtpd_banner",
                    "alias_database",
                    "smtp_tls_session_cache_database",
                    "smtpd_tls_session_cache_database",
                    "smtpd_use_tls",
                    "smtp_use_tls",
                    "smtpd_tls_loglevel",
                    "smtp_tls_loglevel",
                    "smtpd_tls_received_header",
                    "disable_vrfy_command",
                    "smtpd_helo_required",
                    "milter_protocol",
                    "milter_default_action",
                    "mail_name",
                    "myorigin",
                    "local_recipient_maps",
                    "process_id_directory",
                    "smtp_tls_CApath",
                    "mynetworks_style",
                    "mailbox_size_limit",
                    "default_process_limit",
                    "notify_classes",
                    "smtp_tls_note_starttls_offer",
                    "tls_random_source",
                    "strict_rfc821_envelopes",
                    "smtpd_tls_auth_only",
                    "bounce_template_file",
                    "swap_bangpath",
                    "syslog_name",
                    "syslog_facility");

    /// By the beginning of the name, the first that fits.
    private record Said(String prefix, String why, String remedy) {}

    private static final List<Said> SAID =
            List.of(
                    new Said(
                            "smtpd_sasl_",
                            "users are the gateway's own, or of an LDAP directory",
                            "see [submission] and `postern users add`"),
                    new Said(
                            "smtp_sasl_",
                            "the gateway does not log in at a smart host",
                            "let the smart host take mail by address or client certificate"
                                    + " (outbound.certificate)"),
                    new Said(
                            "smtpd_relay_restrictions",
                            "who may send where is fixed: hosts in `trust` to anywhere, strangers to our"
                                    + " recipients",
                            ""),
                    new Said(
                            "smtpd_recipient_limit",
                            "the number is out of range",
                            "set limits.recipients"),
                    new Said(
                            "smtpd_recipient_restrictions",
                            "restrictions are not a list",
                            "see [dnsbl], [strangers], [[access_list]] and [[rule]]"),
                    new Said(
                            "smtpd_tls_",
                            "TLS has no such setting",
                            "see tls_certificate, require_tls and client_ca of [[listener]]"),
                    new Said(
                            "smtp_tls_",
                            "TLS has no such setting",
                            "see outbound.tls and outbound.certificate"),
                    new Said(
                            "postscreen_",
                            "there is no postscreen",
                            "see [dnsbl], [greylist] and [strangers]"),
                    new Said(
                            "smtpd_client_",
                            "there is no such setting",
                            "see [[rate]], [[access_list]] and limits.sessions_per_client"),
                    new Said(
                            "smtpd_",
                            "there is no such setting",
                            "see docs/rfc2505.md and [[rule]]"),
                    new Said("anvil_", "there is no such setting", "see [[rate]]"),
                    new Said(
                            "virtual_alias_",
                            "addresses are not rewritten, and aliases not followed",
                            "let the inside server do it, and name the addresses in `recipients`"),
                    new Said(
                            "alias_maps",
                            "aliases are not followed",
                            "let the inside server do it, and name the addresses in `recipients`"),
                    new Said(
                            "virtual_mailbox_maps",
                            "there are no mailboxes here",
                            "name the addresses in the domain's `recipients`"),
                    new Said(
                            "virtual_",
                            "there are no mailboxes here",
                            "deliver_to names who has them"),
                    new Said(
                            "mailbox_",
                            "there are no mailboxes here",
                            "deliver_to names who has them"),
                    new Said("home_mailbox", "there are no mailboxes here", ""),
                    new Said(
                            "local_",
                            "there are no mailboxes here",
                            "deliver_to names who has them"),
                    new Said("canonical_", "addresses are not rewritten", ""),
                    new Said("sender_canonical_", "addresses are not rewritten", ""),
                    new Said("recipient_canonical_", "addresses are not rewritten", ""),
                    new Said("masquerade_", "addresses are not rewritten", ""),
                    new Said("smtp_generic_maps", "addresses are not rewritten", ""),
                    new Said("sender_dependent_", "next hops go by the recipient's domain", ""),
                    new Said(
                            "header_checks",
                            "fields are not searched with expressions",
                            "see [header_firewall] and [[rule]]"),
                    new Said("body_checks", "bodies are not searched", ""),
                    new Said("mime_header_checks", "parts are not searched", ""),
                    new Said("nested_header_checks", "parts are not searched", ""),
                    new Said(
                            "smtp_header_checks",
                            "fields are not searched with expressions",
                            "see [header_firewall]"),
                    new Said(
                            "content_filter",
                            "there are no content filters",
                            "put it behind deliver_to"),
                    new Said("always_bcc", "no copies are made", ""),
                    new Said("sender_bcc_maps", "no copies are made", ""),
                    new Said("recipient_bcc_maps", "no copies are made", ""),
                    new Said("policyd-spf", "SPF is the gateway's own", "see [authentication]"));

    private PostfixNames() {}

    /// Says what there is to say of a parameter that was not taken over; not its value, which may
    /// be a secret.
    static void remark(PostfixFile.Parameter parameter, Remarks remarks) {
        var name = parameter.name();
        if (HARMLESS.contains(name) || parameter.value().isEmpty()) {
            return;
        }
        var said = SAID.stream().filter(one -> name.startsWith(one.prefix())).findFirst();
        remarks.none(
                parameter.place(),
                Remarks.cut(name),
                said.map(Said::why).orElse("the gateway has no such setting"),
                said.map(Said::remedy).orElse(""));
    }

    /// How TLS towards next hops is called here; empty when it is not known.
    static Optional<String> tls(String level) {
        return Optional.ofNullable(
                Map.of(
                                "none", "none",
                                "may", "opportunistic",
                                "encrypt", "required",
                                "verify", "verified",
                                "secure", "verified",
                                "dane", "opportunistic",
                                "dane-only", "required",
                                "fingerprint", "required")
                        .get(level));
    }
}
