package dev.millrace.benchmarks.pipeline;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Profiles each contestant in a JVM where no stage is inlined into another. Where the compiler does
 * so, its line tables may name the caller: a loop of the featurizer then counts as the look-up of a
 * decoder, in some runs and not in others. The measured rounds are spared these extra calls.
 */
final class ProfileProcess {
  private static final JsonMapper JSON = new JsonMapper();
  private static final List<String> BOUNDARIES =
      List.of(
          "dev.millrace.topology.LearningLoop::decoder",
          "dev.millrace.topology.decode.EventDecoder::decode",
          "dev.millrace.engine.feature.Featurizer::featurize",
          "dev.millrace.engine.network.Network::forward",
          "dev.millrace.engine.network.Network::learn",
          "dev.millrace.engine.optim.*::step",
          "dev.millrace.topology.Reports::prediction",
          "dev.millrace.schemas.Prediction::encode");

  private ProfileProcess() {}

  /** The profiles on that course's topic, by the names of the contestants. */
  static Map<String, StageProfile.Shares> run(Course course)
      throws IOException, InterruptedException {
    Path result = course.dir().resolve("profiles.json");
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
    command.add("-XX:CompileCommand=quiet");
    BOUNDARIES.forEach(method -> command.add("-XX:CompileCommand=dontinline," + method));
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add(ProfileProcess.class.getName());
    command.addAll(List.of(course.servers().kafka(), course.servers().registry()));
    command.addAll(List.of(Integer.toString(course.records()), result.toString()));
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    if (process.waitFor() != 0) {
      throw new IOException("the profiling process failed; see its output above");
    }
    return JSON.readValue(result.toFile(), new TypeReference<>() {});
  }

  /** Arguments: Kafka, registry, records in the topic, the file to write. */
  public static void main(String[] args) throws Exception {
    Path result = Path.of(args[3]);
    Path dir = Files.createTempDirectory(result.getParent(), "profiled");
    Map<String, StageProfile.Shares> profiles = new LinkedHashMap<>();
    try (Course course =
        new Course(
            new Course.Servers(args[0], args[1]), dir, "profiled", Integer.parseInt(args[2]))) {
      for (Contestant one : Contestant.ALL) {
        course.run(one, () -> {});
        profiles.put(one.name(), course.profile(one));
      }
    }
    JSON.writeValue(result.toFile(), profiles);
  }
}
