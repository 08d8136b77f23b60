/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;

/** Which abilities a source has, and why it lacks the others. Does not change. */
public final class Abilities {
    private final Map<Ability, String> lacking;

    private Abilities(Map<Ability, String> lacking) {
        this.lacking = Collections.unmodifiableMap(lacking);
    }

    /** All of them. */
    public static Abilities all() {
        return new Abilities(new EnumMap<>(Ability.class));
    }

    /**
     * All of these but one.
     *
     * @param reason why, for people
     * @throws IllegalArgumentException when the reason is blank
     */
    public Abilities without(Ability ability, String reason) {
        if (reason.isBlank()) {
            throw new IllegalArgumentException(
                    "ACQ-2061 without(" + ability + ") has no reason: say what the system cannot do");
        }
        Map<Ability, String> fewer = new EnumMap<>(Ability.class);
        fewer.putAll(lacking);
        fewer.put(ability, reason);
        return new Abilities(fewer);
    }

    /** Whether the source can do it. */
    public boolean has(Ability ability) {
        return !lacking.containsKey(ability);
    }

    /** What it cannot do, with the reasons. */
    public Map<Ability, String> lacking() {
        return lacking;
    }

    @Override
    public String toString() {
        return lacking.isEmpty() ? "all abilities" : "lacking " + lacking;
    }
}
