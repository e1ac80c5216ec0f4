package dev.millrace.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.engine.feature.EventRow;
import dev.millrace.engine.feature.FeatureKind;
import dev.millrace.engine.feature.FeatureSpec;
import dev.millrace.engine.feature.Featurizer;
import dev.millrace.engine.feature.GrowingVocabulary;
import dev.millrace.engine.feature.TokenSettings;
import dev.millrace.engine.kernel.KernelChoice;
import dev.millrace.engine.kernel.Kernels;
import dev.millrace.engine.kernel.Workers;
import dev.millrace.engine.layer.Entries;
import dev.millrace.engine.model.LabelSpec;
import dev.millrace.engine.model.ModelFile;
import dev.millrace.engine.model.ModelSpec;
import dev.millrace.engine.panel.AutoPanel;
import dev.millrace.engine.panel.ExpertSpec;
import dev.millrace.engine.panel.Panel;
import dev.millrace.engine.panel.PanelSpec;
import dev.millrace.engine.state.StateBlocks;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The laws, of a learner whose model is a panel. */
class PanelLearnerTest {
  private static final Kernels KERNELS = KernelChoice.select(KernelChoice.Mode.AUTO).kernels();
  private static final BooleanSupplier NEVER = () -> false;
  private static final long SEED = 42;

  /** Numbers, categories of every kind, a vector; moving statistics and a growing vocabulary. */
  private static final List<FeatureSpec> FEATURES =
      List.of(
          FeatureSpec.numeric("a"),
          FeatureSpec.numeric("b"),
          FeatureSpec.oneHot("c", List.of("p", "q")),
          FeatureSpec.growing("g", 30),
          FeatureSpec.hashed("h", 40),
          FeatureSpec.vector("v", 3, true),
          FeatureSpec.text("t", 30, TokenSettings.WORDS),
          FeatureSpec.discretized("d", List.of()),
          FeatureSpec.cross("x", List.of("c", "h"), 64));

  /** What was said of an event, to the bit. */
  private record Said(long offset, long version, List<Float> outputs, double loss) {}

  private static ModelSpec spec(int classes, int batch, int delay) {
    return spec(FEATURES, classes, batch, delay);
  }

  private static ModelSpec spec(List<FeatureSpec> features, int classes, int batch, int delay) {
    List<String> names = List.of("k", "l", "m", "n", "o").subList(0, classes);
    LabelSpec label = new LabelSpec("y", names, null, delay);
    PanelSpec panel = AutoPanel.of(features, classes, SEED);
    return new ModelSpec(features, label, ModelSpec.defaultLoss(label), panel, batch, SEED);
  }

  /** Fills the event as the offset alone decides. */
  private static void fill(Learner learner, long offset) {
    fill(learner.event(), learner.spec().label().classes().size(), offset);
  }

  private static void fill(EventRow event, int classes, long offset) {
    SplittableRandom random = new SplittableRandom(offset * 31 + 5);
    event.clear();
    event.numbers[0] = random.nextInt(8) == 0 ? Double.NaN : random.nextInt(1 + (int) offset / 9);
    event.numbers[1] = random.nextInt(6) == 0 ? -0.0 : random.nextDouble(100);
    event.categories[0] = random.nextInt(4) - 1;
    byte[] text =
        ("text " + random.nextInt(1 + (int) Math.min(28, offset / 10)))
            .getBytes(StandardCharsets.UTF_8);
    event.categories[1] =
        random.nextInt(9) == 0 ? EventRow.MISSING : GrowingVocabulary.key(text, 0, text.length);
    event.categories[2] = random.nextInt(41) - 1;
    if (random.nextInt(7) != 0) {
      for (int i = 0; i < 3; i++) {
        event.vectors[i] = (float) random.nextGaussian();
      }
    }
    if (event.bags.length > 0) {
      event.ranged[0] = random.nextInt(6) == 0 ? Double.NaN : random.nextGaussian();
      event.bags[0].begin();
      for (int words = random.nextInt(4); words > 0; words--) { // of one in four texts none
        event.bags[0].add(random.nextInt(25), 30, 1f);
      }
    }
    event.labelled = random.nextInt(5) != 0;
    double signal = event.categories[0] + (event.numbers[1] > 50 ? 2 : 0);
    event.label =
        classes == 0
            ? 10 * signal + random.nextGaussian()
            : Math.floorMod((int) signal + random.nextInt(2), classes);
    event.weight = random.nextInt(4) / 2.0;
  }

  private static List<Said> feed(Learner learner, long from, long to, BooleanSupplier eager) {
    List<Said> said = new ArrayList<>();
    Feed.feed(
        learner,
        from,
        to,
        offset -> fill(learner, offset),
        eager,
        outcome -> {
          List<Float> outputs = new ArrayList<>();
          for (float output : outcome.outputs) {
            assertThat(output).isFinite();
            outputs.add(output);
          }
          said.add(new Said(outcome.offset, outcome.version, outputs, outcome.loss));
        });
    return said;
  }

  private static Map<String, byte[]> blocks(Learner learner) {
    Map<String, byte[]> blocks = new TreeMap<>();
    learner.writeAll(blocks::put);
    return blocks;
  }

  /** Law 5, of every block: nothing that is a number is NaN or infinite. */
  private static void assertFinite(Map<String, byte[]> blocks) {
    blocks.forEach(
        (key, bytes) -> {
          ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
          boolean doubles =
              List.of("mixer", "shares", "losses").stream().anyMatch(n -> key.startsWith("b/" + n));
          boolean floats = key.startsWith("b/expert") && !key.contains(".touched");
          for (int at = 0; at < bytes.length && (doubles || floats); at += doubles ? 8 : 4) {
            double value = doubles ? buffer.getDouble(at) : buffer.getFloat(at);
            assertThat(value).as(key).isFinite();
          }
        });
  }

  @ParameterizedTest
  @CsvSource({"2, 1, 0", "5, 1, 0", "0, 1, 0", "0, 8, 0", "5, 8, 0", "2, 4, 9"})
  void shouldSayTheSameWithPlainAndVectorKernels(int classes, int batch, int delay) {
    ModelSpec spec = spec(classes, batch, delay);
    Learner plain = new Learner(spec, KernelChoice.select(KernelChoice.Mode.PLAIN).kernels());
    Learner vector = new Learner(spec, KernelChoice.select(KernelChoice.Mode.VECTOR).kernels());
    assertThat(feed(vector, 0, 400, NEVER)).isEqualTo(feed(plain, 0, 400, NEVER));
    assertThat(vector.weightsDigest()).isEqualTo(plain.weightsDigest());
    assertThat(plain.version()).isPositive();
    assertFinite(blocks(plain));
  }

  @ParameterizedTest
  @CsvSource({"2, 1, 0", "5, 1, 0", "0, 1, 0", "2, 8, 0", "5, 8, 0", "0, 8, 0"})
  void shouldSayTheSameWhereverPredictionsAreAskedFor(int classes, int batch, int delay) {
    Learner plain = new Learner(spec(classes, batch, delay), KERNELS);
    List<Said> expected = feed(plain, 0, 400, NEVER);
    for (int seed = 0; seed < 3; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      int often = 1 + seed; // of the first after every event
      Learner other = new Learner(plain.spec(), KERNELS);
      assertThat(feed(other, 0, 400, () -> random.nextInt(often) == 0)).isEqualTo(expected);
      assertThat(other.weightsDigest()).isEqualTo(plain.weightsDigest());
      assertThat(other.metrics().figures()).isEqualTo(plain.metrics().figures());
      assertThat(other.counters()).isEqualTo(plain.counters());
    }
  }

  @ParameterizedTest
  @CsvSource({"2, 1, 0", "5, 3, 0", "0, 8, 0", "2, 3, 20", "0, 1, 5"})
  void shouldGoOnFromAFileBitForBit(int classes, int batch, int delay) throws IOException {
    Learner through = new Learner(spec(classes, batch, delay), KERNELS);
    feed(through, 0, 333, NEVER);
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    ModelFile.save(through, file);
    Learner loaded = ModelFile.load(new ByteArrayInputStream(file.toByteArray()), KERNELS);
    assertThat(loaded.spec()).isEqualTo(through.spec());
    assertThat(loaded.weightsDigest()).isEqualTo(through.weightsDigest());
    assertThat(feed(loaded, 333, 600, NEVER)).isEqualTo(feed(through, 333, 600, NEVER));
    assertThat(loaded.weightsDigest()).isEqualTo(through.weightsDigest());
    assertThat(loaded.counters()).isEqualTo(through.counters());
  }

  /** Commits at random, each followed by a crash of what had not been committed. */
  @ParameterizedTest
  @CsvSource({"2, 1, 0, 1", "5, 8, 0, 2", "0, 4, 0, 3", "2, 1, 7, 4", "0, 8, 3, 5", "5, 4, 60, 6"})
  void shouldGoOnFromWhatWasWrittenAtAnyEventBitForBit(
      int classes, int batch, int delay, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    Learner through = new Learner(spec(classes, batch, delay), KERNELS);
    List<Said> expected = feed(through, 0, 500, NEVER);
    List<Said> said = new ArrayList<>();
    Map<String, byte[]> store = new HashMap<>();
    Learner learner = new Learner(through.spec(), KERNELS);
    long at = 0;
    while (at < 500) {
      long to = Math.min(500, at + 1 + random.nextInt(60));
      said.addAll(feed(learner, at, to, NEVER));
      learner.writeChanged(store::put);
      at = to;
      if (random.nextInt(3) == 0) {
        feed(learner, at, at + random.nextInt(30), NEVER); // lost
        learner = random.nextBoolean() ? learner : new Learner(learner.spec(), KERNELS);
        learner.read(store::get);
      }
    }
    assertThat(said).isEqualTo(expected);
    assertThat(learner.weightsDigest()).isEqualTo(through.weightsDigest());
    assertThat(learner.counters()).isEqualTo(through.counters());
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 3})
  void shouldHaveAnotherDigestIfAnyPartOfTheStateIsAnother(int classes) {
    Learner learner = new Learner(spec(classes, 1, 0), KERNELS);
    feed(learner, 0, 200, NEVER);
    String digest = learner.weightsDigest();
    Map<String, byte[]> blocks = blocks(learner);
    Map<String, byte[]> model = new TreeMap<>();
    learner.writeModel(model::put);
    Learner other = new Learner(learner.spec(), KERNELS);
    int changed = 0;
    for (String key : model.keySet()) {
      if (key.contains(".touched")) {
        continue; // says which blocks there are
      }
      Map<String, byte[]> broken = new HashMap<>(blocks);
      byte[] bytes = model.get(key).clone();
      bytes[Math.max(0, bytes.length - 8)] ^= 1; // of a number's least bits
      broken.put(key, bytes);
      other.read(broken::get);
      assertThat(other.weightsDigest()).as(key).isNotEqualTo(digest);
      changed++;
    }
    assertThat(changed).isGreaterThan(40);
    other.read(blocks::get);
    assertThat(other.weightsDigest()).isEqualTo(digest);
    assertThat(model.keySet().toString())
        .contains(
            "b/mixer.last/0",
            "b/resets/0",
            "b/begun/0",
            "b/losses/0",
            "feat/expansion.values/0",
            "b/expert0/");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 2, 5})
  void shouldSayOfItsSizeWhatItsStateTakes(int classes) {
    Learner learner = new Learner(spec(classes, 1, 0), KERNELS);
    Panel panel = panel(learner.spec(), 1);
    long bytes =
        panel.state("").stream()
            .filter(array -> array.name().startsWith("expert"))
            .filter(array -> !array.name().endsWith(".touched"))
            .mapToLong(array -> (long) array.length() * array.elementBytes())
            .sum();
    assertThat(learner.spec().networkBytes()).isEqualTo(bytes);
    assertThat(learner.spec().parameterCount()).isBetween(bytes / 8, bytes / 4);
  }

  private static Panel panel(ModelSpec spec, int rows) {
    Panel panel =
        new Panel(
            spec.panel(),
            spec.label().classes().size(),
            spec.label().delay(),
            spec.space().width(),
            spec.space().categories(),
            rows,
            KERNELS,
            Workers.ONE);
    panel.initialize(SEED);
    return panel;
  }

  /** Features whose rows are the same whenever they are made. */
  private static List<FeatureSpec> unscaled() {
    return List.of(
        new FeatureSpec("a", FeatureKind.NUMERIC, List.of(), 1, false),
        new FeatureSpec("b", FeatureKind.NUMERIC, List.of(), 1, false),
        FeatureSpec.oneHot("c", List.of("p", "q")),
        FeatureSpec.hashed("g", 50),
        FeatureSpec.hashed("h", 40),
        FeatureSpec.vector("v", 3, false));
  }

  private static void fillUnscaled(EventRow event, int classes, long offset) {
    fill(event, classes, offset);
    event.numbers[0] = Double.isNaN(event.numbers[0]) ? Double.NaN : event.numbers[0] / 50 - 0.5;
    event.numbers[1] = event.numbers[1] / 50 - 1;
    event.categories[1] = Math.floorMod(event.categories[1], 50);
  }

  /** A row that waits for its label, as the plain loop keeps it. */
  private record Kept(
      float[] x, Entries entries, float[] said, float label, float weight, long event) {}

  /**
   * A plain loop over a panel: predicts each event alone, keeps what the experts said, and when the
   * label is known judges them by it. Of classes, where no scaling of the target is in between.
   */
  @ParameterizedTest
  @CsvSource({"2, 1, 1", "2, 1, 40", "5, 8, 3", "5, 4, 30", "2, 8, 100", "2, 16, 1"})
  void shouldJudgeExpertsByWhatTheySaidWhenTheyPredicted(int classes, int batch, int delay) {
    ModelSpec spec = spec(unscaled(), classes, batch, delay);
    Learner learner = new Learner(spec, KERNELS);
    List<List<Float>> got = new ArrayList<>();
    int events = 400;
    Feed.feed(
        learner,
        0,
        events,
        offset -> fillUnscaled(learner.event(), classes, offset),
        NEVER,
        outcome -> {
          List<Float> outputs = new ArrayList<>();
          for (float output : outcome.outputs) {
            outputs.add(output);
          }
          got.add(outputs);
        });
    Panel panel = panel(spec, Math.max(batch, 64));
    Featurizer featurizer = new Featurizer(spec.space(), KERNELS);
    int width = spec.space().width();
    int fields = spec.space().categories().size();
    EventRow event = spec.space().newEvent();
    Deque<Kept> waiting = new ArrayDeque<>();
    List<Kept> full = new ArrayList<>();
    for (int i = 0; i < events; i++) {
      fillUnscaled(event, classes, i);
      float[] x = new float[width];
      Entries entries = new Entries(fields, 1);
      featurizer.featurize(event, x, 0, entries);
      float[] y = panel.forward(x, 0, entries, 0, 1);
      List<Float> right = new ArrayList<>();
      if (classes == 2) {
        right.add(1f - y[0]);
      }
      for (int c = 0; c < panel.outputs(); c++) {
        right.add(y[c]);
      }
      assertThat(got.get(i)).as("event %d", i).isEqualTo(right);
      if (event.labelled) {
        float[] said = new float[panel.saidLength()];
        panel.said(0, said, 0);
        waiting.add(new Kept(x, entries, said, (float) event.label, (float) event.weight, i));
      }
      if (!waiting.isEmpty() && waiting.peek().event() + delay <= i) {
        full.add(waiting.remove());
      }
      if (full.size() == batch) {
        learn(panel, full, width, fields);
        full.clear();
      }
    }
    Map<String, byte[]> right = new TreeMap<>();
    new StateBlocks(panel.state("b/")).writeAll(right::put);
    Map<String, byte[]> state = blocks(learner);
    right.forEach((key, bytes) -> assertThat(state.get(key)).as(key).isEqualTo(bytes));
    assertThat(learner.version()).isPositive().isEqualTo(panel.steps());
  }

  private static void learn(Panel panel, List<Kept> rows, int width, int fields) {
    float[] x = new float[rows.size() * width];
    float[] targets = new float[rows.size()];
    float[] weights = new float[rows.size()];
    Entries entries = new Entries(fields, rows.size());
    for (int row = 0; row < rows.size(); row++) {
      Kept kept = rows.get(row);
      System.arraycopy(kept.x(), 0, x, row * width, width);
      for (int field = 0; field < fields; field++) {
        for (int e = kept.entries().start(0, field); e < kept.entries().end(0, field); e++) {
          entries.add(kept.entries().index(e), kept.entries().weight(e));
        }
        entries.endField();
      }
      targets[row] = kept.label();
      weights[row] = kept.weight();
    }
    panel.forward(x, 0, entries, 0, rows.size());
    for (int row = 0; row < rows.size(); row++) {
      panel.recall(row, rows.get(row).said(), 0);
    }
    assertThat(panel.learn(targets, 0, weights, 0, rows.size())).isTrue();
  }

  @ParameterizedTest
  @CsvSource({"2, 1, 1", "5, 8, 3", "0, 4, 30"})
  void shouldSayTheSameOfLateLabelsWhereverPredictionsAreAskedFor(
      int classes, int batch, int delay) {
    Learner plain = new Learner(spec(classes, batch, delay), KERNELS);
    List<Said> expected = feed(plain, 0, 400, NEVER);
    SplittableRandom random = new SplittableRandom(3);
    Learner other = new Learner(plain.spec(), KERNELS);
    assertThat(feed(other, 0, 400, () -> random.nextInt(3) == 0)).isEqualTo(expected);
    assertThat(other.weightsDigest()).isEqualTo(plain.weightsDigest());
  }

  /** Values and labels that no float holds well: nothing stops, nothing is NaN, and it goes on. */
  @ParameterizedTest
  @CsvSource({"0, 1", "0, 8", "2, 1", "5, 4"})
  void shouldStayFiniteWhateverComes(int classes, int batch) throws IOException {
    Learner learner = new Learner(spec(unscaled(), classes, batch, 0), KERNELS);
    double[] extremes = {1e30, -1e38, 3e38, 1e-40, 1e19, -1e10, 1e300, 0};
    SplittableRandom random = new SplittableRandom(4);
    boolean[] wild = {false};
    Feed.feed(
        learner,
        0,
        900,
        offset -> {
          fillUnscaled(learner.event(), classes, offset);
          wild[0] = offset % 10 == 9 && offset < 600;
          if (wild[0]) {
            EventRow event = learner.event();
            event.numbers[random.nextInt(2)] = extremes[random.nextInt(7)];
            event.vectors[0] = (float) extremes[random.nextInt(6)];
            event.label = classes == 0 ? extremes[random.nextInt(6)] : event.label;
            event.weight = random.nextInt(4) == 0 ? 1e30 : 1;
          }
        },
        NEVER,
        outcome -> {
          for (float output : outcome.outputs) {
            assertThat(output).as("event %d", outcome.offset).isNotNaN();
          }
        });
    Map<String, byte[]> blocks = blocks(learner);
    assertFinite(blocks);
    assertThat(learner.counters().learned()).isGreaterThan(300);
    Learner loaded = new Learner(learner.spec(), KERNELS);
    loaded.read(blocks::get);
    Feed.feed(
        learner, 900, 950, o -> fillUnscaled(learner.event(), classes, o), NEVER, outcome -> {});
    Feed.feed(
        loaded, 900, 950, o -> fillUnscaled(loaded.event(), classes, o), NEVER, outcome -> {});
    assertThat(loaded.weightsDigest()).isEqualTo(learner.weightsDigest());
  }

  @Test
  void shouldKeepThePanelInTheSpecAndItsHash() {
    for (int classes : new int[] {0, 2, 5}) {
      ModelSpec spec = spec(classes, 1, 0);
      ModelSpec read = ModelSpec.fromJson(spec.toJson());
      assertThat(read).isEqualTo(spec);
      assertThat(read.toJson()).isEqualTo(spec.toJson());
      assertThat(read.hash()).isEqualTo(spec.hash());
      assertThat(spec.toJson()).contains("\"panel\":{\"experts\":[{\"name\":");
      List<ExpertSpec> experts = new ArrayList<>(spec.panel().experts());
      experts.removeLast();
      PanelSpec fewer = new PanelSpec(experts, spec.panel().expansion());
      ModelSpec other =
          new ModelSpec(spec.features(), spec.label(), spec.loss(), fewer, 1, spec.seed());
      assertThat(other.hash()).isNotEqualTo(spec.hash());
      assertThat(Arrays.asList(spec.withBatch(4).panel(), spec.withTextsAtMost(1).panel()))
          .containsOnly(spec.panel());
    }
  }
}
