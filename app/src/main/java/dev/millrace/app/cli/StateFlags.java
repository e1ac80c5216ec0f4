package dev.millrace.app.cli;

import dev.millrace.topology.config.Pipeline;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** Where a pipeline's state is kept, for every command that touches it; a picocli mixin. */
public final class StateFlags {
  @Option(
      names = "--state-dir",
      paramLabel = "DIR",
      description = {
        "Where the state is kept over restarts, in a folder of the pipeline's name.",
        "Default: the pipeline's kafka: {state.dir: …},",
        "else ~/.local/state/millrace"
      })
  private Path stateDir;

  @Option(
      names = "--allow-temporary-state",
      description = "Accept a state directory within the system's temporary directory.")
  private boolean allowTemporaryState;

  /** The directory, absolute. */
  Path of(Pipeline pipeline) {
    String stated = pipeline.kafka().get("state.dir");
    Path state =
        stateDir != null
            ? stateDir
            : stated != null
                ? Path.of(stated)
                : Path.of(System.getProperty("user.home"), ".local", "state", "millrace");
    Path temporary = Path.of(System.getProperty("java.io.tmpdir")).toAbsolutePath();
    if (!allowTemporaryState && state.toAbsolutePath().normalize().startsWith(temporary)) {
      throw new UserException(
          "the state directory " + state + " is temporary: a restart of the machine would empty it",
          "Name another with --state-dir, or give --allow-temporary-state");
    }
    return state.toAbsolutePath();
  }
}
