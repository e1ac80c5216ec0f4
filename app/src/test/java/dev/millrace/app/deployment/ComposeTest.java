package dev.millrace.app.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.topology.config.Pipeline;
import dev.millrace.topology.config.PipelineParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The compose file names nothing that is not there. */
class ComposeTest {
  private static final Path ROOT = Path.of("..");

  private final Map<String, Object> compose = DockerFolder.documents("compose.yaml").getFirst();
  private final Map<String, Object> services = DockerFolder.map(compose.get("services"));

  private Map<String, Object> service(String name) {
    return DockerFolder.map(services.get(name));
  }

  @Test
  void shouldTagEveryImage() {
    assertThat(services.keySet())
        .allSatisfy(
            name ->
                assertThat((String) service(name).get("image"))
                    .matches("[a-z0-9./-]+:v?\\d[A-Za-z0-9.-]+"));
  }

  @Test
  void shouldMountFilesAndVolumesThatExist() {
    Map<String, Object> volumes = DockerFolder.map(compose.get("volumes"));
    for (String name : services.keySet()) {
      for (String mount : DockerFolder.texts(service(name).get("volumes"))) {
        String source = mount.substring(0, mount.indexOf(':'));
        if (source.startsWith(".")) {
          assertThat(DockerFolder.FOLDER.resolve(source)).as(name).exists();
        } else {
          assertThat(volumes).as(name).containsKey(source);
        }
      }
    }
  }

  @Test
  void shouldPublishPortsOfThisMachineOnly() {
    assertThat(services.keySet())
        .allSatisfy(
            name ->
                assertThat(DockerFolder.texts(service(name).get("ports")))
                    .allMatch(port -> port.matches("127\\.0\\.0\\.1:\\d+:\\d+")));
  }

  @Test
  void shouldWaitForServicesThatCanSayThatTheyAreThere() {
    for (String name : services.keySet()) {
      Object waits = service(name).get("depends_on");
      if (waits instanceof Map) {
        DockerFolder.map(waits)
            .forEach(
                (other, how) -> {
                  assertThat(services).containsKey(other);
                  if ("service_healthy".equals(DockerFolder.map(how).get("condition"))) {
                    assertThat(service(other)).as(other).containsKey("healthcheck");
                  }
                });
      } else {
        assertThat(services.keySet()).containsAll(DockerFolder.texts(waits));
      }
    }
  }

  @Test
  void shouldGiveMillraceCommandsThatItKnows() {
    for (String name : List.of("rows", "millrace")) {
      List<String> command = DockerFolder.texts(service(name).get("command"));
      DockerFolder.requireCommand(command);
      assertThat(command.stream().filter(word -> word.startsWith("/opt/millrace/")))
          .allSatisfy(
              word -> assertThat(ROOT.resolve(word.substring("/opt/millrace/".length()))).exists());
      String file = "./elec2.yaml:" + command.get(1) + ":ro";
      assertThat(DockerFolder.texts(service(name).get("volumes"))).contains(file);
    }
    assertThat(service("millrace")).containsEntry("stop_grace_period", "90s");
  }

  @Test
  void shouldRunTheExampleOnTheServicesOfTheFile() throws IOException {
    String text = DockerFolder.text("elec2.yaml");
    List<String> example = Files.readAllLines(ROOT.resolve("examples/elec2.yaml"));
    assertThat(text.lines()).containsSubsequence(example.subList(2, example.size()));
    Pipeline pipeline = PipelineParser.parse(text, "docker/elec2.yaml");
    String broker = pipeline.kafka().get("bootstrap.servers");
    assertThat(
            DockerFolder.map(service("kafka").get("environment")).get("KAFKA_ADVERTISED_LISTENERS"))
        .asString()
        .contains("INSIDE://" + broker);
    assertThat(pipeline.registry().get("schema.registry.url")).startsWith("http://registry:");
  }

  @Test
  void shouldBuildFromFilesThatExist() {
    String dockerfile = DockerFolder.text("Dockerfile");
    assertThat(dockerfile).contains("COPY docker/health ");
    assertThat(DockerFolder.FOLDER.resolve("health")).isExecutable();
    assertThat(dockerfile.lines().filter(line -> line.startsWith("FROM ")))
        .allMatch(line -> line.matches("FROM [a-z0-9-]+:\\d[a-z0-9.-]+( AS build)?"));
    assertThat(dockerfile).contains("ENTRYPOINT [\"/opt/millrace/bin/millrace\"]", "\nUSER 10001");
  }
}
