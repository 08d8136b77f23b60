/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class RenamedClassTest {
    private static final String OTHER = Visit1.class.getName().replace("Visit1", "Visits");

    @Test
    void aClassWorksUnderAnotherName() throws Exception {
        Class<?> renamed = new RenamedClass(Visit1.class, OTHER).type();

        assertThat(renamed.getName()).isEqualTo(OTHER);
        assertThat(renamed.getRecordComponents()).hasSize(1);
        var constructor = renamed.getDeclaredConstructor(int.class);
        constructor.setAccessible(true);
        assertThat(constructor.newInstance(3)).hasToString("Visits[pages=3]").isEqualTo(constructor.newInstance(3));
        assertThat(renamed.getClassLoader().loadClass(OTHER)).isSameAs(renamed);
    }

    @Test
    void aNameOfAnotherLengthIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new RenamedClass(Visit1.class, OTHER + "s"))
                .withMessageStartingWith("ACQ-2099 ");
    }
}
