/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Marks a test class that talks to servers in containers, each a {@link RealServer}. Its tests carry the tag {@code container}, so
 * that a build can run them apart, and leave a line each in the file that {@code -Dacequia.it.servers} names: test, outcome, images
 * and their versions. Without that property no file is written.
 *
 * <p>Subclasses and nested classes are marked with it. Tests run one after another.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
@Tag("container")
@ExtendWith(ServerRows.class)
public @interface ContainerTest {}
