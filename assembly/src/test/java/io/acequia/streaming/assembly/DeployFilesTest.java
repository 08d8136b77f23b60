/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.assembly;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.groups.Tuple.tuple;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.introspect.Annotated;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What docs/deploy gives to systemd and Kubernetes is understood by them, and keeps what it says. */
class DeployFilesTest {
    private static final String YAML = Repository.read("docs/deploy/statefulset.yaml");
    private static final String UNIT = Repository.read("docs/deploy/acequia.service");
    private static final Pattern GRACE = Pattern.compile("-Dstreaming\\.stop\\.timeout=(\\d+)s");

    /** The types of the Kubernetes API without their back door: they would take any field in a map. */
    private static final YAMLMapper STRICT = YAMLMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
            .annotationIntrospector(new JacksonAnnotationIntrospector() {
                @Override
                public Boolean hasAnySetter(Annotated annotated) {
                    return false;
                }
            })
            .build();

    @Test
    void theStatefulSetIsOfTheApiAndOfOneReplica() throws IOException {
        StatefulSet set = set(YAML);

        assertThat(set.getApiVersion()).isEqualTo("apps/v1");
        assertThat(set.getSpec().getReplicas()).isEqualTo(1);
        assertThat(set.getSpec().getTemplate().getMetadata().getLabels())
                .containsAllEntriesOf(set.getSpec().getSelector().getMatchLabels());
    }

    @Test
    void theServiceNamesThePod() throws IOException {
        Service service = service(YAML);
        StatefulSet set = set(YAML);

        assertThat(service.getApiVersion()).isEqualTo("v1");
        assertThat(service.getSpec().getClusterIP()).isEqualTo("None");
        assertThat(set.getSpec().getServiceName())
                .isEqualTo(service.getMetadata().getName());
        assertThat(set.getSpec().getTemplate().getMetadata().getLabels())
                .containsAllEntriesOf(service.getSpec().getSelector());
    }

    @Test
    void thePodMayWriteToItsVolumeAndToItsTemporaryFolderAlone() throws IOException {
        StatefulSet set = set(YAML);
        PodSpec pod = set.getSpec().getTemplate().getSpec();
        Container job = pod.getContainers().get(0);

        assertThat(pod.getContainers()).hasSize(1);
        assertThat(pod.getSecurityContext().getRunAsNonRoot()).isTrue();
        assertThat(pod.getSecurityContext().getRunAsUser()).isPositive();
        assertThat(job.getSecurityContext().getReadOnlyRootFilesystem()).isTrue();
        assertThat(job.getSecurityContext().getAllowPrivilegeEscalation()).isFalse();
        assertThat(job.getVolumeMounts())
                .extracting(VolumeMount::getName, VolumeMount::getMountPath)
                .containsExactly(tuple("data", "/var/lib/acequia"), tuple("tmp", "/tmp"));
        assertThat(set.getSpec().getVolumeClaimTemplates())
                .singleElement()
                .satisfies(claim -> assertThat(claim.getMetadata().getName()).isEqualTo("data"));
        assertThat(pod.getVolumes())
                .singleElement()
                .satisfies(volume -> assertThat(volume.getName()).isEqualTo("tmp"))
                .satisfies(volume -> assertThat(volume.getEmptyDir()).isNotNull());
        assertThat(job.getArgs()).last().isEqualTo("/var/lib/acequia");
        assertThat(job.getStartupProbe().getExec().getCommand()).contains("/var/lib/acequia/job");
    }

    @Test
    void bothKillAfterTheGraceOfTheStop() throws IOException {
        PodSpec pod = set(YAML).getSpec().getTemplate().getSpec();
        Duration podGrace = Duration.ofSeconds(pod.getTerminationGracePeriodSeconds());

        assertThat(podGrace)
                .isGreaterThan(grace(String.join(" ", pod.getContainers().get(0).getArgs())));
        assertThat(Duration.ofSeconds(Long.parseLong(setting("TimeoutStopSec"))))
                .isGreaterThan(grace(UNIT));
    }

    @ParameterizedTest(name = "{0} for {1} is refused")
    @CsvSource({
        "replica, replicas",
        "serviceNames, serviceName",
        "terminationGracePeriod, terminationGracePeriodSeconds",
        "readonlyRootFilesystem, readOnlyRootFilesystem",
        "runAsNonroot, runAsNonRoot",
        "volumeMount, volumeMounts",
        "storages, emptyDir",
        "accessMode, accessModes",
        "startProbe, startupProbe",
        "failureThresholds, failureThreshold",
        "clusterIp, clusterIP"
    })
    void aFieldThatTheApiDoesNotHaveIsRefused(String wrong, String right) {
        assertThat(YAML).contains(right + ":");
        String changed = YAML.replaceFirst("\\b" + right + ":", wrong + ":");

        assertThatThrownBy(() -> both(changed))
                .isInstanceOf(UnrecognizedPropertyException.class)
                .hasMessageContaining("\"" + wrong + "\"");
    }

    @ParameterizedTest(name = "{0} as {1} is refused")
    @CsvSource({"replicas: 1, replicas: one", "runAsUser: 10001, runAsUser: root", "replicas: 1, replicas: [1]"})
    void aValueOfAnotherTypeIsRefused(String right, String wrong) {
        assertThat(YAML).contains(right);

        assertThatThrownBy(() -> both(YAML.replace(right, wrong))).isInstanceOf(JsonProcessingException.class);
    }

    @Test
    void theUnitRestartsAFailureAndNotWhatARestartCannotHelp() {
        assertThat(setting("Restart")).isEqualTo("on-failure");
        assertThat(setting("RestartPreventExitStatus")).isEqualTo("2 3");
        assertThat(setting("SuccessExitStatus")).isEqualTo("143");
        assertThat(setting("KillSignal")).isEqualTo("SIGTERM");
        assertThat(setting("ExecStart"))
                .startsWith("/opt/acequia/bin/acequia run ")
                .endsWith(" /var/lib/acequia");
        assertThat(setting("StateDirectory")).isEqualTo("acequia");
        assertThat(setting("ProtectSystem")).isEqualTo("strict");
        assertThat(setting("NoNewPrivileges")).isEqualTo("yes");
        assertThat(setting("User")).isNotEqualTo("root");
    }

    @ParameterizedTest
    @ValueSource(strings = {"docs/deploy/Dockerfile", "archetype/shared/archetype-resources/Dockerfile"})
    void anImageRunsTheJvmAloneAndNotAsRoot(String file) throws IOException {
        List<String> lines = Repository.lines(file);
        long user =
                set(YAML).getSpec().getTemplate().getSpec().getSecurityContext().getRunAsUser();

        assertThat(lines)
                .contains("ARG BASE=eclipse-temurin:17-jre", "FROM ${BASE}", "STOPSIGNAL SIGTERM")
                .contains("USER " + user + ":" + user);
        assertThat(lines.stream().filter(line -> line.startsWith("ENTRYPOINT")))
                .as("not by a shell, which would keep the signal for itself")
                .singleElement()
                .asString()
                .matches("ENTRYPOINT \\[\"(java|/opt/acequia/bin/acequia)\".*]");
    }

    private static void both(String yaml) throws IOException {
        service(yaml);
        set(yaml);
    }

    private static Service service(String yaml) throws IOException {
        return STRICT.treeToValue(document(yaml, "Service"), Service.class);
    }

    private static StatefulSet set(String yaml) throws IOException {
        return STRICT.treeToValue(document(yaml, "StatefulSet"), StatefulSet.class);
    }

    private static JsonNode document(String yaml, String kind) throws IOException {
        try (MappingIterator<JsonNode> documents =
                STRICT.readerFor(JsonNode.class).readValues(yaml)) {
            List<JsonNode> all = documents.readAll();
            assertThat(all).extracting(each -> each.path("kind").asText()).containsExactly("Service", "StatefulSet");
            return all.get(kind.equals("Service") ? 0 : 1);
        }
    }

    private static Duration grace(String command) {
        Matcher grace = GRACE.matcher(command);
        assertThat(grace.find()).isTrue();
        return Duration.ofSeconds(Long.parseLong(grace.group(1)));
    }

    private static String setting(String name) {
        List<String> values = UNIT.lines()
                .filter(line -> line.startsWith(name + "="))
                .map(line -> line.substring(name.length() + 1))
                .toList();
        assertThat(values).as(name).hasSize(1);
        return values.get(0);
    }
}
