package dev.millrace.formats.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.onnxruntime.OrtException;
import dev.millrace.engine.Learner;
import dev.millrace.engine.Outcome;
import dev.millrace.engine.feature.EventRow;
import dev.millrace.engine.feature.FeatureKind;
import dev.millrace.engine.feature.FeatureSpace.Field;
import dev.millrace.engine.feature.FeatureSpec;
import dev.millrace.engine.layer.Activation;
import dev.millrace.engine.layer.LayerSpec;
import dev.millrace.engine.loss.LossSpec;
import dev.millrace.engine.model.LabelSpec;
import dev.millrace.engine.model.ModelSpec;
import dev.millrace.engine.optim.OptimizerSpec;
import dev.millrace.engine.panel.AutoPanel;
import dev.millrace.formats.Teaching;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The electricity market and phishing sites, with values left out, as graphs. */
class RealDataTest {
  private static final int ASKED = 10;

  private record Rows(List<String> columns, List<String[]> rows) {
    static Rows read(String name, int most) throws IOException {
      Path file = Path.of("../examples/data", name + ".csv.gz");
      try (BufferedReader in =
          new BufferedReader(
              new InputStreamReader(
                  new GZIPInputStream(Files.newInputStream(file)), StandardCharsets.UTF_8))) {
        List<String> columns = List.of(in.readLine().split(","));
        List<String[]> rows = new ArrayList<>();
        for (String line; rows.size() < most && (line = in.readLine()) != null; ) {
          rows.add(line.split(","));
        }
        return new Rows(columns, rows);
      }
    }

    /** Every seventeenth value is missing. */
    boolean isMissing(int row, int column) {
      return (row * columns.size() + column) % 17 == 0;
    }
  }

  private static ModelSpec spec(Rows data, String label, boolean auto) {
    List<FeatureSpec> features = new ArrayList<>();
    for (String column : data.columns()) {
      if (column.equals("day")) {
        features.add(FeatureSpec.oneHot(column, List.of("1", "2", "3", "4", "5", "6", "7")));
      } else if (!column.equals(label)) {
        features.add(FeatureSpec.numeric(column));
      }
    }
    int at = data.columns().indexOf(label);
    List<String> classes = data.rows().stream().map(row -> row[at]).distinct().sorted().toList();
    LabelSpec stated = new LabelSpec(label, classes);
    LossSpec loss = ModelSpec.defaultLoss(stated);
    return auto
        ? new ModelSpec(features, stated, loss, AutoPanel.of(features, 2, 0), 1, 0)
        : new ModelSpec(
            features,
            stated,
            ModelSpec.withOutput(
                List.of(LayerSpec.dense(32, Activation.RELU), LayerSpec.dense(16, Activation.RELU)),
                stated,
                loss),
            loss,
            OptimizerSpec.of("adam"),
            16,
            0);
  }

  /** Fills the event, and returns the same as inputs of a graph. */
  private static Map<String, Object> fill(Rows data, int row, Learner learner) {
    EventRow event = learner.event();
    event.clear();
    Map<String, Object> inputs = new HashMap<>();
    for (Field field : learner.spec().space().fields()) {
      FeatureSpec feature = field.spec();
      int column = data.columns().indexOf(feature.name());
      String cell = data.isMissing(row, column) ? "" : data.rows().get(row)[column];
      if (feature.kind() == FeatureKind.ONE_HOT) {
        event.categories[field.slot()] = feature.categories().indexOf(cell);
        inputs.put(feature.name(), new String[][] {{cell}});
      } else {
        double value = cell.isEmpty() ? Double.NaN : Double.parseDouble(cell);
        event.numbers[field.slot()] = value;
        inputs.put(feature.name(), new double[][] {{value}});
      }
    }
    LabelSpec label = learner.spec().label();
    event.labelled = true;
    event.label =
        label.classes().indexOf(data.rows().get(row)[data.columns().indexOf(label.field())]);
    return inputs;
  }

  @ParameterizedTest
  @CsvSource({
    "elec2, class, false",
    "elec2, class, true",
    "phishing, is_phishing, false",
    "phishing, is_phishing, true"
  })
  void shouldSayWhatTheModelSays(String name, String label, boolean auto)
      throws IOException, OrtException {
    Rows data = Rows.read(name, 1_250);
    Learner learner = Teaching.newLearner(spec(data, label, auto));
    int taught = data.rows().size() - ASKED;
    Teaching.teach(learner, 0, taught, row -> fill(data, (int) row, learner));
    for (int row = taught; row < data.rows().size(); row++) {
      Map<String, Object> inputs = fill(data, row, learner);
      Outcome said = Teaching.say(learner, row);
      try (OnnxRun graph = OnnxRun.of(learner)) {
        float[][] probabilities = (float[][]) graph.run(inputs).get("probabilities");
        assertThat(probabilities[0]).containsExactly(said.outputs, within(1e-5f));
      }
    }
  }
}
