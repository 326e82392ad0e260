package io.postern.mail;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/// Rewrites a content so that a next hop which lacks an extension takes it as it is: leaf parts go
/// into quoted-printable (text) or base64 (others), and over-long header lines are folded. RFC 6152
/// §3, RFC 3030 §4, RFC 2045 §6.
///
/// Decoded, the result has the octets of the original; only what MIME says is to be ignored
/// (preambles, epilogues) may lose octets that can't pass. Never inside multipart/signed,
/// multipart/encrypted or message/partial. Done before signing: it breaks every signature there is.
/// Memory does not grow with the body.
public final class ContentRewriter {
    /// What the next hop takes.
    public enum Target {
        /// Neither 8BITMIME nor BINARYMIME: octets of 1 to 127 in lines of at most 998.
        SEVEN_BIT,
        /// 8BITMIME but not BINARYMIME: lines of at most 998 octets without NUL, bare CR, bare LF.
        LINES
    }

    /// Bounds of the MIME structure; beyond them nothing is rewritten.
    ///
    /// @param maxDepth of nested parts
    /// @param maxParts in all
    /// @param maxPartHeaderBytes octets of all part headers together
    public record Limits(int maxDepth, int maxParts, int maxPartHeaderBytes) {
        public static final Limits DEFAULT = new Limits(50, 2000, 1024 * 1024);
    }

    /// How it ended.
    public sealed interface Result {
        /// The content is good as it is.
        record Unchanged(Content content) implements Result {}

        /// Another content; whoever asked closes it, and the first one as well.
        ///
        /// @param changes what was done, in words, for the decision record
        record Rewritten(Content content, List<String> changes) implements Result {
            public Rewritten {
                changes = List.copyOf(changes);
            }
        }

        /// It can't be made to fit: such a message is failed, never sent broken.
        record Cannot(String why) implements Result {}
    }

    /// A rewriter for any number of contents and threads.
    ///
    /// @param spoolFolder where a rewritten body above the threshold goes
    /// @param memoryThreshold octets of body kept in memory
    public ContentRewriter(Path spoolFolder, int memoryThreshold, Limits limits) {}

    /// Whether that content must be rewritten for that target.
    public static boolean needed(ContentFacts facts, Target target) {
        return Stub.missing();
    }

    /// Rewrites what must be. An octet above 127 in the message's own header section is left: that
    /// is SMTPUTF8's, not this class's.
    ///
    /// @throws IOException when reading or writing a body fails: temporary
    public Result rewrite(Content content, Target target) throws IOException {
        return Stub.missing();
    }
}
