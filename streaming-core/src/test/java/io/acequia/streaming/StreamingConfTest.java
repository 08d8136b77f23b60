/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.acequia.streaming.StreamingConf.FailurePolicy;
import io.acequia.streaming.data.ByteSize;
import io.acequia.streaming.data.Codec;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StreamingConfTest {
    @TempDir
    Path directory;

    @AfterEach
    void forgetProperties() {
        System.clearProperty("streaming.conf");
        System.clearProperty("streaming.app.name");
    }

    @Test
    void everyKeyHasASentenceAndADefaultThatCanBeWrittenAndRead() {
        StreamingConf conf = StreamingConf.withoutDefaults();
        assertThat(StreamingConf.keys()).allSatisfy(key -> {
            assertThat(key.name()).matches("streaming(\\.[a-z]+)+");
            assertThat(key.sentence()).endsWith(".");
            assertThat(conf.contains(key.name())).isFalse();
            assertThat(conf.get(key)).isEqualTo(key.defaultValue());
            conf.set(key.name(), conf.values().get(key.name()));
            assertThat(conf.get(key)).isEqualTo(key.defaultValue());
        });
    }

    @Test
    void codeWinsOverPropertiesAndPropertiesOverTheFile() throws Exception {
        Path file = Files.writeString(
                directory.resolve("app.properties"), "streaming.app.name = from file\nstreaming.block.interval = 1s\n");
        System.setProperty("streaming.conf", file.toString());
        assertThat(new StreamingConf().get(StreamingConf.APP_NAME)).isEqualTo("from file");
        assertThat(new StreamingConf().get(StreamingConf.BLOCK_INTERVAL)).isEqualTo(Duration.ofSeconds(1));
        assertThat(new StreamingConf().origin(StreamingConf.APP_NAME)).isEqualTo("file " + file);

        System.setProperty("streaming.app.name", "from property");
        assertThat(new StreamingConf().get(StreamingConf.APP_NAME)).isEqualTo("from property");
        assertThat(new StreamingConf().origin(StreamingConf.APP_NAME)).isEqualTo("system property");

        StreamingConf conf = new StreamingConf().setAppName("from code");
        assertThat(conf.get(StreamingConf.APP_NAME)).isEqualTo("from code");
        assertThat(conf.origin(StreamingConf.APP_NAME)).isEqualTo("code");
        assertThat(StreamingConf.withoutDefaults().get(StreamingConf.APP_NAME)).isEqualTo("acequia");
    }

    @Test
    void aFileThatCannotBeReadIsRefused() {
        Path missing = directory.resolve("missing.properties");
        System.setProperty("streaming.conf", missing.toString());
        assertThatIllegalArgumentException()
                .isThrownBy(StreamingConf::new)
                .withMessageStartingWith("ACQ-0402 cannot read the settings file " + missing);
    }

    @Test
    void anUnknownNameIsRefusedWithTheNearest() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> StreamingConf.withoutDefaults().set("streaming.stop.timout", "1s"))
                .withMessage(
                        "ACQ-0401 unknown setting 'streaming.stop.timout': did you mean 'streaming.stop.timeout'?");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> StreamingConf.withoutDefaults().get("streaming.parallelisms"))
                .withMessageStartingWith("ACQ-0401 unknown setting 'streaming.parallelisms'");
    }

    @ParameterizedTest
    @CsvSource({
        "streaming.parallelism, -1",
        "streaming.parallelism, many",
        "streaming.stop.after.batches, 1.5",
        "streaming.stop.timeout, 10",
        "streaming.stop.timeout, soon",
        "streaming.file.nested, perhaps",
        "streaming.source.max.line, 1 line",
        "streaming.backpressure.pid.proportional, -0.1",
        "streaming.backpressure.pid.integral, NaN",
        "streaming.backpressure.pid.derived, 1e999",
        "streaming.backpressure.pid.derived, 1d",
        "streaming.backpressure.min.rate, -1",
        "streaming.receiver.max.rate.total, 0.5",
        "streaming.source.max.line, 99999999 TiB",
        "streaming.backlog.policy, drop",
        "streaming.failure.policy, 'retry(0, 1s, stop)'",
        "streaming.failure.policy, 'retry(3, 1s, retry)'",
        "streaming.failure.policy, ignore"
    })
    void aValueOfTheWrongFormIsRefusedWithAnExample(String key, String value) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> StreamingConf.withoutDefaults().set(key, value))
                .withMessageStartingWith("ACQ-0404 " + key + " = '" + value + "': must be ")
                .withMessageContaining(", such as ");
    }

    @Test
    void aValueThatHasNoTextIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        StreamingConf.withoutDefaults().set(StreamingConf.STOP_TIMEOUT, Duration.ofNanos(1_500_000)))
                .withMessage("ACQ-0406 streaming.stop.timeout = PT0.0015S: cannot be written as a setting;"
                        + " durations are whole milliseconds");
    }

    @Test
    void aRetryThatMakesNoSenseIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> FailurePolicy.retry(0, Duration.ofSeconds(1), FailurePolicy.Kind.STOP))
                .withMessageStartingWith("ACQ-0403 retry(0, PT1S, STOP): attempts must be at least 1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> FailurePolicy.retry(1, Duration.ofSeconds(-1), FailurePolicy.Kind.STOP))
                .withMessageStartingWith("ACQ-0403 ");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> FailurePolicy.retry(1, Duration.ZERO, FailurePolicy.Kind.RETRY))
                .withMessageStartingWith("ACQ-0403 ");
    }

    @Test
    void valuesOfEveryTypeComeBackAsTheyWereSet() {
        StreamingConf conf = StreamingConf.withoutDefaults()
                .set(
                        StreamingConf.FAILURE_POLICY,
                        FailurePolicy.retry(3, Duration.ofMillis(1500), FailurePolicy.Kind.CONTINUE))
                .set(StreamingConf.DOWN_TIME_POLICY, StreamingConf.DownTimePolicy.SKIP_EMPTY)
                .set(StreamingConf.SOURCE_BUFFER, ByteSize.kibibytes(3))
                .set(StreamingConf.STOP_TIMEOUT, Duration.ofMinutes(2))
                .set(StreamingConf.FILE_NESTED, true);
        assertThat(conf.get("streaming.failure.policy")).contains("retry(3, 1500ms, continue)");
        assertThat(conf.get(StreamingConf.FAILURE_POLICY))
                .isEqualTo(FailurePolicy.retry(3, Duration.ofMillis(1500), FailurePolicy.Kind.CONTINUE));
        assertThat(conf.get("streaming.recovery.missed")).contains("skip-empty");
        assertThat(conf.get(StreamingConf.DOWN_TIME_POLICY)).isEqualTo(StreamingConf.DownTimePolicy.SKIP_EMPTY);
        assertThat(conf.get("streaming.source.buffer")).contains("3 KiB");
        assertThat(conf.get("streaming.stop.timeout")).contains("2m");
        assertThat(conf.get(StreamingConf.FILE_NESTED)).isTrue();
    }

    @Test
    void aCopyIsIndependent() {
        StreamingConf conf = StreamingConf.withoutDefaults().setAppName("a").registerClasses(String.class);
        StreamingConf copy = conf.copy();
        conf.setAppName("b").registerClasses(Integer.class);
        assertThat(copy.get(StreamingConf.APP_NAME)).isEqualTo("a");
        assertThat(copy.registeredClasses()).containsExactly(String.class);
    }

    @Test
    void aCodecHasAnIdAndATypeOfItsOwn() {
        StreamingConf conf = StreamingConf.withoutDefaults().registerCodec("text", String.class, new TextCodec());
        assertThat(conf.registeredCodecs()).containsOnlyKeys("text");
        for (String taken : List.of("text", "unsafe-java")) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> conf.registerCodec(taken, CharSequence.class, null))
                    .withMessageStartingWith("ACQ-0547 the codec id '" + taken + "'");
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> conf.registerCodec("other", String.class, new TextCodec()))
                .withMessageStartingWith("ACQ-0548 class java.lang.String has the codec 'text' already");
    }

    private static final class TextCodec implements Codec<String> {
        private static final long serialVersionUID = 1;

        @Override
        public void write(String value, DataOutput out) throws IOException {
            out.writeUTF(value);
        }

        @Override
        public String read(DataInput in) throws IOException {
            return in.readUTF();
        }
    }
}
