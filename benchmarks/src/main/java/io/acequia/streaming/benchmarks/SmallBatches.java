/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks;
final class SmallBatches { static void run(Request r) throws Exception {} }
