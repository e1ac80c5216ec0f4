package dev.millrace.app.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.millrace.schemas.registry.SchemaRegistry;
import dev.millrace.topology.RegistrySchemas;
import dev.millrace.topology.config.Pipeline;
import dev.millrace.topology.config.PipelineParser;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The pipeline that a {@code snapshots} command is about, and how it answers; a picocli mixin. */
final class PipelineFlags {
  private static final Duration REGISTRY_PATIENCE = Duration.ofSeconds(30);

  @Parameters(index = "0", paramLabel = "PIPELINE", description = "The pipeline file.")
  private Path file;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "table|json",
      defaultValue = "table",
      description = "How to print the result. Default: table.")
  private OutputFormat output;

  Pipeline pipeline() throws IOException {
    return PipelineParser.parse(file);
  }

  /** The schemas of the events, of a registry that may be away for a while. */
  static RegistrySchemas schemas(SchemaRegistry registry) {
    return new RegistrySchemas(registry, REGISTRY_PATIENCE, InstantSource.system());
  }

  void print(CommandSpec spec, Object json, Iterable<String> lines) throws JsonProcessingException {
    PrintWriter out = spec.commandLine().getOut();
    if (output == OutputFormat.json) {
      out.println(JsonMapper.builder().build().writeValueAsString(json));
    } else {
      lines.forEach(out::println);
    }
    out.flush();
  }
}
