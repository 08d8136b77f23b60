/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Marks a test class that talks to a real server which it starts as a process of its own, without a container. Its tests run with
 * all others, and are counted apart from those of {@link ContainerTest}: their lines have {@code embedded/NAME} where those have an
 * image.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
@ExtendWith(ServerRows.class)
public @interface EmbeddedServerTest {
    /** Name of the server, as {@code postgresql}. */
    String value();
}
