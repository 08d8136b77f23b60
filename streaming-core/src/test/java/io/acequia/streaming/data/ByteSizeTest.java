/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ByteSizeTest {
    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "1048576, 1048576",
        "512 B, 512",
        "512b, 512",
        "64k, 65536",
        "64 KB, 65536",
        "64 KiB, 65536",
        "64 MiB, 67108864",
        "64m, 67108864",
        "2 GiB, 2147483648",
        "3t, 3298534883328",
        "' 1 MiB ', 1048576"
    })
    void everySpellingIsRead(String text, long bytes) {
        assertThat(ByteSize.parse(text)).isEqualTo(new ByteSize(bytes));
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0 B",
        "1, 1 B",
        "1023, 1023 B",
        "1024, 1 KiB",
        "1536, 1536 B",
        "67108864, 64 MiB",
        "3298534883328, 3 TiB"
    })
    void aSizePrintsInTheLargestUnitThatDividesIt(long bytes, String text) {
        assertThat(new ByteSize(bytes)).hasToString(text);
        assertThat(ByteSize.parse(text)).isEqualTo(new ByteSize(bytes));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "MiB", "-1", "1.5 MiB", "1 PiB", "1 MiBs", "one"})
    void whatIsNoSizeIsRefusedWithTheForms(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ByteSize.parse(text))
                .withMessage("ACQ-0105 '" + text
                        + "' is not a size: write a number and B, KiB, MiB, GiB or TiB, such as 64 MiB");
    }

    @Test
    void aSizeIsNeverNegative() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ByteSize(-1))
                .withMessage("ACQ-0104 a size of -1 bytes: must not be negative");
    }

    @Test
    void sizesAreOrdered() {
        assertThat(ByteSize.kibibytes(1)).isLessThan(ByteSize.mebibytes(1)).isEqualByComparingTo(new ByteSize(1024));
    }
}
