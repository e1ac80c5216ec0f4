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

  private final int count;
  private final int batch;
  private final float[][] rows;
  private final float[][] targets;

  /**
   * The batches of a task: 64, or fewer if those are more than 16 MiB, but at least 8. Of
   * categories, those that all {@link CategoryRows} make.
   */
  public Batches(Task task) {
    SplittableRandom random = new SplittableRandom(SEED);
    boolean numbers = task.numbers() > 0;
    batch = task.batch();
    count = numbers ? fitting(4L * batch * task.numbers()) : CategoryRows.ROWS / batch;
    if (Integer.bitCount(count) != 1) {
      throw new IllegalArgumentException(
          "rows of categories come in batches of a power of two, batch=" + batch);
    }
    rows = new float[numbers ? count : 1][batch * task.numbers()];
    for (float[] batch : rows) {
      for (int i = 0; i < batch.length; i++) {
        batch[i] = (float) random.nextDouble(-1, 1);
      }
    }
    boolean classes = task.loss().equals("categorical_crossentropy");
    targets = new float[Math.min(count, MOST) - 1][task.batch() * (classes ? 1 : task.outputs())];
    for (float[] batch : targets) {
      for (int i = 0; i < batch.length; i++) {
        batch[i] = target(task, random);
      }
    }
  }

  private static int fitting(long bytes) {
    return Math.max(LEAST, Integer.highestOneBit(Math.clamp(BYTES_MAX / bytes, 1, MOST)));
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
    return count;
  }

  /** How many batches of targets there are: one less, and never more than 63. */
  public int targetCount() {
    return targets.length;
  }

  /** [batch][numbers], within ±1. */
  public float[] rows(int step) {
    return rows[step & (rows.length - 1)];
  }

  /** The first row of {@link CategoryRows} of a batch. */
  public int firstRow(int step) {
    return (step & (count - 1)) * batch;
  }

  /** [batch] of class indices, or [batch][outputs] of what the loss wants. */
  public float[] targets(int step) {
    return targets[step % targets.length];
  }
}
