/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.examples;

import io.acequia.streaming.twitter.XStreamRules;
import io.acequia.streaming.twitter.XStreamRules.Rule;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;

/**
 * Lists, adds, checks and deletes the rules of an application at X, which say what its filtered stream brings:
 *
 * <pre>
 * acequia run XRules TOKEN_FILE list
 * acequia run XRules TOKEN_FILE add '#acequia lang:es' water
 * acequia run XRules TOKEN_FILE check '#acequia ('
 * acequia run XRules TOKEN_FILE delete 1166916266197536768
 * </pre>
 */
public final class XRules {
    private XRules() {}

    // tag::x-rules
    /** What a command of the command line does; the rules that it is about. */
    static List<Rule> run(XStreamRules rules, String command, List<String> words)
            throws IOException, InterruptedException {
        switch (command) {
            case "list" -> {
                return rules.list();
            }
            case "add" -> {
                return rules.add(List.of(Rule.of(words.get(0), words.size() > 1 ? words.get(1) : null)));
            }
            case "check" -> {
                return rules.check(List.of(Rule.of(words.get(0), null)));
            }
            case "delete" -> {
                rules.delete(words);
                return rules.list();
            }
            default -> throw new IllegalArgumentException("'" + command + "': must be list, add, check or delete");
        }
    }

    public static void main(String[] args) throws Exception {
        if (args.length < 2 || args.length == 2 && !args[1].equals("list")) {
            throw new IllegalArgumentException(
                    "usage: XRules TOKEN_FILE list | add RULE [TAG] | check RULE | delete ID…");
        }
        XStreamRules rules = XStreamRules.of(TwitterPopularTags.token(args[0]));
        for (Rule rule : run(rules, args[1], Arrays.asList(args).subList(2, args.length))) {
            System.out.println(rule.id() + " " + rule.value() + (rule.tag() == null ? "" : " [" + rule.tag() + "]"));
        }
    }
    // end::x-rules
}
