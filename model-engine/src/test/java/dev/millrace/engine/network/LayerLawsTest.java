package dev.millrace.engine.network;

import static dev.millrace.engine.network.LayerCase.ROWS;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.millrace.engine.kernel.KernelChoice;
import dev.millrace.engine.layer.Entries;
import dev.millrace.engine.optim.OptimizerSpec;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What must hold for every kind of layer. */
class LayerLawsTest {
  private static final int ALL_ROWS = 30;
  private static final OptimizerSpec ADAM = OptimizerSpec.of("adam", Map.of("learning_rate", 0.01));

  static Stream<LayerCase> cases() {
    return Stream.concat(LayerCase.ofNumbers().stream(), LayerCase.ofCategories().stream());
  }

  /** One network with the rows that it learns. */
  private static final class Subject {
    private final Network network;
    private final LayerCase one;
    private final float[] x;
    private final float[] targets = LayerCase.targets(ALL_ROWS);
    private final Entries entries;

    Subject(LayerCase one, KernelChoice.Mode mode) {
      this(one, mode, ADAM);
    }

    Subject(LayerCase one, KernelChoice.Mode mode, OptimizerSpec optimizer) {
      this.one = one;
      network = one.network(mode, optimizer);
      x = one.x(ALL_ROWS);
      entries = one.entries(ALL_ROWS);
    }

    float[] forward(int first, int rows) {
      return network.forward(x, first * one.numbers(), entries, first, rows);
    }

    boolean step(int first, int rows) {
      forward(first, rows);
      return network.learn(targets, first * 2, rows);
    }

    void steps(int from, int to) {
      for (int step = from; step < to; step++) {
        assertThat(step(step * 7 % 25, 1 + step % (ROWS - 1))).isTrue();
      }
    }

    void hasTheStateOf(Subject other) {
      assertThat(bits(network.parameters())).containsExactly(bits(other.network.parameters()));
      for (String slot : network.slotNames()) {
        assertThat(bits(network.slot(slot))).containsExactly(bits(other.network.slot(slot)));
      }
      assertThat(network.steps()).isEqualTo(other.network.steps());
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void bothTwinsLearnTheSameBits(LayerCase one) {
    Subject plain = new Subject(one, KernelChoice.Mode.PLAIN);
    Subject vector = new Subject(one, KernelChoice.Mode.VECTOR);
    plain.steps(0, 20);
    vector.steps(0, 20);
    vector.hasTheStateOf(plain);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void aRowIsPredictedTheSameInEveryBatch(LayerCase one) {
    for (KernelChoice.Mode mode : KernelChoice.Mode.values()) {
      Subject subject = new Subject(one, mode);
      subject.steps(0, 3);
      float[] together = subject.forward(0, ROWS).clone();
      for (int rows = 1; rows < ROWS; rows++) {
        for (int first = 0; first + rows <= ROWS; first++) {
          float[] some = Arrays.copyOf(subject.forward(first, rows), rows * 2);
          assertThat(bits(some))
              .containsExactly(bits(Arrays.copyOfRange(together, first * 2, (first + rows) * 2)));
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void goingOnFromCopiedStateEqualsNeverHavingStopped(LayerCase one) {
    Subject through = new Subject(one, KernelChoice.Mode.AUTO);
    through.steps(0, 8);
    Subject resumed = new Subject(one, KernelChoice.Mode.AUTO);
    copy(through.network.parameters(), resumed.network.parameters());
    for (String slot : through.network.slotNames()) {
      copy(through.network.slot(slot), resumed.network.slot(slot));
    }
    resumed.network.restoreSteps(through.network.steps());
    through.steps(8, 16);
    resumed.steps(8, 16);
    resumed.hasTheStateOf(through);
  }

  /** A norm that nothing exceeds makes the trainer gather what it would else use at once. */
  @ParameterizedTest
  @MethodSource("cases")
  void gradientsGatheredFirstTeachTheSameBits(LayerCase one) {
    KernelChoice.Mode mode = KernelChoice.Mode.AUTO;
    Subject atOnce = new Subject(one, mode, OptimizerSpec.of("adam"));
    Subject gathered =
        new Subject(one, mode, OptimizerSpec.of("adam", Map.of("global_clipnorm", 1e18)));
    atOnce.steps(0, 16);
    gathered.steps(0, 16);
    gathered.hasTheStateOf(atOnce);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void aStepThatIsNotMadeChangesNoBit(LayerCase one) {
    Subject subject = new Subject(one, KernelChoice.Mode.AUTO);
    Subject untouched = new Subject(one, KernelChoice.Mode.AUTO);
    subject.steps(0, 4);
    untouched.steps(0, 4);
    float target = subject.targets[5];
    for (float poison : new float[] {Float.NaN, Float.NEGATIVE_INFINITY, 1e30f}) {
      subject.targets[5] = poison;
      assertThat(subject.step(0, ROWS)).isFalse();
      subject.hasTheStateOf(untouched);
    }
    subject.targets[5] = target;
    subject.steps(4, 8);
    untouched.steps(4, 8);
    subject.hasTheStateOf(untouched);
  }

  /** With plain kernels, since vectors are objects until they are compiled. */
  @Test
  void aWarmStepAllocatesNothing() {
    Subject subject =
        new Subject(LayerCase.everything(), KernelChoice.Mode.PLAIN, OptimizerSpec.of("adam"));
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    steps(subject, 1000);
    steps(subject, 1);
    long before = threads.getCurrentThreadAllocatedBytes();
    steps(subject, 1000);
    long bytes = threads.getCurrentThreadAllocatedBytes() - before;
    assertThat(bytes / 1000).as("bytes a step; the JVM itself may allocate once").isZero();
  }

  private static void steps(Subject subject, int count) {
    for (int step = 0; step < count; step++) {
      subject.step(step % 25, 1 + step % (ROWS - 1));
    }
  }

  private static void copy(float[] from, float[] to) {
    System.arraycopy(from, 0, to, 0, to.length);
  }

  private static int[] bits(float[] values) {
    int[] bits = new int[values.length];
    for (int i = 0; i < bits.length; i++) {
      bits[i] = Float.floatToRawIntBits(values[i]);
    }
    return bits;
  }
}
