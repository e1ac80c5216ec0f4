package dev.millrace.benchmarks.measure;

import java.util.SplittableRandom;

/**
 * Random rows and labels, several batches in turn, so that caches see the traffic of a stream. The
 * labels turn with another period than the rows: a network cannot learn them by heart, and its
 * gradients stay what they are.
 */
public final class Batches {
  private static final long SEED = 1;
  private static final int BYTES_MAX = 16 << 20;
  private static final int MOST = 64;
  private static final int LEAST = 8;

  private final float[][] rows;
  private final float[][] targets;

  /** The batches of a task: 64, or fewer if those are more than 16 MiB, but at least 8. */
  public Batches(Task task) {
    SplittableRandom random = new SplittableRandom(SEED);
    long bytes = 4L * task.batch() * task.inputs();
    int fitting = Integer.highestOneBit(Math.clamp(BYTES_MAX / bytes, 1, MOST));
    int count = Math.max(LEAST, fitting);
    rows = new float[count][task.batch() * task.inputs()];
    for (float[] batch : rows) {
      for (int i = 0; i < batch.length; i++) {
        batch[i] = (float) random.nextDouble(-1, 1);
      }
    }
    boolean classes = task.loss().equals("categorical_crossentropy");
    targets = new float[count - 1][task.batch() * (classes ? 1 : task.outputs())];
    for (float[] batch : targets) {
      for (int i = 0; i < batch.length; i++) {
        batch[i] = target(task, random);
      }
    }
  }

  private static float target(Task task, SplittableRandom random) {
    return switch (task.loss()) {
      case "categorical_crossentropy" -> random.nextInt(task.outputs());
      case "binary_crossentropy" -> random.nextInt(2);
      case "mean_squared_error" -> (float) random.nextDouble(-1, 1);
      default -> throw new IllegalArgumentException("unknown loss, loss=" + task.loss());
    };
  }

  /** How many batches of rows there are, a power of two. */
  public int count() {
    return rows.length;
  }

  /** How many batches of targets there are, one less. */
  public int targetCount() {
    return targets.length;
  }

  /** [batch][inputs], within ±1. */
  public float[] rows(int step) {
    return rows[step & (rows.length - 1)];
  }

  /** [batch] of class indices, or [batch][outputs] of what the loss wants. */
  public float[] targets(int step) {
    return targets[step % targets.length];
  }
}
