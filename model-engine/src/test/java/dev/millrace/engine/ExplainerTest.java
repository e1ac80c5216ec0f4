package dev.millrace.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.millrace.engine.feature.EventRow;
import dev.millrace.engine.feature.FeatureSpec;
import dev.millrace.engine.kernel.KernelChoice;
import dev.millrace.engine.kernel.Kernels;
import dev.millrace.engine.layer.Activation;
import dev.millrace.engine.layer.LayerSpec;
import dev.millrace.engine.loss.LossSpec;
import dev.millrace.engine.model.LabelSpec;
import dev.millrace.engine.model.ModelSpec;
import dev.millrace.engine.optim.OptimizerSpec;
import dev.millrace.engine.panel.AutoPanel;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What predictions tell beside what they say. */
class ExplainerTest {
  private static final Kernels KERNELS = KernelChoice.select(KernelChoice.Mode.AUTO).kernels();
  private static final BooleanSupplier NEVER = () -> false;
  private static final PredictionDetail ALL = new PredictionDetail(10, 64, true);

  private static final List<FeatureSpec> FEATURES =
      List.of(
          FeatureSpec.numeric("noise"),
          FeatureSpec.numeric("signal"),
          FeatureSpec.oneHot("color", List.of("red", "blue")));

  /** What was said of an event and told beside it. */
  private record Said(
      long offset,
      long version,
      List<Float> outputs,
      int predictedClass,
      double predictedValue,
      List<Attribution> attributions,
      double baseline,
      Map<String, Double> expertWeights) {
    double sum() {
      return attributions.stream().mapToDouble(Attribution::value).sum();
    }

    Said alone() {
      return new Said(
          offset,
          version,
          outputs,
          predictedClass,
          predictedValue,
          List.of(),
          Double.NaN,
          Map.of());
    }
  }

  private static ModelSpec panel(int classes, int batch, int delay) {
    LabelSpec label = label(classes, delay);
    return new ModelSpec(
        FEATURES,
        label,
        ModelSpec.defaultLoss(label),
        AutoPanel.of(FEATURES, classes, 4),
        batch,
        4);
  }

  private static ModelSpec network(int classes, int batch, LossSpec loss) {
    LabelSpec label = label(classes, 0);
    List<LayerSpec> layers =
        ModelSpec.withOutput(List.of(LayerSpec.dense(8, Activation.TANH)), label, loss);
    OptimizerSpec sgd = OptimizerSpec.of("sgd", Map.of("learning_rate", 0.05));
    return new ModelSpec(FEATURES, label, layers, loss, sgd, batch, 4);
  }

  private static LabelSpec label(int classes, int delay) {
    return new LabelSpec("y", List.of("k", "l", "m").subList(0, classes), null, delay);
  }

  /** The label follows the signal, and the color a little. */
  private static void fill(Learner learner, long offset) {
    SplittableRandom random = new SplittableRandom(offset * 7 + 1);
    EventRow event = learner.event();
    event.clear();
    event.numbers[0] = random.nextGaussian();
    event.numbers[1] = random.nextGaussian();
    event.categories[0] = random.nextInt(2);
    double sum = event.numbers[1] + 0.3 * event.categories[0];
    int classes = learner.spec().label().classes().size();
    event.labelled = random.nextInt(5) != 0;
    event.label = classes == 0 ? 100 + 20 * sum : sum < 0 ? 0 : sum > 1 ? classes - 1 : 1;
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
            outputs.add(output);
          }
          said.add(
              new Said(
                  outcome.offset,
                  outcome.version,
                  outputs,
                  outcome.predictedClass,
                  outcome.predictedValue,
                  outcome.attributions,
                  outcome.attributionBaseline,
                  outcome.expertWeights));
        });
    return said;
  }

  private static Learner told(ModelSpec spec, PredictionDetail detail) {
    Learner learner = new Learner(spec, KERNELS);
    learner.tell(detail);
    return learner;
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 2, 3})
  void attributionsOfAPanelAddUpToWhatItSaysBeyondTheBaseline(int classes) {
    Learner learner = told(panel(classes, 1, 0), ALL);
    feed(learner, 0, 600, NEVER);
    double deviation = classes == 0 ? 20 : 1;
    for (Said said : feed(learner, 600, 660, NEVER)) {
      double output = classes == 0 ? said.predictedValue : said.outputs.get(said.predictedClass);
      assertThat(said.sum()).isCloseTo(output - said.baseline, within(0.02 * deviation));
      assertThat(said.attributions.size()).isBetween(1, 3);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 2, 3})
  void theFeatureThatTellsTheLabelComesFirst(int classes) {
    for (ModelSpec spec :
        List.of(
            panel(classes, 1, 0), network(classes, 1, ModelSpec.defaultLoss(label(classes, 0))))) {
      Learner learner = told(spec, new PredictionDetail(1, 16, false));
      feed(learner, 0, 800, NEVER);
      List<Said> said = feed(learner, 800, 1_000, NEVER);
      long first =
          said.stream().filter(s -> s.attributions.getFirst().feature().equals("signal")).count();
      assertThat(first).as("of 200").isGreaterThan(120);
      assertThat(said).allMatch(s -> s.attributions.size() == 1 && s.expertWeights.isEmpty());
    }
  }

  @Test
  void anAttributionIsOfTheClassThatIsSaid() {
    Learner learner = told(network(2, 1, LossSpec.BINARY_CROSSENTROPY), ALL);
    feed(learner, 0, 800, NEVER);
    for (Said said : feed(learner, 800, 900, NEVER)) {
      double probability = said.outputs.get(said.predictedClass);
      assertThat(said.sum()).isCloseTo(probability - said.baseline, within(1e-3));
    }
  }

  @Test
  void ofMarginsAnAttributionIsOfTheMargin() {
    Learner learner = told(network(2, 1, LossSpec.of("hinge")), ALL);
    feed(learner, 0, 800, NEVER);
    for (Said said : feed(learner, 800, 900, NEVER)) {
      double margin = said.sum() + said.baseline;
      assertThat(margin).isGreaterThan(-1e-3);
      double probability = 1 / (1 + Math.exp(-2 * margin));
      assertThat(probability).isCloseTo(said.outputs.get(said.predictedClass), within(1e-2));
    }
  }

  @Test
  void expertWeightsAreByNameAndAddUpToOne() {
    Learner learner = told(panel(2, 1, 0), new PredictionDetail(0, 16, true));
    List<Said> said = feed(learner, 0, 300, NEVER);
    assertThat(said.getFirst().expertWeights.keySet())
        .contains("linear_slow", "network_deep", "constant");
    for (Said one : said) {
      double all = one.expertWeights.values().stream().mapToDouble(Double::doubleValue).sum();
      assertThat(all).isCloseTo(1, within(1e-9));
      assertThat(one.attributions).isEmpty();
    }
    assertThat(said.getLast().expertWeights).isNotEqualTo(said.getFirst().expertWeights);
    learner.experts().stream()
        .filter(expert -> said.getLast().expertWeights.containsKey(expert.name()))
        .forEach(expert -> assertThat(expert.weight()).isBetween(0.0, 1.0));
    Learner network = told(network(2, 1, LossSpec.BINARY_CROSSENTROPY), ALL);
    assertThat(feed(network, 0, 10, NEVER)).allMatch(one -> one.expertWeights.isEmpty());
  }

  @ParameterizedTest
  @CsvSource({"2, 1, 0", "3, 8, 0", "0, 4, 0", "2, 8, 3", "0, 1, 7", "3, 4, 20"})
  void whatIsToldChangesNoBitOfWhatIsSaidAndLearned(int classes, int batch, int delay) {
    ModelSpec spec = panel(classes, batch, delay);
    Learner silent = new Learner(spec, KERNELS);
    Learner telling = told(spec, ALL);
    List<Said> expected = feed(silent, 0, 400, NEVER);
    assertThat(feed(telling, 0, 400, NEVER).stream().map(Said::alone)).isEqualTo(expected);
    assertThat(telling.weightsDigest()).isEqualTo(silent.weightsDigest());
    assertThat(blocks(telling)).isEqualTo(blocks(silent));
  }

  @ParameterizedTest
  @CsvSource({"2, 1, 0", "3, 8, 0", "0, 4, 0", "2, 8, 3", "0, 1, 7", "3, 4, 20"})
  void whatIsToldIsTheSameWhereverPredictionsAreAskedForAndStateIsReadAgain(
      int classes, int batch, int delay) {
    ModelSpec spec = panel(classes, batch, delay);
    List<Said> expected = feed(told(spec, ALL), 0, 300, NEVER);
    for (int seed = 0; seed < 3; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      Map<String, byte[]> store = new TreeMap<>();
      Learner learner = told(spec, ALL);
      List<Said> said = new ArrayList<>();
      for (long at = 0; at < 300; ) {
        long to = Math.min(300, at + 1 + random.nextInt(50));
        said.addAll(feed(learner, at, to, () -> random.nextInt(3) == 0));
        learner.writeChanged(store::put);
        at = to;
        if (random.nextInt(3) == 0) {
          learner = told(spec, ALL);
          learner.read(store::get);
        }
      }
      assertThat(said).isEqualTo(expected);
    }
  }

  private static Map<String, String> blocks(Learner learner) {
    Map<String, String> blocks = new TreeMap<>();
    learner.writeAll((key, bytes) -> blocks.put(key, HexFormat.of().formatHex(bytes)));
    return blocks;
  }
}
