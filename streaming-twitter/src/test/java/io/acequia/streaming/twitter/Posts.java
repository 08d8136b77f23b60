/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.twitter;

/** Posts as the servers send them, and sources that know the right logins. */
final class Posts {
    private Posts() {}

    static XFilteredStreamSource.Builder xSource(String url) {
        return XFilteredStreamSource.builder().baseUrl(url).bearerToken(Logins.BEARER);
    }

    static TwitterSource.Builder twitterSource(String url) {
        return TwitterSource.builder()
                .baseUrl(url + "/1.1")
                .consumer(Logins.CONSUMER_KEY, Logins.CONSUMER_SECRET)
                .accessToken(Logins.TOKEN, Logins.TOKEN_SECRET)
                .track("acequia", "two words & more");
    }

    /** By API v2. */
    static String post(long id, String text) {
        return """
                {"data":{"author_id":"7","created_at":"2026-11-22T07:00:00.000Z","edit_history_tweet_ids":["%d"],\
                "entities":{"hashtags":[{"start":0,"end":5,"tag":"agua"}]},"id":"%d","lang":"es","text":"%s"},\
                "includes":{"users":[{"id":"7","name":"The Ditch","username":"ditch"}]},\
                "matching_rules":[{"id":"11","tag":"water"},{"id":"12","tag":""}]}"""
                .formatted(id, id, text);
    }

    /** By the old protocol. */
    static String status(long id, String text) {
        return """
                {"created_at":"Sun Nov 22 07:00:00 +0000 2026","id":%d,"id_str":"%d","text":"%s","source":"x",\
                "truncated":false,"user":{"id":7,"id_str":"7","name":"The Ditch","screen_name":"ditch"},\
                "entities":{"hashtags":[{"text":"agua","indices":[0,5]}],"urls":[],"user_mentions":[]},\
                "favorited":false,"retweeted":false,"lang":"es"}"""
                .formatted(id, id, text);
    }
}
