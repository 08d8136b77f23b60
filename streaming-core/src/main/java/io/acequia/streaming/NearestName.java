/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming;

import java.util.Collection;
import java.util.Locale;

/**
 * Which of some names was meant by one that is none of them: the one with the fewest edits between, where an edit adds, drops
 * or replaces a character, or swaps two that are next to each other. Capitals count as small letters, {@code _} and {@code -}
 * as points.
 */
final class NearestName {
    private NearestName() {}

    /** The nearest of the names; of equals the first. */
    static String of(String name, Collection<String> names) {
        String plain = plain(name);
        String best = "";
        int least = Integer.MAX_VALUE;
        for (String candidate : names) {
            int edits = edits(plain, plain(candidate));
            if (edits < least) {
                least = edits;
                best = candidate;
            }
        }
        return best;
    }

    private static String plain(String name) {
        return name.trim().toLowerCase(Locale.ROOT).replace('_', '.').replace('-', '.');
    }

    /** The distance of Damerau and Levenshtein, where nothing that was swapped is edited again. */
    private static int edits(String a, String b) {
        int[][] cost = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            cost[i][0] = i;
        }
        for (int j = 0; j <= b.length(); j++) {
            cost[0][j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            for (int j = 1; j <= b.length(); j++) {
                int replaced = cost[i - 1][j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                cost[i][j] = Math.min(replaced, 1 + Math.min(cost[i - 1][j], cost[i][j - 1]));
                if (i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1)) {
                    cost[i][j] = Math.min(cost[i][j], cost[i - 2][j - 2] + 1);
                }
            }
        }
        return cost[a.length()][b.length()];
    }
}
