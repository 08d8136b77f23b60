/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.kinesis;

import io.acequia.streaming.data.Secret;
import java.io.Serializable;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.auth.credentials.ProfileCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;

/** How a program logs in to a service of AWS. Goes with its source to where that is read. Immutable; no secret of it is printed. */
public final class KinesisCredentials implements Serializable {
    private static final KinesisCredentials DEFAULT_CHAIN = new KinesisCredentials(null, null, null, null);

    private final @Nullable String profile;
    private final @Nullable String accessKeyId;
    private final @Nullable Secret secretAccessKey;
    private final @Nullable Secret sessionToken;

    private KinesisCredentials(
            @Nullable String profile,
            @Nullable String accessKeyId,
            @Nullable Secret secretAccessKey,
            @Nullable Secret sessionToken) {
        this.profile = profile;
        this.accessKeyId = accessKeyId;
        this.secretAccessKey = secretAccessKey;
        this.sessionToken = sessionToken;
    }

    /**
     * What the SDK of AWS finds where the receiver runs: system properties, variables, profiles, the container, the machine. Roles of
     * a web identity, as in EKS, need {@code software.amazon.awssdk:sts} on the class path.
     */
    public static KinesisCredentials defaultChain() {
        return DEFAULT_CHAIN;
    }

    /** A profile of the file that the SDK of AWS reads where the receiver runs, as {@code ~/.aws/credentials}. */
    public static KinesisCredentials profile(String name) {
        return new KinesisCredentials(Objects.requireNonNull(name, "name"), null, null, null);
    }

    /** A key of long life. */
    public static KinesisCredentials of(String accessKeyId, Secret secretAccessKey) {
        return new KinesisCredentials(
                null, accessKeyId, Objects.requireNonNull(secretAccessKey, "secretAccessKey"), null);
    }

    /** A key of a session. */
    public static KinesisCredentials of(String accessKeyId, Secret secretAccessKey, Secret sessionToken) {
        return new KinesisCredentials(
                null,
                accessKeyId,
                Objects.requireNonNull(secretAccessKey, "secretAccessKey"),
                Objects.requireNonNull(sessionToken, "sessionToken"));
    }

    /** Whether it says nothing by which to log in. */
    boolean isBlank() {
        return profile != null ? profile.isBlank() : secretAccessKey != null && isBlank(accessKeyId);
    }

    private static boolean isBlank(@Nullable String text) {
        return text == null || text.isBlank();
    }

    /** What logs in; to be closed when it can be. */
    AwsCredentialsProvider provider() {
        if (profile != null) {
            return ProfileCredentialsProvider.create(profile);
        }
        if (secretAccessKey == null) {
            return DefaultCredentialsProvider.builder().build();
        }
        String id = Objects.requireNonNull(accessKeyId);
        return StaticCredentialsProvider.create(
                sessionToken == null
                        ? AwsBasicCredentials.create(id, secretAccessKey.expose())
                        : AwsSessionCredentials.create(id, secretAccessKey.expose(), sessionToken.expose()));
    }

    @Override
    public String toString() {
        if (profile != null) {
            return "profile " + profile;
        }
        return secretAccessKey == null ? "the default chain" : "access key " + accessKeyId;
    }
}
