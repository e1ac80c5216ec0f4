package dev.millrace.app.cli;

import dev.millrace.schemas.registry.ConfluentSchemaRegistry;
import dev.millrace.schemas.registry.SchemaRegistry;
import dev.millrace.topology.config.Pipeline;
import dev.millrace.topology.recovery.StateRestore;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code millrace snapshots restore}. */
@Command(
    name = "restore",
    description = {
      "Makes the lost state of a stopped pipeline again: the newest copy, and the events after"
          + " it up to the last commit, learned again.",
      "The next run goes on as if nothing had been lost; nothing is predicted twice."
    },
    footerHeading = "%nExamples:%n",
    footer = "  millrace snapshots restore elec2.yaml --state-dir /var/lib/millrace")
final class SnapshotsRestoreCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private PipelineFlags source;
  @Mixin private StateFlags state;
  @Mixin private KernelFlag kernels;

  @Override
  public Integer call() throws IOException {
    Pipeline pipeline = source.pipeline();
    PrintWriter err = spec.commandLine().getErr();
    List<StateRestore.Restored> restored;
    ProgressLine progress = new ProgressLine(err);
    try (SchemaRegistry registry = new ConfluentSchemaRegistry(pipeline.registry())) {
      restored =
          new StateRestore(
                  pipeline,
                  kernels.select(err),
                  PipelineFlags.schemas(registry),
                  offset -> progress.update(offset + 1, 0))
              .run(state.of(pipeline));
    }
    progress.clear();
    source.print(
        spec,
        restored.stream().map(SnapshotsRestoreCommand::json).toList(),
        restored.stream().map(SnapshotsRestoreCommand::line).toList());
    return ExitCodes.OK;
  }

  private static Map<String, Object> json(StateRestore.Restored restored) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("partition", restored.partition());
    json.put("from_version", restored.fromVersion().orElse(null));
    json.put("version", restored.version());
    json.put("next_offset", restored.nextOffset());
    json.put("weights_digest", restored.digest());
    return json;
  }

  private static String line(StateRestore.Restored restored) {
    return "partition %d: version %d, made from %s; goes on with offset %d; %s"
        .formatted(
            restored.partition(),
            restored.version(),
            restored.fromVersion().map(version -> "version " + version).orElse("the log alone"),
            restored.nextOffset(),
            restored.digest());
  }
}
