/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.twitter;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.acequia.streaming.data.Secret;
import io.acequia.streaming.twitter.HttpExchanges.Request;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.security.GeneralSecurityException;
import java.util.Base64;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Whom the server of the tests knows, by a bearer token or by a signature of OAuth 1.0a, which it computes by itself. */
final class Logins {
    static final Secret BEARER = Secret.of("bearer-right");
    static final Secret CONSUMER_KEY = Secret.of("consumer-key");
    static final Secret CONSUMER_SECRET = Secret.of("consumer-secret-right");
    static final Secret TOKEN = Secret.of("12-token");
    static final Secret TOKEN_SECRET = Secret.of("token-secret-right");

    private Logins() {}

    static boolean knows(Request request) {
        String header = request.header("authorization");
        return header.startsWith("OAuth ")
                ? signatureFits(request, header)
                : header.equals("Bearer " + BEARER.expose());
    }

    private static boolean signatureFits(Request request, String header) {
        Map<String, String> parameters = new TreeMap<>();
        for (String each : header.substring("OAuth ".length()).split(",\\s*")) {
            int equals = each.indexOf('=');
            parameters.put(
                    each.substring(0, equals), URLDecoder.decode(each.substring(equals + 2, each.length() - 1), UTF_8));
        }
        String signature = parameters.remove("oauth_signature");
        parameters.putAll(request.query());
        parameters.putAll(request.form());
        String all = parameters.entrySet().stream()
                .map(each -> encoded(each.getKey()) + "=" + encoded(each.getValue()))
                .collect(Collectors.joining("&"));
        String url = "http://" + request.header("host") + request.path();
        return CONSUMER_KEY.expose().equals(parameters.get("oauth_consumer_key"))
                && TOKEN.expose().equals(parameters.get("oauth_token"))
                && signed(request.method() + "&" + encoded(url) + "&" + encoded(all))
                        .equals(signature);
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, UTF_8)
                .replace("+", "%20")
                .replace("*", "%2A")
                .replace("%7E", "~");
    }

    private static String signed(String text) {
        try {
            Mac mac = Mac.getInstance("HmacSHA1");
            String key = encoded(CONSUMER_SECRET.expose()) + "&" + encoded(TOKEN_SECRET.expose());
            mac.init(new SecretKeySpec(key.getBytes(UTF_8), "HmacSHA1"));
            return Base64.getEncoder().encodeToString(mac.doFinal(text.getBytes(UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }
}
