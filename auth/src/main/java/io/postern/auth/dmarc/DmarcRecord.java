package io.postern.auth.dmarc;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/// A DMARC policy record, with the defaults of RFC 9989 §4.7 filled in.
///
/// @param p what applies to the domain itself. Empty when no DMARC processing takes place under
///   this record: `p=` is missing, or one of `p=`, `sp=`, `np=` is no policy, and there is no
///   address in `rua=`; with such an address it is `none` (§4.10.1)
/// @param sp for subdomains that exist, when said
/// @param np for subdomains that do not exist, when said
/// @param psd whether the domain is a public suffix domain
/// @param testing `t=y`: one level below the policy is expected to be applied
/// @param adkim how DKIM's identifiers must be aligned
/// @param aspf how SPF's identifier must be aligned
/// @param rua URIs for aggregate reports as written, without RFC 7489's size; may be empty
/// @param ruf URIs for failure reports, as `rua`
/// @param fo when failure reports are asked for: `0`, `1`, `d`, `s`; never empty. Without meaning
///   when `ruf` is empty
/// @param pct RFC 7489's percentage when a valid one is there. Historic, never applied (§A.6)
public record DmarcRecord(
        Optional<DmarcPolicy> p,
        Optional<DmarcPolicy> sp,
        Optional<DmarcPolicy> np,
        Psd psd,
        boolean testing,
        Alignment adkim,
        Alignment aspf,
        List<String> rua,
        List<String> ruf,
        List<String> fo,
        OptionalInt pct) {
    /// `psd=`: what a record says of its place in the tree.
    public enum Psd {
        /// `y`: a public suffix domain, under which organizations have their domains.
        YES,
        /// `n`: an organizational domain, whatever stands above it.
        NO,
        /// `u` or nothing: the tree walk tells.
        UNSTATED
    }

    /// What a text was read as.
    public sealed interface Parsed {
        /// A policy record.
        ///
        /// @param remarks what was passed over or is no longer applied, for people; may be empty
        record Ok(DmarcRecord record, List<String> remarks) implements Parsed {
            public Ok {
                remarks = List.copyOf(remarks);
            }
        }

        /// Not one, or one that says two things at once.
        ///
        /// @param meant whether it starts as a policy record does, so that somebody meant it as one
        record Bad(String why, boolean meant) implements Parsed {}
    }

    public DmarcRecord {
        rua = List.copyOf(rua);
        ruf = List.copyOf(ruf);
        fo = List.copyOf(fo);
    }

    /// Reads the text of a TXT record, its character-strings joined. Never throws. RFC 9989 §4.7,
    /// §4.8.
    public static Parsed parse(String text) {
        return RecordReader.read(text);
    }

    /// What applies to a subdomain; empty as `p` is. RFC 9989 §4.7, `sp=` and `np=`.
    Optional<DmarcPolicy> forSubdomain(boolean exists) {
        return p.map(own -> exists ? sp.orElse(own) : np.or(this::sp).orElse(own));
    }
}
