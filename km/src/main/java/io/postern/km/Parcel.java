package io.postern.km;

import io.postern.km.ca.Pkcs12;
import io.postern.km.secret.KmException;
import io.postern.km.secret.Secret;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// What an invited person gets: the same PKCS #12 files in each form. Its octets are: how many, and
/// of each its form, name, length and content.
record Parcel(List<Item> items) implements AutoCloseable {
    Parcel {
        items = List.copyOf(items);
    }

    /// @param content the caller closes it
    record Item(Pkcs12.Form form, String name, Secret content) {}

    /// The caller closes it.
    Secret octets() {
        var out = new ByteArrayOutputStream();
        try (var data = new DataOutputStream(out)) {
            data.writeByte(items.size());
            for (var item : items) {
                data.writeUTF(item.form.name());
                data.writeUTF(item.name);
                data.writeInt(item.content.length());
                var copy = item.content.copy();
                data.write(copy);
                Arrays.fill(copy, (byte) 0);
            }
            return Secret.of(out.toByteArray());
        } catch (IOException e) {
            throw new IllegalStateException("memory takes all", e);
        }
    }

    /// Of the octets; the caller closes it.
    static Parcel of(Secret octets) {
        var all = octets.copy();
        try (var data = new DataInputStream(new ByteArrayInputStream(all))) {
            var items = new ArrayList<Item>();
            for (int left = data.readUnsignedByte(); left > 0; left--) {
                var form = Pkcs12.Form.valueOf(data.readUTF());
                var name = data.readUTF();
                items.add(new Item(form, name, Secret.of(data.readNBytes(data.readInt()))));
            }
            return new Parcel(items);
        } catch (IOException | IllegalArgumentException e) {
            throw new KmException("a parcel is of another version: cancel the invitation", e);
        } finally {
            Arrays.fill(all, (byte) 0);
        }
    }

    List<Item> of(Pkcs12.Form form) {
        return items.stream().filter(item -> item.form == form).toList();
    }

    @Override
    public void close() {
        items.forEach(item -> item.content.close());
    }
}
