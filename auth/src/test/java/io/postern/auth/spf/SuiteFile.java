package io.postern.auth.spf;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;

/// Reads a suite in the format of openspf: YAML documents of tests and zone data. All scalars are
/// text; what a mapping has twice is put together.
final class SuiteFile {
    /// @param want any of these is right
    /// @param explanation empty when the suite does not say; `DEFAULT` for none of the domain's
    record Case(
            String name,
            String helo,
            String host,
            String mailFrom,
            List<String> want,
            String explanation,
            SuiteZone zone) {}

    private SuiteFile() {}

    static List<Case> read(Path file) {
        var cases = new ArrayList<Case>();
        try (var reader = Files.newBufferedReader(file, UTF_8)) {
            for (var document : new Yaml(new LoaderOptions()).composeAll(reader)) {
                var scenario = mapping(document);
                var zone = zone(scenario.getOrDefault("zonedata", List.of()));
                for (var test :
                        mapping(one(scenario.getOrDefault("tests", List.of()))).entrySet()) {
                    cases.add(read(test.getKey(), mapping(one(test.getValue())), zone));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return cases;
    }

    private static Case read(String name, Map<String, List<Node>> test, SuiteZone zone) {
        return new Case(
                name,
                text(test, "helo"),
                text(test, "host"),
                text(test, "mailfrom"),
                texts(one(test.getOrDefault("result", List.of()))),
                text(test, "explanation"),
                zone);
    }

    private static String text(Map<String, List<Node>> test, String key) {
        var nodes = test.get(key);
        return nodes == null ? "" : texts(nodes.getFirst()).getFirst();
    }

    private static Node one(List<Node> nodes) {
        return nodes.getFirst();
    }

    private static SuiteZone zone(List<Node> documents) {
        var zone = new SuiteZone();
        for (var entry : mapping(one(documents)).entrySet()) {
            for (var list : entry.getValue()) {
                for (var item : ((SequenceNode) list).getValue()) {
                    switch (item) {
                        case ScalarNode s when s.getValue().equals("TIMEOUT") ->
                                zone.addTimeout(entry.getKey());
                        case MappingNode m ->
                                mapping(m)
                                        .forEach((type, values) ->
                                                zone.add(
                                                        entry.getKey(),
                                                        new SuiteZone.Entry(
                                                                type, texts(values.getFirst()))));
                        default -> throw new IllegalStateException("zone data " + item);
                    }
                }
            }
        }
        return zone;
    }

    private static Map<String, List<Node>> mapping(Node node) {
        var map = new LinkedHashMap<String, List<Node>>();
        for (var tuple : ((MappingNode) node).getValue()) {
            map.computeIfAbsent(texts(tuple.getKeyNode()).getFirst(), _ -> new ArrayList<>())
                    .add(tuple.getValueNode());
        }
        return map;
    }

    private static List<String> texts(Node node) {
        return node instanceof SequenceNode list
                ? list.getValue().stream().map(n -> ((ScalarNode) n).getValue()).toList()
                : List.of(((ScalarNode) node).getValue());
    }
}
