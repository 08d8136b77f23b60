/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class HoconKeysTest {
    @Test
    void keysAreFoundInAllTheirForms() {
        String text =
                """
                include "version"
                # a comment { with = signs
                akka {
                  home = ""   // and one here {
                  loggers = ["a", { no = key }]
                  actor {
                    default-dispatcher { type = "Dispatcher", throughput : 5 }
                    "quoted" = ${?akka.other} { more = 1 }
                  }
                  stream.materializer = {}
                  list += x
                  text = \"""long { text
                  = \"""
                }
                akka.remote { artery { on = off } }
                """;

        assertThat(HoconKeys.of(text))
                .contains(
                        "akka",
                        "akka.home",
                        "akka.actor.default-dispatcher",
                        "akka.actor.default-dispatcher.type",
                        "akka.actor.default-dispatcher.throughput",
                        "akka.actor.quoted",
                        "akka.stream.materializer",
                        "akka.list",
                        "akka.text",
                        "akka.remote.artery.on")
                .noneMatch(key -> key.contains("comment") || key.endsWith("no") || key.contains("long"));
    }

    @Test
    void jsonHasKeys() {
        assertThat(HoconKeys.of("{ \"a\" : { \"b\" : [1, 2], \"c\" : \"x=y\" } }"))
                .containsExactlyInAnyOrder("a", "a.b", "a.c");
    }

    @Test
    void anyTextIsTaken() {
        assertThat(HoconKeys.of("")).isEmpty();
        assertThat(HoconKeys.of("}}]] = { \" ${ \"\"\"")).isNotNull();
        assertThat(HoconKeys.of("a.b {\n\"" + "\\\"".repeat(2_000) + "\"\n")).contains("a.b");
    }
}
