/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks.faults;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** One line of a rig: a fault, how often it was tried, what came of it, and whether that is as it must be. */
final class Figures {
    private final String fault;
    private final Map<String, String> texts = new LinkedHashMap<>();
    private final Map<String, Long> numbers = new LinkedHashMap<>();
    private boolean survived = true;

    Figures(String fault) {
        this.fault = fault;
    }

    /** A figure that is only shown. */
    Figures show(String key, Object value) {
        texts.put(key, String.valueOf(value));
        return this;
    }

    /** A number that the rig may add up. */
    Figures count(String key, long value) {
        numbers.put(key, value);
        return show(key, value);
    }

    /** A figure that must have a value. */
    Figures must(String key, long value, long expected) {
        return within(key, value, expected, expected);
    }

    /** A figure with bounds. */
    Figures within(String key, long value, long least, long most) {
        survived &= value >= least && value <= most;
        return count(key, value);
    }

    boolean survived() {
        return survived;
    }

    Map<String, Long> numbers() {
        return numbers;
    }

    String fault() {
        return fault;
    }

    /** How often it was tried. */
    Optional<Long> n() {
        return Optional.ofNullable(texts.get("n")).map(Long::valueOf);
    }

    /** All of it but how often. */
    String text() {
        return text(Set.of("n"));
    }

    private String text(Set<String> without) {
        return texts.entrySet().stream()
                .filter(each -> !without.contains(each.getKey()))
                .map(each -> each.getKey() + "=" + each.getValue())
                .collect(Collectors.joining(" "));
    }

    String line(long seed) {
        return fault + ": " + text(Set.of()) + " seed=" + seed + (survived ? "" : " NOT SURVIVED");
    }
}
