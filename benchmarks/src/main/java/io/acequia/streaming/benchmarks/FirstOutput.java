/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks;
final class FirstOutput { static void run(Request r) throws Exception {} }
