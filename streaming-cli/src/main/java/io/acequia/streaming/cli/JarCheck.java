/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.cli;

import java.io.IOException;
import java.util.List;

/** Looks into a JAR for one kind of fault. */
@FunctionalInterface
interface JarCheck {
    List<Finding> in(JarContent jar) throws IOException;
}
