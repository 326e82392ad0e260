package io.postern.auth.arc;

import io.postern.auth.authres.AuthenticationResults;
import io.postern.auth.authres.AuthenticationResults.Numbered;
import io.postern.auth.authres.AuthenticationResults.Parsed;
import io.postern.auth.dkim.TagList;
import io.postern.mail.HeaderField;
import io.postern.mail.HeaderFields;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// Puts the fields of a header section in order.
final class ChainReader {
    private final TreeMap<Integer, HeaderField> resultsFields = new TreeMap<>();
    private final TreeMap<Integer, Numbered> results = new TreeMap<>();
    private final TreeMap<Integer, HeaderField> signatureFields = new TreeMap<>();
    private final TreeMap<Integer, TagList> signatures = new TreeMap<>();
    private final TreeMap<Integer, HeaderField> sealFields = new TreeMap<>();
    private final TreeMap<Integer, TagList> seals = new TreeMap<>();

    Chain read(HeaderFields header) {
        var resultsFound = header.all(Chain.RESULTS);
        var signaturesFound = header.all(Chain.SIGNATURE);
        var sealsFound = header.all(Chain.SEAL);
        if (resultsFound.isEmpty() && signaturesFound.isEmpty() && sealsFound.isEmpty()) {
            return new Chain.Absent();
        }
        if (Math.max(resultsFound.size(), Math.max(signaturesFound.size(), sealsFound.size()))
                > Chain.MAX_SETS) {
            return new Chain.Broken("more than " + Chain.MAX_SETS + " sets", Chain.MAX_SETS, false);
        }
        // All are read even when one is bad, for the highest instance.
        var problem = Optional.<String>empty();
        for (var field : resultsFound) {
            problem = first(problem, addResults(field));
        }
        for (var field : signaturesFound) {
            problem = first(problem, addTags(field, signatureFields, signatures));
        }
        for (var field : sealsFound) {
            problem = first(problem, addTags(field, sealFields, seals));
        }
        return problem.<Chain>map(this::broken).orElseGet(this::link);
    }

    private static Optional<String> first(Optional<String> problem, Optional<String> other) {
        return problem.isPresent() ? problem : other;
    }

    private Optional<String> addResults(HeaderField field) {
        var numbered = AuthenticationResults.parseNumbered(field.rawBody());
        if (numbered.isEmpty()
                || numbered.get().instance() < 1
                || numbered.get().instance() > Chain.MAX_SETS) {
            return Optional.of(Chain.RESULTS + " without a valid i=");
        }
        int instance = numbered.get().instance();
        results.put(instance, numbered.get());
        return add(instance, field, resultsFields);
    }

    private Optional<String> addTags(
            HeaderField field, Map<Integer, HeaderField> fields, Map<Integer, TagList> lists) {
        var body = field.rawBody();
        var text = body.endsWith("\r\n") ? body.substring(0, body.length() - 2) : body;
        return switch (TagList.parse(text)) {
            case TagList.Parsed.Bad(int at, var why) ->
                    Optional.of(field.name() + ": " + why + " at octet " + at);
            case TagList.Parsed.Ok(var tags) -> {
                var instance = SealTags.instance(tags);
                if (instance.isEmpty()) {
                    yield Optional.of(field.name() + " without a valid i=");
                }
                lists.put(instance.get(), tags);
                yield add(instance.get(), field, fields);
            }
        };
    }

    private static Optional<String> add(
            int instance, HeaderField field, Map<Integer, HeaderField> fields) {
        return fields.put(instance, field) == null
                ? Optional.empty()
                : Optional.of(field.name() + " i=" + instance + " twice");
    }

    private Chain broken(String why) {
        int highest = 0;
        for (var fields : List.of(resultsFields, signatureFields, sealFields)) {
            highest = fields.isEmpty() ? highest : Math.max(highest, fields.lastKey());
        }
        boolean failed =
                seals.values().stream()
                        .anyMatch(tags ->
                                tags.compact("cv").filter("fail"::equalsIgnoreCase).isPresent());
        return new Chain.Broken(why, highest, failed);
    }

    private Chain link() {
        var links = new ArrayList<Chain.Link>();
        int sets =
                Math.max(resultsFields.size(), Math.max(signatureFields.size(), sealFields.size()));
        for (int i = 1; i <= sets; i++) {
            var resultsField = resultsFields.get(i);
            var numbered = results.get(i);
            var signatureField = signatureFields.get(i);
            var signatureTags = signatures.get(i);
            var sealField = sealFields.get(i);
            var sealTags = seals.get(i);
            if (resultsField == null || numbered == null) {
                return broken(Chain.RESULTS + " i=" + i + " is missing");
            }
            if (signatureField == null || signatureTags == null) {
                return broken(Chain.SIGNATURE + " i=" + i + " is missing");
            }
            if (sealField == null || sealTags == null) {
                return broken(Chain.SEAL + " i=" + i + " is missing");
            }
            switch (SealTags.read(sealTags)) {
                case SealTags.Parsed.Bad(var why) -> {
                    return broken(Chain.SEAL + " i=" + i + ": " + why);
                }
                case SealTags.Parsed.Ok(var seal) ->
                        links.add(
                                new Chain.Link(
                                        i,
                                        resultsField,
                                        signatureField,
                                        sealField,
                                        signatureTags,
                                        sealTags,
                                        seal,
                                        numbered.parsed() instanceof Parsed.Ok(var read)
                                                ? Optional.of(read)
                                                : Optional.empty()));
            }
        }
        return new Chain.Whole(List.copyOf(links));
    }
}
