package io.postern.store;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.postern.mail.BodyType;
import io.postern.mail.Envelope;
import io.postern.mail.EnvelopeRecipient;
import io.postern.mail.Ret;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The JSON columns of `record`, without a tree between.
final class Json {
    private static final JsonFactory FACTORY = new JsonFactory();

    private Json() {}

    private interface Writer {
        void to(JsonGenerator out) throws IOException;
    }

    private interface Reader<T> {
        T from(JsonParser in) throws IOException;
    }

    static String facts(Map<String, String> facts) {
        return write(out -> writeMap(out, facts));
    }

    static Map<String, String> facts(String text) {
        return read(
                text,
                in -> {
                    in.nextToken();
                    return readMap(in);
                });
    }

    static String decisions(List<Decision> decisions) {
        return write(out -> {
            out.writeStartArray();
            for (var decision : decisions) {
                out.writeStartObject();
                out.writeStringField("check", decision.check());
                out.writeStringField("conclusion", decision.conclusion());
                out.writeFieldName("inputs");
                writeMap(out, decision.inputs());
                out.writeEndObject();
            }
            out.writeEndArray();
        });
    }

    static List<Decision> decisions(String text) {
        return read(
                text,
                in -> {
                    var found = new ArrayList<Decision>();
                    in.nextToken();
                    while (in.nextToken() == JsonToken.START_OBJECT) {
                        String check = "";
                        String conclusion = "";
                        Map<String, String> inputs = Map.of();
                        while (in.nextToken() == JsonToken.FIELD_NAME) {
                            var name = in.currentName();
                            in.nextToken();
                            switch (name) {
                                case "check" -> check = in.getText();
                                case "conclusion" -> conclusion = in.getText();
                                case "inputs" -> inputs = readMap(in);
                                default -> in.skipChildren();
                            }
                        }
                        found.add(new Decision(check, conclusion, inputs));
                    }
                    return List.copyOf(found);
                });
    }

    static String envelope(Envelope envelope) {
        return write(out -> {
            out.writeStartObject();
            out.writeStringField("from", Paths.store(envelope.reversePath()));
            out.writeStringField("body", envelope.bodyType().name());
            if (envelope.smtpUtf8()) {
                out.writeBooleanField("smtpUtf8", true);
            }
            if (envelope.ret().isPresent()) {
                out.writeStringField("ret", envelope.ret().get().name());
            }
            if (envelope.envelopeId().isPresent()) {
                out.writeStringField("envid", envelope.envelopeId().get());
            }
            out.writeArrayFieldStart("to");
            for (var recipient : envelope.recipients()) {
                writeRecipient(out, recipient);
            }
            out.writeEndArray();
            out.writeEndObject();
        });
    }

    private static void writeRecipient(JsonGenerator out, EnvelopeRecipient recipient)
            throws IOException {
        out.writeStartObject();
        out.writeStringField("path", Paths.store(recipient.path()));
        if (recipient.notifyOn().isPresent()) {
            out.writeStringField("notify", Paths.store(recipient.notifyOn().get()));
        }
        if (recipient.originalRecipient().isPresent()) {
            out.writeStringField("orcpt", recipient.originalRecipient().get());
        }
        out.writeEndObject();
    }

    static Envelope envelope(String text) {
        return read(
                text,
                in -> {
                    String from = "";
                    var body = BodyType.SEVEN_BIT;
                    boolean smtpUtf8 = false;
                    Optional<Ret> ret = Optional.empty();
                    Optional<String> envelopeId = Optional.empty();
                    var recipients = new ArrayList<EnvelopeRecipient>();
                    in.nextToken();
                    while (in.nextToken() == JsonToken.FIELD_NAME) {
                        var name = in.currentName();
                        in.nextToken();
                        switch (name) {
                            case "from" -> from = in.getText();
                            case "body" -> body = BodyType.valueOf(in.getText());
                            case "smtpUtf8" -> smtpUtf8 = in.getBooleanValue();
                            case "ret" -> ret = Optional.of(Ret.valueOf(in.getText()));
                            case "envid" -> envelopeId = Optional.of(in.getText());
                            case "to" -> {
                                while (in.nextToken() == JsonToken.START_OBJECT) {
                                    recipients.add(readRecipient(in));
                                }
                            }
                            default -> in.skipChildren();
                        }
                    }
                    return new Envelope(
                            Paths.reversePath(from), body, smtpUtf8, ret, envelopeId, recipients);
                });
    }

    private static EnvelopeRecipient readRecipient(JsonParser in) throws IOException {
        String path = "";
        @Nullable String notify = null;
        @Nullable String original = null;
        while (in.nextToken() == JsonToken.FIELD_NAME) {
            var name = in.currentName();
            in.nextToken();
            switch (name) {
                case "path" -> path = in.getText();
                case "notify" -> notify = in.getText();
                case "orcpt" -> original = in.getText();
                default -> in.skipChildren();
            }
        }
        return Paths.recipient(path, notify, original);
    }

    private static void writeMap(JsonGenerator out, Map<String, String> map) throws IOException {
        out.writeStartObject();
        for (var entry : map.entrySet()) {
            out.writeStringField(entry.getKey(), entry.getValue());
        }
        out.writeEndObject();
    }

    private static Map<String, String> readMap(JsonParser in) throws IOException {
        var map = new LinkedHashMap<String, String>();
        while (in.nextToken() == JsonToken.FIELD_NAME) {
            var name = in.currentName();
            in.nextToken();
            map.put(name, in.getText());
        }
        return map;
    }

    private static String write(Writer writer) {
        var text = new StringWriter(256);
        try (var out = FACTORY.createGenerator(text)) {
            writer.to(out);
        } catch (IOException e) {
            throw new UncheckedIOException(e); // memory does not fail
        }
        return text.toString();
    }

    private static <T> T read(String text, Reader<T> reader) {
        try (var in = FACTORY.createParser(text)) {
            return reader.from(in);
        } catch (IOException e) {
            throw new StoreException("a record in the store is not the JSON that was written", e);
        }
    }
}
