/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MaskingTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "a.secret",
                "a.PASSWORD",
                "a.passwd",
                "a.token",
                "a.credentials",
                "a.api.key",
                "a.apikey",
                "a.access-key",
                "a.private.pem"
            })
    void valuesOfSecretKeysNeverShow(String key) {
        assertThat(Masking.value(key, "hunter2")).isEqualTo("***");
        assertThat(Masking.message(key, "hunter2", "'hunter2' is too short")).isEqualTo("'***' is too short");
    }

    @Test
    void otherValuesShowAsTheyAre() {
        assertThat(Masking.value("streaming.master", "local[2]")).isEqualTo("local[2]");
        assertThat(Masking.value("streaming.storage.dir", "")).isEqualTo("(empty)");
    }
}
