package io.postern.mail;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Writer;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Path;
import java.util.List;

/// Rewrites a content so that a next hop which lacks an extension takes it as it is: leaf parts go
/// into quoted-printable (text) or base64 (others), and over-long header lines are folded. RFC 6152
/// §3, RFC 3030 §3, RFC 2045 §6.
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

    private final Path spoolFolder;
    private final int memoryThreshold;
    private final Limits limits;

    /// A rewriter for any number of contents and threads.
    ///
    /// @param spoolFolder where a rewritten body above the threshold goes
    /// @param memoryThreshold octets of body kept in memory
    public ContentRewriter(Path spoolFolder, int memoryThreshold, Limits limits) {
        this.spoolFolder = spoolFolder;
        this.memoryThreshold = memoryThreshold;
        this.limits = limits;
    }

    /// Whether that content must be rewritten for that target.
    public static boolean needed(ContentFacts facts, Target target) {
        return facts.nul()
                || facts.bareCrOrLf()
                || facts.longestLine() > HeaderFold.MAX_LINE
                || (target == Target.SEVEN_BIT && facts.eightBitBody());
    }

    /// Rewrites what must be. An octet above 127 in the message's own header section is left: that
    /// is SMTPUTF8's, not this class's.
    ///
    /// @throws IOException when reading or writing a body fails: temporary
    public Result rewrite(Content content, Target target) throws IOException {
        return rewrite(content, target, Room.unbounded());
    }

    /// The same within bounds.
    ///
    /// @param room asked before memory and disk are taken for the rewritten body
    public Result rewrite(Content content, Target target, Room room) throws IOException {
        if (!needed(content.facts(), target)) {
            return new Result.Unchanged(content);
        }
        var found = MimeScan.scan(content, limits);
        if (found.beyond().isPresent()) {
            return new Result.Cannot(found.beyond().get());
        }
        var root = found.root();
        var plan = RewritePlan.of(root, target);
        if (plan.obstacle().isPresent()) {
            return new Result.Cannot(plan.obstacle().get());
        }
        var rewritten = write(content, root, target, room);
        // What the structure hid (a boundary with octets above 127) must not slip through.
        if (needed(rewritten.facts(), target)) {
            rewritten.close();
            return new Result.Cannot("a MIME structure that can't be made to fit");
        }
        return new Result.Rewritten(rewritten, plan.changes());
    }

    private Content write(Content content, MimeNode root, Target target, Room room)
            throws IOException {
        try (var body = new BodyBuffer(spoolFolder, memoryThreshold, room);
                var in = content.openBody()) {
            var out = new BufferedOutputStream(body, 8192);
            new EntityWriter(in, out, target).body(root);
            out.flush();
            return body.finish(header(content, root, target));
        }
    }

    private static HeaderFields header(Content content, MimeNode root, Target target)
            throws IOException {
        if (!root.touched) {
            return root.header;
        }
        var header = EntityWriter.header(root, target);
        boolean onlyHeader =
                !root.bodyRewritten && root.children.stream().noneMatch(c -> c.touched);
        if (onlyHeader) {
            return header;
        }
        // RFC 2045 §4: without it the rest need not be understood.
        if (!header.has("MIME-Version")) {
            header = header.appended(HeaderText.field("MIME-Version", "1.0"));
        }
        if (!header.has("Content-Type")) {
            header =
                    header.appended(
                            HeaderText.field(
                                    "Content-Type", "text/plain; charset=" + charset(content)));
        }
        return header;
    }

    /// RFC 1428 §3: `unknown-8bit` is the honest word for octets of which nothing is known.
    private static String charset(Content content) throws IOException {
        if (!content.facts().eightBitBody()) {
            return "us-ascii";
        }
        try (var in = content.openBody();
                var reader = new InputStreamReader(in, UTF_8.newDecoder())) {
            reader.transferTo(Writer.nullWriter());
            return "utf-8";
        } catch (CharacterCodingException e) {
            return "unknown-8bit";
        }
    }
}
