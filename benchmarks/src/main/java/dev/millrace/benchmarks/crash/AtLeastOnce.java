package dev.millrace.benchmarks.crash;

import dev.millrace.app.cli.Interrupt;
import dev.millrace.engine.kernel.KernelChoice;
import dev.millrace.schemas.registry.ConfluentSchemaRegistry;
import dev.millrace.schemas.registry.SchemaRegistry;
import dev.millrace.topology.PipelineRunner;
import dev.millrace.topology.config.Pipeline;
import dev.millrace.topology.config.PipelineParser;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;

/**
 * {@code millrace run FILE --state-dir DIR} with exactly-once off, which no pipeline file can say:
 * a negative control, to show that the verifier sees what exactly-once prevents.
 */
final class AtLeastOnce {
  private static final long GLANCE_MS = 200;

  private AtLeastOnce() {}

  public static void main(String[] args) throws IOException, InterruptedException {
    Pipeline exact = PipelineParser.parse(Path.of(args[1]));
    Map<String, String> kafka = new HashMap<>(exact.kafka());
    kafka.put("processing.guarantee", "at_least_once");
    Pipeline pipeline = exact.connectedTo(kafka, exact.registry());
    var kernels = KernelChoice.select(KernelChoice.Mode.AUTO).kernels();
    try (Interrupt interrupt = new Interrupt();
        SchemaRegistry registry = new ConfluentSchemaRegistry(pipeline.registry());
        PipelineRunner runner =
            PipelineRunner.start(
                pipeline, Path.of(args[3]), kernels, registry, InstantSource.system())) {
      while (!interrupt.await(GLANCE_MS) && runner.failure().isEmpty()) {}
    }
  }
}
