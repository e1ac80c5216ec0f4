package dev.millrace.app.cli;

import dev.millrace.app.host.InstalledFields;
import dev.millrace.engine.kernel.Kernels;
import dev.millrace.schemas.SnapshotManifest;
import dev.millrace.schemas.registry.ConfluentSchemaRegistry;
import dev.millrace.schemas.registry.SchemaRegistry;
import dev.millrace.topology.config.Pipeline;
import dev.millrace.topology.recovery.SnapshotInstall;
import dev.millrace.topology.recovery.SnapshotTopic;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.BiFunction;
import picocli.CommandLine.Model.CommandSpec;

/** What {@code snapshots install} and {@code rollback} have in common. */
final class Installation {
  private final CommandSpec spec;
  private final PipelineFlags target;
  private final KernelFlag kernels;

  Installation(CommandSpec spec, PipelineFlags target, KernelFlag kernels) {
    this.spec = spec;
    this.target = target;
    this.kernels = kernels;
  }

  /** Installs the copies of a pipeline and tells what came of it. */
  void run(Pipeline source, Map<SnapshotTopic, SnapshotManifest> copies, boolean ofOnePartition)
      throws IOException {
    List<SnapshotInstall.Copy> chosen =
        copies.entrySet().stream()
            .map(copy -> SnapshotInstall.Copy.of(copy.getKey(), copy.getValue()))
            .toList();
    run((install, with) -> install.run(source, chosen, ofOnePartition));
  }

  /** Installs the model of a file, in one partition or all, and tells what came of it. */
  void run(Path file, OptionalInt partition) throws IOException {
    run((install, with) -> install.run(ModelSource.of(file, with), partition));
  }

  private void run(BiFunction<SnapshotInstall, Kernels, List<SnapshotInstall.Installed>> how)
      throws IOException {
    Pipeline pipeline = target.pipeline();
    Kernels with = kernels.select(spec.commandLine().getErr());
    List<SnapshotInstall.Installed> installed;
    try (SchemaRegistry registry = new ConfluentSchemaRegistry(pipeline.registry())) {
      installed = how.apply(new SnapshotInstall(pipeline, with, registry), with);
    }
    target.print(
        spec,
        installed.stream().map(InstalledFields::of).toList(),
        installed.stream().map(Installation::line).toList());
  }

  private static String line(SnapshotInstall.Installed installed) {
    return "partition %d: version %d, which is %s/%d; goes on with offset %d; %s%s"
        .formatted(
            installed.partition(),
            installed.version(),
            installed.fromModel(),
            installed.fromVersion(),
            installed.nextOffset(),
            installed.digest(),
            installed.rejected() == 0
                ? ""
                : "; rejected are the events that waited in the batch before: "
                    + installed.rejected());
  }
}
