package dev.millrace.benchmarks.crash;

import java.util.Arrays;
import java.util.List;

/**
 * Where a process is hit. Each follows a commit of that process or, in a restore, of one before.
 */
enum KillPoint {
  /** A changelog record of the hook has reached the broker, others of it have not. */
  HOOK_BLOCK("hook-block", true),
  /** All is sent, also the offsets; the commit is not asked for. */
  BEFORE_COMMIT("before-commit", true),
  /** 0 to 20 ms after the commit was asked for. */
  DURING_COMMIT("during-commit", true),
  /** The commit has been answered, and nothing else has happened. */
  AFTER_COMMIT("after-commit", true),
  /** Some records of the changelog have been read back, others have not. */
  RESTORE("restore", true),
  /** A record of a snapshot has reached the broker, others of it have not. */
  SNAPSHOT("snapshot", true),
  /** SIGKILL from outside, at any time. */
  RANDOM("random", false),
  /** SIGSTOP beyond the session, another instance takes over, SIGCONT, SIGKILL. */
  ZOMBIE("zombie", false),
  /** SIGKILL, and the state directory is gone. */
  STATE_LOSS("state-loss", false),
  /** A second instance takes a partition and is killed; the first takes it back. */
  SCALE("scale", false),
  /** The broker is stopped with SIGTERM, stays away, and comes back. */
  BROKER_STOP("broker-stop", false),
  /** The same with SIGKILL. */
  BROKER_KILL("broker-kill", false);

  private final String label;
  private final boolean inside;

  KillPoint(String label, boolean inside) {
    this.label = label;
    this.inside = inside;
  }

  /** The name on the command line and in results. */
  String label() {
    return label;
  }

  /** Whether the process ends itself, from within Kafka's clients. */
  boolean inside() {
    return inside;
  }

  /** The point of a name. */
  static KillPoint of(String label) {
    return Arrays.stream(values())
        .filter(point -> point.label.equals(label))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "there is no kill point '%s'; expected some of %s".formatted(label, labels())));
  }

  static List<String> labels() {
    return Arrays.stream(values()).map(KillPoint::label).toList();
  }
}
