/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks.faults;

import io.acequia.streaming.internal.store.BlockCodec;
import io.acequia.streaming.internal.store.RecordFile;
import io.acequia.streaming.internal.store.RecordSerializer;
import io.acequia.streaming.internal.store.StateChangeLog;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.TreeMap;
import java.util.zip.CRC32C;

/**
 * F43: bytes that name classes which do something when they are made. They are what another program would write that has these
 * classes registered, or streams of Java serialization, and stand where a log, a checkpoint and a spilled partition have their records.
 */
final class GadgetRig {
    private GadgetRig() {}

    /** Something that reads records. */
    @FunctionalInterface
    private interface Place {
        void read(byte[] bytes, RecordSerializer serializer) throws Exception;
    }

    static Figures run() throws Exception {
        int before = Cage.fired();
        int n = 0;
        int refused = 0;
        List<byte[]> payloads = payloads();
        List<RecordSerializer> readers = List.of(
                new RecordSerializer(Set.of()),
                new RecordSerializer(decoys()),
                new RecordSerializer(Set.of(), Map.of(), Decoys.Beans.class.getName() + ",java.util.ArrayList"));
        for (byte[] payload : payloads) {
            for (RecordSerializer reader : readers) {
                for (Place place : places()) {
                    n++;
                    try {
                        place.read(payload, reader);
                    } catch (Exception e) {
                        refused++;
                    }
                }
            }
        }
        int fired = Cage.fired() - before;
        Figures figures = new Figures("F43 classes that do something")
                .count("n", n)
                .show("payloads", payloads.size())
                .must("refused", refused, n)
                .must("wrong", fired, 0);
        Canary.sing();
        RecordSerializer knowing = new RecordSerializer(Set.of(Canary.Beans.class));
        knowing.read(List.of(payloads.get(0)).iterator()).forEachRemaining(record -> {});
        return figures.within("fired_when_registered", Cage.fired() - before, 2, Long.MAX_VALUE);
    }

    private static Set<Class<?>> decoys() {
        return Set.of(
                Decoys.Beans.class,
                Decoys.Exter.class,
                Decoys.Order.class,
                Decoys.Lists.class,
                Decoys.Table.class,
                TreeMap.class,
                PriorityQueue.class);
    }

    private static List<Place> places() throws IOException {
        Path file = Files.createTempFile("acequia-gadget-", ".records");
        file.toFile().deleteOnExit();
        return List.of(
                (bytes, serializer) -> drain(serializer.read(List.of(bytes).iterator())),
                (bytes, serializer) ->
                        drain(StateChangeLog.read(serializer.read(List.of(bytes).iterator()))),
                (bytes, serializer) -> drain(new BlockCodec(serializer)
                        .decode(
                                ByteBuffer.allocate(bytes.length + 6)
                                        .put((byte) 4)
                                        .put((byte) 1)
                                        .putInt(bytes.length)
                                        .put(bytes)
                                        .flip(),
                                1)),
                (bytes, serializer) -> drain(new BlockCodec(serializer).decode(ByteBuffer.wrap(bytes), 1)),
                (bytes, serializer) -> {
                    CRC32C sum = new CRC32C();
                    sum.update(bytes);
                    Files.write(
                            file,
                            ByteBuffer.allocate(bytes.length + 8)
                                    .putInt(bytes.length)
                                    .putInt((int) sum.getValue())
                                    .put(bytes)
                                    .array());
                    try (RecordFile.Reader<Object> records = RecordFile.open(file, serializer)) {
                        drain(records);
                    }
                });
    }

    private static void drain(Iterator<?> records) {
        while (records.hasNext()) {
            records.next();
        }
    }

    private static List<byte[]> payloads() throws IOException {
        List<Object> objects = new ArrayList<>();
        objects.add(new Decoys.Beans());
        objects.add(new Decoys.Exter());
        objects.add(new Decoys.Lists());
        objects.add(new Decoys.Table());
        objects.add(new Decoys.Order());
        objects.add(new ArrayList<>(List.of(new Decoys.Beans())));
        objects.add(new HashMap<>(Map.of(new Decoys.Beans(), "x")));
        objects.add(new Object[] {new Decoys.Beans()});
        objects.add(new Decoys.Beans[] {new Decoys.Beans()});
        TreeMap<String, String> tree = new TreeMap<>(new Decoys.Order());
        tree.put("a", "b");
        tree.put("c", "d");
        objects.add(tree);
        PriorityQueue<String> queue = new PriorityQueue<>(new Decoys.Order());
        queue.add("a");
        queue.add("b");
        objects.add(queue);
        List<byte[]> payloads = new ArrayList<>();
        RecordSerializer plain = new RecordSerializer(decoys());
        RecordSerializer unsafe = new RecordSerializer(Set.of(), Map.of(), Decoys.Beans.class.getName());
        for (Object object : objects) {
            payloads.add(renamed(chunk(plain, object)));
            payloads.add(renamed(serialized(object)));
        }
        payloads.add(renamed(chunk(unsafe, objects.get(0))));
        return payloads;
    }

    private static byte[] chunk(RecordSerializer serializer, Object object) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (RecordSerializer.Writer out = serializer.writer((chunk, length) -> bytes.write(chunk, 0, length))) {
            out.add(object);
            out.finish();
        }
        return bytes.toByteArray();
    }

    private static byte[] serialized(Object object) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(object);
        }
        return bytes.toByteArray();
    }

    /** The same bytes with the name of the canary; both names are of one length. */
    private static byte[] renamed(byte[] bytes) {
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        return text.replace(Decoys.class.getSimpleName(), "Canary").getBytes(StandardCharsets.ISO_8859_1);
    }
}
