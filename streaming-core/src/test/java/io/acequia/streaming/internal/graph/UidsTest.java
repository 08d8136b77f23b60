/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.acequia.streaming.internal.operator.Site;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UidsTest {
    private final Site first = Site.of("map");
    private final Site second = Site.of("filter");

    @Test
    void aGivenUidHasOneOwner() {
        Uids uids = new Uids(false);
        assertThat(uids.given("parse", first)).isEqualTo("parse");
        assertThatIllegalStateException()
                .isThrownBy(() -> uids.given("parse", second))
                .withMessage("ACQ-0909 uid 'parse' is used twice, by " + first + " and by " + second
                        + ": give each its own");
    }

    @Test
    void equalChainsAreToldApartByACount() {
        Uids uids = new Uids(false);
        assertThat(uids.derived("in.print", first)).isEqualTo("in.print");
        assertThat(uids.derived("in.print", second)).isEqualTo("in.print~2");
        assertThat(uids.derived("in.print", second)).isEqualTo("in.print~3");
    }

    @Test
    void aDerivedUidGivesWayToOneThatWasGiven() {
        Uids uids = new Uids(false);
        uids.given("in.print", first);
        uids.given("in.print~2", first);
        assertThat(uids.derived("in.print", second)).isEqualTo("in.print~3");
    }

    @Test
    void equalChainsAreRefusedBesideACheckpoint() {
        Uids uids = new Uids(true);
        uids.derived("in.print", first);
        assertThatIllegalStateException()
                .isThrownBy(() -> uids.derived("in.print", second))
                .withMessage("ACQ-0910 " + first + " and " + second + " would both be 'in.print' in the checkpoint:"
                        + " add .uid(\"…\") to one of them");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "a\nb", "\u0007"})
    void whatPeopleCannotReadIsNoUid(String uid) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Uids.checked(uid, first))
                .withMessage("ACQ-0908 uid '" + uid + "' of " + first + ": must be 1 to 200 printable characters");
    }

    @Test
    void aUidHasAtMostTwoHundredCharacters() {
        assertThat(Uids.checked("x".repeat(200), first)).hasSize(200);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Uids.checked("x".repeat(201), first))
                .withMessageStartingWith("ACQ-0908 ");
    }
}
