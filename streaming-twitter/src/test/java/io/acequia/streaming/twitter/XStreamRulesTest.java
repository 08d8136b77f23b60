/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.twitter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import io.acequia.streaming.data.Secret;
import io.acequia.streaming.testkit.EmbeddedServerTest;
import io.acequia.streaming.twitter.HttpExchanges.Answer;
import io.acequia.streaming.twitter.XStreamRules.Rule;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@EmbeddedServerTest("stream-server")
@Timeout(30)
class XStreamRulesTest {
    private StreamServer server;
    private XStreamRules rules;

    @BeforeEach
    void start() throws Exception {
        server = new StreamServer();
        rules = XStreamRules.of(Logins.BEARER, server.url());
    }

    @AfterEach
    void stop() throws Exception {
        server.close();
    }

    @Test
    void rulesAreAddedListedOverPagesAndDeleted() throws Exception {
        assertThat(rules.list()).isEmpty();

        List<Rule> added = rules.add(List.of(
                Rule.of("#acequia", "water"), Rule.of("riego \"del agua\"", null), Rule.of("lang:es agua", "es")));
        assertThat(added)
                .containsExactly(
                        new Rule("1", "#acequia", "water"),
                        new Rule("2", "riego \"del agua\"", null),
                        new Rule("3", "lang:es agua", "es"));
        assertThat(rules.list()).isEqualTo(added);

        assertThat(rules.delete(List.of("1", "3", "9"))).isEqualTo(2);
        assertThat(rules.list()).containsExactly(added.get(1));
    }

    @Test
    void aRuleThatIsThereAlreadyIsLeftAsItIs() throws Exception {
        rules.add(List.of(Rule.of("#acequia", "water")));
        assertThat(rules.add(List.of(Rule.of("#acequia", "other"), Rule.of("#agua", null))))
                .containsExactly(new Rule("2", "#agua", null));
        assertThat(rules.list()).hasSize(2);
    }

    @Test
    void rulesThatAreOnlyCheckedAreNotAdded() throws Exception {
        assertThat(rules.check(List.of(Rule.of("#acequia", null)))).hasSize(1);
        assertThat(rules.list()).isEmpty();
    }

    @Test
    void rulesThatXDoesNotTakeAreToldWithTheReason() throws Exception {
        assertThatIOException()
                .isThrownBy(() -> rules.add(List.of(Rule.of("#agua", null), Rule.of("agua (", null))))
                .withMessage("ACQ-2674 X does not take these rules; mend them, and see by list() which of the others it"
                        + " has taken:\n  'agua (': UnprocessableEntity (missing EOF at '(' (at position 6))");
        assertThat(rules.list()).extracting(Rule::value).containsExactly("#agua");
        assertThatIOException()
                .isThrownBy(() -> rules.check(List.of(Rule.of("agua (", null))))
                .withMessageStartingWith("ACQ-2674 ");
    }

    @Test
    void aWrongTokenIsRefusedAndNotPrinted() {
        assertThatIOException()
                .isThrownBy(() ->
                        XStreamRules.of(Secret.of("bearer-wrong"), server.url()).list())
                .withMessage("ACQ-2662 " + server.url() + "/2/tweets/search/stream/rules answers HTTP 401"
                        + " (Unauthorized): it does not know this login; check the keys and tokens, and the clock of"
                        + " this machine");
    }

    @Test
    void tooManyRequestsAreRefused() {
        server.rules().answer(Answer.of(429, "{\"title\":\"Too Many Requests\",\"detail\":\"Too Many Requests\"}"));
        assertThatIOException()
                .isThrownBy(() -> rules.list())
                .withMessageStartingWith("ACQ-2664 ")
                .withMessageContaining("HTTP 429 (Too Many Requests)");
    }

    @Test
    void anErrorThatIsNoJsonIsShown() {
        server.rules().answer(Answer.of(502, "<html>Bad\n  gateway</html>"));
        assertThatIOException()
                .isThrownBy(() -> rules.list())
                .withMessageStartingWith("ACQ-2665 ")
                .withMessageContaining("HTTP 502 (<html>Bad gateway</html>)");
    }
}
