/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.operator;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class CallSiteTest {
    @Test
    void theSiteIsTheLineOfTheCaller() {
        List<String> sites = new ArrayList<>();
        sites.add(CallSite.here());
        sites.add(CallSite.here());
        assertThat(sites.get(0)).matches("CallSiteTest\\.java:\\d+");
        assertThat(line(sites.get(1))).isEqualTo(line(sites.get(0)) + 1);
    }

    @Test
    void framesOfTheLibraryAndOfTheJdkAreLeftOut() {
        List<String> sites = new ArrayList<>();
        List.of(1).forEach(i -> sites.add(Site.of("map").callSite()));
        assertThat(sites).singleElement().asString().matches("CallSiteTest\\.java:\\d+");
    }

    @Test
    void aLambdaIsItsOwnCaller() {
        Supplier<String> inside = CallSite::here;
        assertThat(inside.get()).matches("CallSiteTest\\.java:\\d+");
    }

    @Test
    void aSiteIsKnownByOperatorAndPlace() {
        Site site = Site.of("map");
        assertThat(site).hasToString("map at " + site.callSite());
        assertThat(site.uid()).isEqualTo("map@" + site.callSite());
        site.uid("parse");
        assertThat(site.uid()).isEqualTo("parse");
        assertThat(site.operator()).isEqualTo("map");
    }

    private static int line(String site) {
        return Integer.parseInt(site.substring(site.indexOf(':') + 1));
    }
}
