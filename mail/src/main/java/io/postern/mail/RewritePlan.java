package io.postern.mail;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Decides, before anything is written, what of a message must be rewritten and whether it may be.
final class RewritePlan {
    private static final int MAX_CHANGES_TOLD = 20;

    private final ContentRewriter.Target target;
    private final List<String> changes = new ArrayList<>();
    private int changesInAll;
    private @Nullable String obstacle;

    private RewritePlan(ContentRewriter.Target target) {
        this.target = target;
    }

    /// Marks the nodes of the tree; why it can't be done, if it can't.
    static RewritePlan of(MimeNode root, ContentRewriter.Target target) {
        var plan = new RewritePlan(target);
        plan.visit(root, "");
        return plan;
    }

    Optional<String> obstacle() {
        return Optional.ofNullable(obstacle);
    }

    List<String> changes() {
        var told = new ArrayList<>(changes);
        if (changesInAll > told.size()) {
            told.add("and " + (changesInAll - told.size()) + " more");
        }
        return told;
    }

    /// @param within the sealed entity around, in words; empty when there is none
    private void visit(MimeNode node, String within) {
        var sealed = node.isSealed() ? node.type.type() + "/" + node.type.subtype() : within;
        if (node.kind == MimeNode.Kind.MULTIPART && node.children.isEmpty()) {
            // Its boundary never comes: whatever this is, it is no multipart.
            node.kind = MimeNode.Kind.LEAF;
        }
        // The header of a sealed entity stands outside of what its signature covers only at the
        // top.
        visitHeader(node, node.depth == 1 ? "" : sealed);
        node.bodyRewritten = bad(node.facts);
        if (node.bodyRewritten) {
            if (!sealed.isEmpty()) {
                stop("a part inside " + sealed + " would have to be changed");
            } else if (node.kind == MimeNode.Kind.LEAF) {
                visitLeaf(node);
            } else {
                told("text outside the parts of a multipart made to fit");
            }
        }
        node.touched = node.headerRewritten || node.bodyRewritten;
        for (var child : node.children) {
            visit(child, sealed);
            node.touched |= child.touched;
        }
    }

    private void visitHeader(MimeNode node, String sealed) {
        var facts = new BodyFacts();
        var octets = node.header.toBytes();
        facts.take(octets, 0, octets.length);
        boolean root = node.depth == 1;
        if (!root && (target == ContentRewriter.Target.SEVEN_BIT && facts.eightBit())) {
            stop("the header of a part has octets above 127");
        } else if (!root && (facts.nul() || facts.bare())) {
            stop("the header of a part has a NUL, a bare CR or a bare LF");
        }
        if (facts.longest() <= HeaderFold.MAX_LINE) {
            return;
        }
        node.headerRewritten = true;
        if (!sealed.isEmpty() || node.headerDefects) {
            stop("an over-long header line in a part that may not be changed");
        }
        for (var field : node.header.fields()) {
            if (HeaderFold.fold(field).isEmpty()) {
                stop(
                        "the header field "
                                + field.name()
                                + " has a word of more than "
                                + HeaderFold.MAX_LINE
                                + " octets");
            }
        }
        told("over-long header fields folded");
    }

    private void visitLeaf(MimeNode node) {
        if (node.type.type().equals("multipart") && node.type.unclear()) {
            stop("a multipart whose boundary is not clear");
            return;
        }
        var name = node.type.type() + "/" + node.type.subtype();
        switch (TransferEncoding.of(node.header)) {
            case UNKNOWN -> stop("a part in a transfer encoding that is not known");
            case BASE64 -> {
                node.encoding = MimeNode.Encoding.BASE64_AGAIN;
                told(name + ": base64 cut into lines");
            }
            case QUOTED_PRINTABLE -> {
                node.encoding = MimeNode.Encoding.QUOTED_AGAIN;
                told(name + ": quoted-printable mended");
            }
            case IDENTITY -> {
                if (node.headerDefects || !node.emptyLine) {
                    stop("a part whose header can't be read");
                } else if (node.type.type().equals("message")
                        && !node.type.subtype().startsWith("global")) {
                    // RFC 2045 §6.4; RFC 6532 §3.7 makes message/global the exception.
                    stop(name + " may not be encoded");
                } else {
                    encode(node, name);
                }
            }
        }
    }

    private void encode(MimeNode node, String name) {
        boolean text = node.type.type().equals("text") || node.type.type().equals("multipart");
        node.encoding = text ? MimeNode.Encoding.QUOTED : MimeNode.Encoding.BASE64;
        told(name + " to " + (text ? "quoted-printable" : "base64"));
    }

    private boolean bad(BodyFacts facts) {
        return facts.nul()
                || facts.bare()
                || facts.longest() > HeaderFold.MAX_LINE
                || (target == ContentRewriter.Target.SEVEN_BIT && facts.eightBit());
    }

    private void stop(String why) {
        if (obstacle == null) {
            obstacle = why;
        }
    }

    private void told(String change) {
        changesInAll++;
        if (changes.size() < MAX_CHANGES_TOLD) {
            changes.add(change);
        }
    }
}
