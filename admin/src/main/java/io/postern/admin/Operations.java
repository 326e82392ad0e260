package io.postern.admin;

import io.postern.gateway.guard.SuspensionView;
import io.postern.gateway.rates.RateView;
import io.postern.gateway.reports.DmarcView;
import io.postern.gateway.seen.SeenPage;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// What an operator can ask of a gateway, whether it runs (then over its control socket) or not
/// (then on its data folder). Both ways give the same answers, and the same JSON.
///
/// Blocking; safe for many threads. Whatever can't be done is an [OperationException] that names
/// the thing and the remedy.
public interface Operations extends AutoCloseable {
    /// Entries of the queue, oldest first.
    ///
    /// @param after the `next` of the page before; empty for the first
    /// @param limit how many at most, 1 to [Limits#PAGE]. A page may hold more so that it does not
    ///   end within a message
    QueuePage queue(Selection selection, Optional<String> after, int limit);

    /// Changes entries of the queue. Those being delivered at this moment are not touched.
    ///
    /// @throws OperationException when the selection means everything without saying so
    Changed change(QueueAction action, Selection selection);

    /// All that is known of one message; also after it has left the queue, until history expires.
    MessageView message(String id);

    /// Messages in which the text occurs (id, address, Message-ID, subject, client), newest first.
    List<MessageView> track(String text, int limit);

    /// DKIM keys, by domain and selector; of one domain when it is given.
    List<KeyView> dkimKeys(Optional<String> domain);

    /// Makes DKIM keys, one per algorithm; they sign once the DNS shows them.
    List<KeyView> newDkimKeys(NewKeys request);

    /// Takes over a DKIM key made elsewhere.
    KeyView importDkimKey(ImportedKey request);

    /// Looks at the records of a domain's DKIM keys, or of all, on every authoritative server.
    /// Nothing follows from it.
    List<KeyCheckView> checkDkimKeys(Optional<String> domain);

    /// Puts a DKIM key to use without a look at the DNS.
    KeyView activateDkimKey(KeyName key);

    /// Makes successors of a domain's DKIM keys.
    List<KeyView> rotateDkimKeys(Rotation rotation);

    /// Takes a DKIM key out of use.
    KeyView retireDkimKey(KeyName key);

    /// Token buckets that are not full, the emptiest first.
    ///
    /// @param key of whom: an address (with its network), network, user or domain; or a rate's name
    /// @param limit how many at most, 1 to [Limits#PAGE]
    List<RateView> rates(Optional<String> key, int limit);

    /// Fills the buckets of a key; how many were not full.
    Changed resetRates(RateKey key);

    /// Who sends as us, by the DMARC reports of others that are kept.
    ///
    /// @param domain the policy domain, with those below it; all when empty
    /// @param since reports whose period begins then or later
    /// @param limit sources at most, 1 to [Limits#PAGE]
    DmarcView dmarcReport(Optional<String> domain, Instant since, int limit);

    /// Keeps a DMARC aggregate report.
    ///
    /// @param from the report in gzip, zip or XML; not closed
    /// @throws OperationException when it is none
    DmarcImported importDmarc(InputStream from);

    /// Messages of strangers that were received whole, refused ones too, with what decided about
    /// them; oldest first.
    ///
    /// @param since how long ago the first was seen
    /// @param after the `next` of the page before; empty for the first
    /// @param limit how many at most, 1 to [Limits#SEEN]
    SeenPage seen(Duration since, Optional<String> after, int limit);

    /// Accounts that the guard has suspended, by name.
    List<SuspensionView> suspended();

    /// Lets a suspended account send again.
    ///
    /// @throws OperationException when it is not suspended
    void resume(Resumption request);

    /// Users who may hand in mail after a login, by name.
    List<UserView> users();

    /// Adds a user.
    UserView addUser(NewUser request);

    /// Sets another password of a user; the request's addresses count for nothing.
    UserView setPassword(NewUser request);

    /// Removes a user.
    UserView removeUser(UserName user);

    /// Whether mail can be taken now.
    HealthView health();

    /// All settings in force, with what computes signatures.
    ConfigView config();

    /// Reads the configuration file again and puts it in force, whole or not at all.
    ///
    /// @throws OperationException when it can't be used, with the reason; what was in force stays
    ///   so
    Reloaded reload();

    /// What is known of a recipient of ours, and where from; asks every source of its domain.
    RecipientView recipient(String address);

    /// How the sources of recipients are, by domain.
    List<RecipientSourceView> recipientSources();

    /// Takes a list of hashes in place of the one before, whole or not at all.
    ///
    /// @param list its name
    /// @param from the list, as `postern recipients hash` makes it; not closed
    PushedView pushRecipients(String list, InputStream from);

    /// Lets go of the connection or of the data folder.
    @Override
    void close();
}
