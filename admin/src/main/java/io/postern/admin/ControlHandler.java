package io.postern.admin;

import io.postern.admin.OperationException.Kind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Between HTTP and [ControlApi]: reads bounded requests, writes whole answers.
final class ControlHandler extends Handler.Abstract {
    private static final Logger LOG = LoggerFactory.getLogger(ControlHandler.class);

    private final ControlApi api;

    ControlHandler(ControlApi api) {
        this.api = api;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) {
        ControlApi.Answer answer;
        try {
            var path = Request.getPathInContext(request);
            if (ControlApi.takesUpload(path)) {
                try (var in = Content.Source.asInputStream(request)) {
                    answer = api.answerUpload(asked(request, path, ""), in);
                }
            } else {
                answer = api.answer(asked(request, path, body(request)));
            }
        } catch (OperationException e) {
            answer = ControlApi.error(e);
        } catch (IOException e) {
            answer =
                    ControlApi.error(
                            OperationException.unavailable(
                                    "the request did not arrive whole", "send it again", e));
        } catch (RuntimeException e) {
            LOG.error("control request {} failed", request.getHttpURI().getPath(), e);
            answer =
                    ControlApi.error(
                            new OperationException(
                                    Kind.BROKEN,
                                    "the gateway failed: " + e,
                                    "see its log, and please report it"));
        }
        var octets = answer.body().getBytes(StandardCharsets.UTF_8);
        response.setStatus(answer.status());
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, "application/json");
        response.getHeaders().put(HttpHeader.CONTENT_LENGTH, octets.length);
        response.write(true, ByteBuffer.wrap(octets), callback);
        return true;
    }

    private static ControlApi.Request asked(Request request, String path, String body) {
        return new ControlApi.Request(request.getMethod(), path, query(request), body);
    }

    private static Map<String, String> query(Request request) {
        var query = new HashMap<String, String>();
        for (var field : Request.extractQueryParameters(request)) {
            query.put(field.getName(), String.valueOf(field.getValue()));
        }
        return query;
    }

    private static String body(Request request) {
        try (var in = Content.Source.asInputStream(request)) {
            var octets = in.readNBytes(Limits.REQUEST_OCTETS + 1);
            if (octets.length > Limits.REQUEST_OCTETS) {
                throw OperationException.invalid(
                        "the request is larger than " + Limits.REQUEST_OCTETS + " octets",
                        "send less");
            }
            return new String(octets, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw OperationException.unavailable(
                    "the request did not arrive whole", "send it again", e);
        }
    }
}
