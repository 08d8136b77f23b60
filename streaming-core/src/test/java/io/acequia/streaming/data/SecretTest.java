/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import java.util.Optional;
import org.junit.jupiter.api.Test;

class SecretTest {
    private final Secret secret = Secret.of("hunter2");

    @Test
    void aSecretReachesNoTextByAccident() {
        assertThat(secret).hasToString("***");
        assertThat("password " + Optional.of(secret)).doesNotContain("hunter2");
        assertThat(Tuple2.of("user", secret)).hasToString("(user,***)");
    }

    @Test
    void theValueIsGivenToWhoeverAsksForIt() {
        assertThat(secret.expose()).isEqualTo("hunter2");
    }

    @Test
    void secretsAreEqualByValue() {
        assertThat(secret)
                .isEqualTo(Secret.of("hunter2"))
                .hasSameHashCodeAs(Secret.of("hunter2"))
                .isNotEqualTo(Secret.of("other"))
                .isNotEqualTo("hunter2");
    }

    @Test
    void aSecretTravelsWithItsFunction() throws Exception {
        assertThat(Tuple2Test.Copies.serialized(secret)).isEqualTo(secret);
    }

    @Test
    void nothingIsNoSecret() {
        assertThatNullPointerException().isThrownBy(() -> Secret.of(null)).withMessage("value");
    }
}
