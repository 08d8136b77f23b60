/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.cli;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/**
 * A class file, without code.
 *
 * @param name with slashes
 * @param java that it needs
 * @param isPublic as its constructor
 * @param interfaces that it implements, with slashes
 * @param named other classes that it names, with slashes
 * @param text a constant that names no class
 */
record WrittenClass(String name, int java, boolean isPublic, List<String> interfaces, List<String> named, String text) {

    static WrittenClass of(String name) {
        return new WrittenClass(name, 17, true, List.of(), List.of(), "");
    }

    WrittenClass forJava(int version) {
        return new WrittenClass(name, version, isPublic, interfaces, named, text);
    }

    WrittenClass hidden() {
        return new WrittenClass(name, java, false, interfaces, named, text);
    }

    WrittenClass implementing(String... types) {
        return new WrittenClass(name, java, isPublic, List.of(types), named, text);
    }

    WrittenClass naming(String... types) {
        return new WrittenClass(name, java, isPublic, interfaces, List.of(types), text);
    }

    WrittenClass saying(String words) {
        return new WrittenClass(name, java, isPublic, interfaces, named, words);
    }

    byte[] bytes() {
        List<String> classes = new ArrayList<>(List.of(name, "java/lang/Object"));
        classes.addAll(interfaces);
        classes.addAll(named);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeInt(0xCAFEBABE);
            out.writeShort(0);
            out.writeShort(java + 44);
            out.writeShort(2 * classes.size() + 4 + 1 + 2);
            for (int i = 0; i < classes.size(); i++) { // class i is constant 2i + 2
                text(out, classes.get(i));
                out.writeByte(7);
                out.writeShort(2 * i + 1);
            }
            text(out, "<init>");
            text(out, "()V");
            text(out, text);
            out.writeByte(8);
            out.writeShort(2 * classes.size() + 3);
            out.writeByte(5);
            out.writeLong(1);
            out.writeShort(isPublic ? 0x21 : 0x20);
            out.writeShort(2);
            out.writeShort(4);
            out.writeShort(interfaces.size());
            for (int i = 0; i < interfaces.size(); i++) {
                out.writeShort(2 * i + 6);
            }
            out.writeShort(0);
            out.writeShort(1);
            out.writeShort(isPublic ? 1 : 0);
            out.writeShort(2 * classes.size() + 1);
            out.writeShort(2 * classes.size() + 2);
            out.writeShort(0);
            out.writeShort(0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static void text(DataOutputStream out, String text) throws IOException {
        out.writeByte(1);
        out.writeUTF(text);
    }
}
