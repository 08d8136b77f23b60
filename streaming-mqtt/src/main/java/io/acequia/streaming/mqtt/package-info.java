/* SPDX-License-Identifier: Apache-2.0 */
/** Topics of MQTT brokers, versions 3.1.1 and 5, as a source and as a sink. */
@NullMarked
package io.acequia.streaming.mqtt;

import org.jspecify.annotations.NullMarked;
