/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.cli;

import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * What the doctor must know of a class file.
 *
 * @param major its version: 61 for Java 17
 * @param creatable whether a service loader can make one: it is public, not abstract, and has a public constructor without
 *     parameters
 * @param interfaces those of Acequia that it names as implemented, with slashes
 * @param named the classes of Acequia that it names at all, with slashes
 */
record ClassFile(int major, boolean creatable, Set<String> interfaces, Set<String> named) {
    static final String OURS = "io/acequia/streaming/";

    private static final int MAGIC = 0xCAFEBABE;
    private static final int PUBLIC = 0x0001;
    private static final int INTERFACE_OR_ABSTRACT = 0x0600;

    /** Reads it; empty when it is none. */
    static Optional<ClassFile> of(byte[] bytes) {
        try {
            return new Reader(bytes).read();
        } catch (IOException | IndexOutOfBoundsException | ClassCastException | NullPointerException e) {
            return Optional.empty();
        }
    }

    /** The Java that it needs. */
    int java() {
        return major - 44;
    }

    private static final class Reader {
        private final DataInputStream in;
        private Object[] constants = {};

        Reader(byte[] bytes) {
            in = new DataInputStream(new ByteArrayInputStream(bytes));
        }

        Optional<ClassFile> read() throws IOException {
            if (in.readInt() != MAGIC) {
                return Optional.empty();
            }
            in.readUnsignedShort();
            int major = in.readUnsignedShort();
            readConstants();
            int access = in.readUnsignedShort();
            in.skipNBytes(4);
            Set<String> interfaces = new TreeSet<>();
            for (int left = in.readUnsignedShort(); left > 0; left--) {
                addOurs(className(in.readUnsignedShort()), interfaces);
            }
            readMembers();
            boolean hasConstructor = readMembers();
            boolean creatable = (access & PUBLIC) != 0 && (access & INTERFACE_OR_ABSTRACT) == 0 && hasConstructor;
            return Optional.of(new ClassFile(major, creatable, Set.copyOf(interfaces), Set.copyOf(named())));
        }

        /** Keeps texts, and for classes the number of their name. */
        private void readConstants() throws IOException {
            constants = new Object[in.readUnsignedShort()];
            for (int i = 1; i < constants.length; i++) {
                int tag = in.readUnsignedByte();
                switch (tag) {
                    case 1 -> constants[i] = in.readUTF();
                    case 7 -> constants[i] = in.readUnsignedShort();
                    case 8, 16, 19, 20 -> in.skipNBytes(2);
                    case 15 -> in.skipNBytes(3);
                    case 3, 4, 9, 10, 11, 12, 17, 18 -> in.skipNBytes(4);
                    case 5, 6 -> {
                        in.skipNBytes(8);
                        i++; // takes two places
                    }
                    default -> throw new IOException("a constant of kind " + tag);
                }
            }
        }

        /** Reads fields or methods; true when a public constructor without parameters is among them. */
        private boolean readMembers() throws IOException {
            boolean found = false;
            for (int left = in.readUnsignedShort(); left > 0; left--) {
                boolean isPublic = (in.readUnsignedShort() & PUBLIC) != 0;
                String name = (String) constants[in.readUnsignedShort()];
                String type = (String) constants[in.readUnsignedShort()];
                found |= isPublic && "<init>".equals(name) && "()V".equals(type);
                for (int attributes = in.readUnsignedShort(); attributes > 0; attributes--) {
                    in.skipNBytes(2);
                    in.skipNBytes(Integer.toUnsignedLong(in.readInt()));
                }
            }
            return found;
        }

        private Set<String> named() {
            Set<String> named = new TreeSet<>();
            for (int i = 0; i < constants.length; i++) {
                if (constants[i] instanceof Integer) {
                    addOurs(className(i), named);
                }
            }
            return named;
        }

        /** The name of a class; of an array, that of its elements. */
        private String className(int constant) {
            String name = (String) constants[(Integer) constants[constant]];
            return name.startsWith("[") ? name.replaceAll("^\\[+L|;$", "") : name;
        }

        private static void addOurs(String name, Set<String> to) {
            if (name.startsWith(OURS)) {
                to.add(name);
            }
        }
    }
}
