/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.data;

import java.io.Serializable;

/**
 * What is said of numbers. Where there are none, {@code mean}, {@code min}, {@code max} and the variances are not a number.
 *
 * @param count how many there are
 * @param mean their mean
 * @param squares the sum of their squared distances from the mean
 * @param min the least one
 * @param max the greatest one
 */
public record Stats(long count, double mean, double squares, double min, double max) implements Serializable {
    /** The sum of all; 0 when there are none. */
    public double sum() {
        return count == 0 ? 0 : mean * count;
    }

    /** The mean squared distance from the mean, of the numbers as a whole population. */
    public double variance() {
        return squares / count;
    }

    /** An estimate of the variance of what the numbers are a sample of; not a number below two of them. */
    public double sampleVariance() {
        return count < 2 ? Double.NaN : squares / (count - 1);
    }

    /** The root of {@link #variance()}. */
    public double stdev() {
        return Math.sqrt(variance());
    }

    /** The root of {@link #sampleVariance()}. */
    public double sampleStdev() {
        return Math.sqrt(sampleVariance());
    }
}
