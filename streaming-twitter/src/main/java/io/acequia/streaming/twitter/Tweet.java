/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.twitter;

import java.io.Serializable;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A post. What the fields do not say is in the {@link #json()}.
 *
 * @param id its id
 * @param text its whole text, also of a long one
 * @param createdAt when it was posted; null when the server was not asked for it
 * @param language language as the server guessed it, as {@code en}; null when it was not asked for
 * @param authorId id of the account; 0 when it was not asked for
 * @param author name of the account without the {@code @}; null when it was not asked for
 * @param hashtags its hashtags without the {@code #}
 * @param rules of a filtered stream: tags of the rules that it matches, or the ids of those without a tag
 * @param json all that the server sent: in the old protocol {@code TwitterObjectFactory.createStatus} of twitter4j makes a
 *     {@code Status} of it
 */
public record Tweet(
        long id,
        String text,
        @Nullable Instant createdAt,
        @Nullable String language,
        long authorId,
        @Nullable String author,
        List<String> hashtags,
        List<String> rules,
        String json)
        implements Serializable {
    public Tweet {
        hashtags = List.copyOf(hashtags);
        rules = List.copyOf(rules);
    }
}
