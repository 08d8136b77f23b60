/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.spark;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;

/**
 * A suite of semantics that takes minutes on Spark: {@code ci/spark} runs it, {@code ci/test} does not. Each of its tests has a quarter
 * of an hour, as a busy machine needs more than the two minutes that are enough for the local engine.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
@Tag("long")
@Timeout(900)
@interface LongSuite {}
