/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks.faults;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;

/**
 * What is wrong with what {@link KafkaProgram} has committed. The topic says what must be there, as the producer was told, and as a
 * plain consumer finds it in the end; the counts and sums follow from the numbers of each batch, by the plainest code there is.
 *
 * @param lost records that were acknowledged, or that the topic has, and no batch
 * @param duplicated records that are in a batch twice, or in two
 * @param wrong records that a batch has with another number, or that never were
 * @param state sum of the differences of counts and sums, over all batches
 * @param missing batches with numbers and without counts or sums
 * @param lostByBroker records that were acknowledged and that the topic has no more: not our doing
 */
record KafkaWrong(long lost, long duplicated, long wrong, long state, long missing, long lostByBroker) {
    static final KafkaWrong NOTHING = new KafkaWrong(0, 0, 0, 0, 0, 0);

    /**
     * Compares.
     *
     * @param acked numbers by their places, as the producer was told
     * @param content values by their places, as a plain consumer finds them
     */
    static KafkaWrong of(Map<KafkaPlace, Long> acked, Map<KafkaPlace, String> content, ExactTarget target)
            throws Exception {
        Map<KafkaPlace, String> expected = new HashMap<>(content);
        acked.forEach((place, number) -> expected.put(place, String.valueOf(number)));
        Set<KafkaPlace> seen = new HashSet<>();
        NavigableMap<Long, Map<Integer, long[]>> batches = new TreeMap<>();
        long duplicated = 0;
        long wrong = 0;
        for (String line : target.committed(KafkaProgram.PLACES)) {
            String[] words = line.split(" ", -1);
            KafkaPlace place = KafkaPlace.parse(words[1]);
            if (!seen.add(place)) {
                duplicated++;
            } else if (!words[2].equals(expected.get(place))) {
                wrong++;
            }
            long number = Long.parseLong(words[2]);
            long[] sums = batches.computeIfAbsent(Long.parseLong(words[0]), any -> new TreeMap<>())
                    .computeIfAbsent((int) (number % KafkaProgram.WORDS), any -> new long[2]);
            sums[0]++;
            sums[1] += number;
        }
        Set<KafkaPlace> lost = new HashSet<>(expected.keySet());
        lost.removeAll(seen);
        Set<KafkaPlace> gone = new HashSet<>(acked.keySet());
        gone.removeAll(content.keySet());
        State counts = State.of(target.committed(KafkaProgram.COUNTS), batches, 0);
        State sums = State.of(target.committed(KafkaProgram.SUMS), batches, 1);
        return new KafkaWrong(
                lost.size(),
                duplicated,
                wrong,
                counts.difference() + sums.difference(),
                counts.missing() + sums.missing(),
                gone.size());
    }

    /** What is wrong with one output of a state. */
    private record State(long difference, long missing) {
        /**
         * Compares each batch of an output with what the numbers up to it come to.
         *
         * @param of which of the sums of the numbers it is
         */
        static State of(List<String> lines, NavigableMap<Long, Map<Integer, long[]>> numbers, int of) {
            NavigableMap<Long, Map<Integer, Long>> committed = new TreeMap<>();
            for (String line : lines) {
                String[] words = line.split(" ", -1);
                committed
                        .computeIfAbsent(Long.parseLong(words[0]), any -> new HashMap<>())
                        .merge(Integer.parseInt(words[1]), Long.parseLong(words[2]), Long::sum);
            }
            long missing = numbers.keySet().stream()
                    .filter(time -> !committed.containsKey(time))
                    .count();
            Map<Integer, Long> expected = new HashMap<>();
            long difference = 0;
            long before = Long.MIN_VALUE;
            for (Map.Entry<Long, Map<Integer, Long>> batch : committed.entrySet()) {
                long time = batch.getKey();
                numbers.subMap(before, false, time, true)
                        .values()
                        .forEach(words -> words.forEach((word, sums) -> expected.merge(word, sums[of], Long::sum)));
                before = time;
                Map<Integer, Long> left = new HashMap<>(expected);
                batch.getValue().forEach((word, value) -> left.merge(word, -value, Long::sum));
                difference += left.values().stream().mapToLong(Math::abs).sum();
            }
            return new State(difference, missing);
        }
    }

    KafkaWrong plus(KafkaWrong other) {
        return new KafkaWrong(
                lost + other.lost,
                duplicated + other.duplicated,
                wrong + other.wrong,
                state + other.state,
                missing + other.missing,
                lostByBroker + other.lostByBroker);
    }

    /** Whether the program has done what it must. */
    boolean isNothing() {
        return new KafkaWrong(lost, duplicated, wrong, state, missing, 0).equals(NOTHING);
    }
}
