/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.rdd;

import io.acequia.streaming.data.Stats;
import java.io.Serializable;

/**
 * Statistics that grow by a number, or by others of their kind. The mean is moved and the squares are summed around it, which
 * loses nothing where the numbers are large and lie close together, as the plain sum of squares does.
 */
final class Moments implements Serializable {
    private long count;
    private double mean;
    private double squares;
    private double min = Double.POSITIVE_INFINITY;
    private double max = Double.NEGATIVE_INFINITY;

    Moments add(double number) {
        count++;
        double before = number - mean;
        mean += before / count;
        squares += before * (number - mean);
        min = Math.min(min, number);
        max = Math.max(max, number);
        return this;
    }

    Moments add(Moments other) {
        if (other.count == 0) {
            return this;
        }
        long both = count + other.count;
        double apart = other.mean - mean;
        mean += apart * other.count / both;
        squares += other.squares + apart * apart * count / both * other.count;
        count = both;
        min = Math.min(min, other.min);
        max = Math.max(max, other.max);
        return this;
    }

    Stats stats() {
        return count == 0
                ? new Stats(0, Double.NaN, 0, Double.NaN, Double.NaN)
                : new Stats(count, mean, squares, min, max);
    }
}
