/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.zeromq;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.acequia.streaming.data.ByteSize;
import io.acequia.streaming.data.Secret;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ZeroMqConfigTest {
    private static final String KEY = "Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID";
    private static final Secret SECRET = Secret.of("D:)Q[IlAW!ahhC2ac:9*A}h:p?([4%wOTJ%JR%cs");

    @Test
    void allProblemsAreToldAtOnce() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ZeroMqSource.subscriber(ZeroMqMessage::text)
                        .connect("feed:5556")
                        .bind("tcp://*:65536")
                        .curveServer(SECRET)
                        .curveClient("short", KEY + "1", Secret.of(KEY.replace('$', '"')))
                        .connectTimeout(Duration.ZERO)
                        .heartbeatTimeout(Duration.ofMillis(199))
                        .receiveHighWaterMark(0)
                        .maxMessageSize(new ByteSize(0))
                        .numberFrame(-1)
                        .build())
                .withMessage(
                        """
                        ACQ-2581 invalid ZeroMQ source 'zeromq:feed:5556' (13 problems):
                          curveClient and curveServer: give one of them, once
                          connect = feed:5556, bind = tcp://*:65536: give one of them
                          connect = feed:5556: must be tcp://host:port, with a port from 1 to 65535
                          bind = tcp://*:65536: must be tcp://host:port, with a port from 1 to 65535
                          curve secretKey of 40 characters: must be a key of 40 characters in Z85
                          curve serverKey of 5 characters: must be a key of 40 characters in Z85
                          curve publicKey of 41 characters: must be a key of 40 characters in Z85
                          connectTimeout = PT0S: must be from PT0.001S to PT24H
                          heartbeatTimeout = PT0.199S: must be from PT0.2S to PT1H49M13S
                          receiveHighWaterMark = 0: must be at least 1
                          maxMessageSize = 0 B: must be from 1 byte to below 2 GiB
                          topics: must be given; "" is all
                          numberFrame = -1: must be at least 0""");
    }

    @Test
    void aPullerHasNoTopicsAndNeedsAnAddress() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ZeroMqSource.puller(ZeroMqMessage::text)
                        .name("jobs")
                        .topics("a")
                        .connectTimeout(Duration.ofDays(2))
                        .heartbeatTimeout(Duration.ofHours(2))
                        .maxMessageSize(ByteSize.mebibytes(2048))
                        .build())
                .withMessage(
                        """
                        ACQ-2581 invalid ZeroMQ source 'jobs' (5 problems):
                          connect = null, bind = null: give one of them
                          connectTimeout = PT48H: must be from PT0.001S to PT24H
                          heartbeatTimeout = PT2H: must be from PT0.2S to PT1H49M13S
                          maxMessageSize = 2 GiB: must be from 1 byte to below 2 GiB
                          topics = [a]: only subscribers have any""");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "tcp://:1",
                "tcp://host",
                "tcp://host:0",
                "tcp://host:x",
                "ipc:///tmp/x",
                "inproc://x",
                "tcp://a b:1"
            })
    void anAddressThatCannotBeIsRefused(String address) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ZeroMqAckSource.builder(ZeroMqMessage::text)
                        .bind(address)
                        .build())
                .withMessageStartingWith("ACQ-2581 invalid ZeroMQ source 'zeromq:" + address + "' (1 problem):")
                .withMessageEndingWith("bind = " + address + ": must be tcp://host:port, with a port from 1 to 65535");
    }

    @ParameterizedTest
    @ValueSource(strings = {"tcp://host.example:1", "tcp://127.0.0.1:65535", "tcp://*:5555", "tcp://[::1]:5555"})
    void anAddressThatCanBeIsTaken(String address) {
        assertThat(ZeroMqAckSource.builder(ZeroMqMessage::text)
                        .bind(address)
                        .build()
                        .name())
                .isEqualTo("zeromq:" + address);
    }

    @Test
    void noKeyIsPrinted() {
        ZeroMqSource<String> source = ZeroMqSource.subscriber(ZeroMqMessage::text)
                .name("prices")
                .connect("tcp://feed:5556")
                .topics("")
                .curveClient(KEY, KEY, SECRET)
                .build();
        assertThat(source).hasToString("prices: ZeroMQ SUB connected to tcp://feed:5556");
        assertThat(ZeroMqAckSource.builder(ZeroMqMessage::text)
                        .bind("tcp://*:1")
                        .curveServer(SECRET)
                        .build())
                .hasToString("zeromq:tcp://*:1: ZeroMQ ROUTER bound to tcp://*:1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ZeroMqAckSource.builder(ZeroMqMessage::text)
                        .bind("tcp://*:1")
                        .curveServer(Secret.of("correct-horse"))
                        .build())
                .withMessageContaining("curve secretKey of 13 characters")
                .withMessageNotContaining("horse");
    }

    @Test
    void aMessageIsItsFrames() {
        ZeroMqMessage message = ZeroMqMessage.of("EUR".getBytes(UTF_8), new byte[0], "1.10".getBytes(UTF_8));
        assertThat(message.size()).isEqualTo(3);
        assertThat(message.topic()).isEqualTo("EUR");
        assertThat(message.text(1)).isEmpty();
        assertThat(message.text()).isEqualTo("1.10");
        assertThat(message.frame(2)).isEqualTo("1.10".getBytes(UTF_8));
        assertThat(message)
                .hasToString("[EUR, , 1.10]")
                .isEqualTo(ZeroMqMessage.of("EUR".getBytes(UTF_8), new byte[0], "1.10".getBytes(UTF_8)))
                .hasSameHashCodeAs(ZeroMqMessage.of("EUR".getBytes(UTF_8), new byte[0], "1.10".getBytes(UTF_8)))
                .isNotEqualTo(ZeroMqMessage.of("EUR".getBytes(UTF_8)));
        assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> message.frame(3));
    }

    @Test
    void aMessageOfNoFramesIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(ZeroMqMessage::of)
                .withMessage("ACQ-2580 a message of no frames: give at least one");
    }
}
