package io.postern.smtp.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.postern.fuzz.Seeds;
import io.postern.smtp.server.ProxyHeader.Parsed;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/// A PROXY header never throws, asks for a bounded number of octets, and its client is the one that
/// stands in it.
class ProxyFuzzTest {
    private static final byte[] SIGNATURE = HexFormat.of().parseHex("0d0a0d0a000d0a515549540a");

    static Stream<byte[]> seeds() {
        var v4 = "c6336407" + "c0000201" + "1f900019";
        return Stream.concat(
                Stream.of(
                                "2111000c" + v4,
                                "21110014" + v4 + "0400016103000400000000",
                                "21210024" + "20010db8".repeat(8) + "c3500019",
                                "20000000",
                                "213100d8" + "00".repeat(216))
                        .map(hex -> HexFormat.of().formatHex(SIGNATURE) + hex)
                        .map(HexFormat.of()::parseHex),
                Seeds.texts("PROXY TCP4 198.51.100.7 192.0.2.1 8080 25\r\n"));
    }

    @MethodSource("seeds")
    @FuzzTest(maxDuration = "10m")
    void parse(byte[] octets) {
        switch (ProxyHeader.parse(octets, octets.length)) {
            case Parsed.Ok(ProxyHeader.Announced(var client)) ->
                    assertEquals(new Parsed.Ok(new ProxyHeader.Announced(client)), again(client));
            case Parsed.Ok(ProxyHeader.Local()) -> {}
            case Parsed.More(int wanted) ->
                    assertTrue(wanted > octets.length && wanted <= ProxyHeader.LONGEST);
            case Parsed.Bad(var why) -> assertTrue(!why.isEmpty());
        }
    }

    private static Parsed again(InetSocketAddress client) {
        var address = client.getAddress().getAddress();
        var out = ByteBuffer.allocate(16 + 2 * address.length + 4);
        out.put(SIGNATURE).put((byte) 0x21).put((byte) (address.length == 4 ? 0x11 : 0x21));
        out.putShort((short) (2 * address.length + 4)).put(address).put(address);
        out.putShort((short) client.getPort()).putShort((short) 25);
        var printed = Arrays.copyOf(out.array(), out.position());
        return ProxyHeader.parse(printed, printed.length);
    }
}
