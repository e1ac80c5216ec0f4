package dev.millrace.app.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.introspect.Annotated;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.millrace.topology.config.PipelineParser;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The manifests are of Kubernetes' own kinds, field by field, and agree with each other. */
class KubernetesTest {
  private static final Map<String, Class<? extends HasMetadata>> KINDS =
      Map.of(
          "ConfigMap", ConfigMap.class,
          "Service", Service.class,
          "StatefulSet", StatefulSet.class,
          "Deployment", Deployment.class);

  private final List<HasMetadata> objects = objects();

  /** Fields that a kind does not have are refused; the model's own classes would keep them. */
  private static final JsonMapper STRICT =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .annotationIntrospector(
              new JacksonAnnotationIntrospector() {
                private static final long serialVersionUID = 1L;

                @Override
                public Boolean hasAnySetter(Annotated annotated) {
                  return false;
                }
              })
          .build();

  private static List<HasMetadata> objects() {
    List<HasMetadata> objects = new ArrayList<>();
    for (String file : List.of("kubernetes/pipeline.yaml", "kubernetes/serve.yaml")) {
      for (Map<String, Object> document : DockerFolder.documents(file)) {
        objects.add(STRICT.convertValue(document, KINDS.get(document.get("kind"))));
      }
    }
    return objects;
  }

  private <T> List<T> all(Class<T> kind) {
    return objects.stream().filter(kind::isInstance).map(kind::cast).toList();
  }

  private StatefulSet pipeline() {
    return all(StatefulSet.class).getFirst();
  }

  private List<PodTemplateSpec> pods() {
    return List.of(
        pipeline().getSpec().getTemplate(),
        all(Deployment.class).getFirst().getSpec().getTemplate());
  }

  @Test
  void shouldBeOfTheKindsThatKubernetesHas() {
    assertThat(objects)
        .extracting(HasMetadata::getKind)
        .containsExactly("ConfigMap", "Service", "StatefulSet", "Service", "Deployment");
  }

  @Test
  void shouldSelectThePodsThatItMakes() {
    for (Service service : all(Service.class)) {
      assertThat(pods())
          .filteredOn(pod -> pod.getMetadata().getLabels().equals(service.getSpec().getSelector()))
          .hasSize(1);
    }
    assertThat(pipeline().getSpec().getSelector().getMatchLabels())
        .isEqualTo(pipeline().getSpec().getTemplate().getMetadata().getLabels());
    assertThat(pipeline().getSpec().getServiceName())
        .isEqualTo(all(Service.class).getFirst().getMetadata().getName());
  }

  @Test
  void shouldMountVolumesThatItHas() {
    Set<String> claims = new HashSet<>();
    pipeline()
        .getSpec()
        .getVolumeClaimTemplates()
        .forEach(c -> claims.add(c.getMetadata().getName()));
    for (PodTemplateSpec pod : pods()) {
      Set<String> volumes = new HashSet<>(claims);
      for (Volume volume : pod.getSpec().getVolumes()) {
        volumes.add(volume.getName());
        if (volume.getConfigMap() != null) {
          assertThat(volume.getConfigMap().getName())
              .isEqualTo(all(ConfigMap.class).getFirst().getMetadata().getName());
        }
      }
      assertThat(container(pod).getVolumeMounts())
          .extracting(VolumeMount::getName)
          .isSubsetOf(volumes);
    }
  }

  private static Container container(PodTemplateSpec pod) {
    return pod.getSpec().getContainers().getFirst();
  }

  @Test
  void shouldAskForHealthWhereItIsAnswered() {
    for (PodTemplateSpec pod : pods()) {
      Container container = container(pod);
      List<String> ports = container.getPorts().stream().map(ContainerPort::getName).toList();
      for (Probe probe : List.of(container.getStartupProbe(), container.getLivenessProbe())) {
        assertThat(probe.getHttpGet().getPath()).isEqualTo("/v2/health/live");
        assertThat(ports).contains(probe.getHttpGet().getPort().getStrVal());
      }
      assertThat(container.getReadinessProbe().getHttpGet().getPath())
          .isEqualTo("/v2/health/ready");
      assertThat(container.getArgs())
          .contains("0.0.0.0:" + container.getPorts().getFirst().getContainerPort());
    }
  }

  @Test
  void shouldRunWithoutRightsAndEndInOrder() {
    for (PodTemplateSpec pod : pods()) {
      PodSpec spec = pod.getSpec();
      assertThat(spec.getSecurityContext().getRunAsNonRoot()).isTrue();
      assertThat(container(pod).getSecurityContext().getReadOnlyRootFilesystem()).isTrue();
      assertThat(container(pod).getSecurityContext().getAllowPrivilegeEscalation()).isFalse();
      assertThat(container(pod).getResources().getLimits()).containsKey("memory");
      assertThat(container(pod).getImage()).matches("millrace:\\d.*");
    }
    assertThat(pipeline().getSpec().getTemplate().getSpec().getTerminationGracePeriodSeconds())
        .isEqualTo(90);
  }

  @Test
  void shouldRunAPipelineThatIsRight() {
    Map<String, String> files = all(ConfigMap.class).getFirst().getData();
    files.forEach(
        (name, text) -> assertThat(PipelineParser.parse(text, name).name()).isEqualTo("elec2"));
    List<String> command = container(pipeline().getSpec().getTemplate()).getArgs();
    DockerFolder.requireCommand(command);
    DockerFolder.requireCommand(container(pods().getLast()).getArgs());
    assertThat(files).containsKey(command.get(1).replace("/etc/millrace/", ""));
  }
}
