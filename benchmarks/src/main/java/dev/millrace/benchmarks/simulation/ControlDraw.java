package dev.millrace.benchmarks.simulation;

import dev.millrace.schemas.Control;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** What somebody asks of a model in the course of a history, some of it nonsense. */
final class ControlDraw {
  private static final int CONTROLS_MAX = 9;
  private static final List<String> LAYERS = List.of("dense_0", "dense_0", "dense_1", "e", "none");

  private ControlDraw() {}

  /** The values of the control topic's records; none in half of all cases. */
  static List<byte[]> records(SplittableRandom random) {
    List<byte[]> records = new ArrayList<>();
    int count = random.nextBoolean() ? 0 : random.nextInt(1, CONTROLS_MAX);
    for (int i = 0; i < count; i++) {
      records.add(random.nextInt(12) == 0 ? nonsense(random) : control(random, i));
    }
    return records;
  }

  private static byte[] nonsense(SplittableRandom random) {
    byte[] bytes = new byte[random.nextInt(20)];
    random.nextBytes(bytes);
    return random.nextInt(3) == 0 ? null : bytes;
  }

  /** A pause is followed by a resume more often than not, so that the model learns again. */
  private static byte[] control(SplittableRandom random, int number) {
    Control.Action[] actions = Control.Action.values();
    Control.Action action =
        random.nextInt(3) == 0 ? Control.Action.RESUME : actions[random.nextInt(actions.length)];
    boolean ofLayers = action == Control.Action.FREEZE || action == Control.Action.UNFREEZE;
    List<String> layers =
        ofLayers && random.nextBoolean()
            ? List.of(LAYERS.get(random.nextInt(LAYERS.size())))
            : List.of();
    Double rate = random.nextInt(4) == 0 ? null : (Double) random.nextDouble(-0.02, 0.1);
    return new Control(
            "c" + number,
            action,
            action == Control.Action.LEARNING_RATE ? rate : null,
            layers,
            "sim",
            random.nextLong(1L << 41),
            random.nextBoolean() ? "a reason" : null)
        .encode(Workload.IDS.control());
  }
}
