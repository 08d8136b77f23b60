/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.acequia.streaming.engine.EngineProvider;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ClassFileTest {
    private static final String PROVIDER = "io/acequia/streaming/engine/EngineProvider";

    @Test
    void whatTheCompilerWroteIsRead() throws IOException {
        ClassFile engine = read("/io/acequia/streaming/internal/local/LocalEngineProvider.class");
        assertThat(engine.java()).isGreaterThanOrEqualTo(17);
        assertThat(engine.creatable()).isTrue();
        assertThat(engine.interfaces()).containsExactly(PROVIDER);
        assertThat(engine.named()).contains(PROVIDER, "io/acequia/streaming/internal/local/LocalEngineProvider");

        ClassFile provider = read("/" + EngineProvider.class.getName().replace('.', '/') + ".class");
        assertThat(provider.creatable()).isFalse();

        ClassFile foreign = read("/org/junit/jupiter/api/Assertions.class");
        assertThat(foreign.named()).isEmpty();
        assertThat(foreign.java()).isLessThanOrEqualTo(17);
    }

    @Test
    void whatWasWrittenIsRead() {
        ClassFile read = ClassFile.of(WrittenClass.of("app/A")
                        .forJava(21)
                        .implementing("io/acequia/streaming/S", "java/lang/Runnable")
                        .naming("[[Lio/acequia/streaming/T;", "[[I", "app/B")
                        .bytes())
                .orElseThrow();

        assertThat(read.java()).isEqualTo(21);
        assertThat(read.creatable()).isTrue();
        assertThat(read.interfaces()).containsExactly("io/acequia/streaming/S");
        assertThat(read.named()).containsExactlyInAnyOrder("io/acequia/streaming/S", "io/acequia/streaming/T");
    }

    @Test
    void whatIsNoClassFileIsNone() throws IOException {
        byte[] whole = bytes("/io/acequia/streaming/internal/local/LocalEngineProvider.class");
        Random random = new Random(1);
        for (int i = 0; i < 2_000; i++) {
            byte[] damaged = whole.clone();
            damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
            damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
            ClassFile.of(damaged); // must not throw
        }
        assertThat(ClassFile.of(new byte[0])).isEmpty();
        assertThat(ClassFile.of(new byte[100])).isEmpty();
        assertThat(ClassFile.of(Arrays.copyOf(whole, 100))).isEmpty();
    }

    private static ClassFile read(String resource) throws IOException {
        return ClassFile.of(bytes(resource)).orElseThrow();
    }

    private static byte[] bytes(String resource) throws IOException {
        try (InputStream in = ClassFileTest.class.getResourceAsStream(resource)) {
            return in.readAllBytes();
        }
    }
}
