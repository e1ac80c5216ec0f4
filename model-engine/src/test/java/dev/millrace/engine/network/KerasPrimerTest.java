package dev.millrace.engine.network;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.engine.kernel.KernelChoice;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class KerasPrimerTest {
  private static JsonNode reference;
  private static float[] x;
  private static float[] labels;
  private static Sequential model;
  private static History history;

  @BeforeAll
  static void learnTenEpochs() throws Exception {
    reference = KerasPrimer.reference();
    x = KerasPrimer.x();
    labels = KerasPrimer.labels(x);
    model = KerasPrimer.model(KernelChoice.Mode.AUTO);
    history = model.fit(x, labels, 10, 32);
    System.out.println(history);
    JsonNode e = reference.get("epochs");
    for (int i = 0; i < 10; i++) {
      double r = e.get(i).get("mean_batch_loss").asDouble();
      System.out.println(
          i
              + " "
              + (history.epochs().get(i).meanBatchLoss() / r - 1)
              + " acc "
              + history.epochs().get(i).accuracy());
    }
    float[] p = model.predict(x, 640);
    double worst = 0, worstAbs = 0;
    for (int r = 0; r < 5; r++)
      for (int j = 0; j < 10; j++) {
        double q = reference.get("predictions_rows_0_to_4").get(r).get(j).asDouble();
        worst = Math.max(worst, Math.abs(p[r * 10 + j] / q - 1));
        worstAbs = Math.max(worstAbs, Math.abs(p[r * 10 + j] - q));
      }
    System.out.println("pred rel " + worst + " abs " + worstAbs);
    float[] w = model.getWeights("dense_0/kernel");
    double s = 0, sa = 0;
    for (float v : w) {
      s += v;
      sa += Math.abs(v);
    }
    System.out.println(
        "sum "
            + (s - reference.get("sum_W1").asDouble())
            + " "
            + (s / reference.get("sum_W1").asDouble() - 1)
            + " sumabs rel "
            + (sa / reference.get("sum_abs_W1").asDouble() - 1));
    System.out.println("w00 " + (w[0] / reference.get("W1_0_0").asDouble() - 1));
    float[] w2 = model.getWeights("dense_1/kernel");
    System.out.println("w2 " + (w2[5119] / reference.get("W2_511_9").asDouble() - 1));
    float[] b = model.getWeights("dense_1/bias");
    for (int j = 0; j < 10; j++)
      System.out.println("b2 " + b[j] + " " + (b[j] / reference.get("b2").get(j).asDouble() - 1));
    float[] g = model.inputGradient(Arrays.copyOf(x, 1000), (int) labels[0]);
    for (int j = 0; j < 4; j++)
      System.out.println(
          "g "
              + g[j]
              + " "
              + (g[j] / reference.get("gradient_of_p_label_row0_wrt_x_first_4").get(j).asDouble()
                  - 1));
  }

  @Test
  void plainKernelsLearnTheSameBits() {
    Sequential plain = KerasPrimer.model(KernelChoice.Mode.PLAIN);
    History plainHistory = plain.fit(x, labels, 10, 32);
    assertThat(plainHistory).isEqualTo(history);
    assertThat(plain.getWeights("dense_0/kernel")).isEqualTo(model.getWeights("dense_0/kernel"));
  }
}
