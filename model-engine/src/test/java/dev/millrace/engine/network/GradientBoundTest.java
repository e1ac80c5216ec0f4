package dev.millrace.engine.network;

import static dev.millrace.engine.network.LayerCase.ROWS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.engine.kernel.KernelChoice;
import dev.millrace.engine.kernel.Kernels;
import dev.millrace.engine.kernel.Workers;
import dev.millrace.engine.kernel.Workspace;
import dev.millrace.engine.layer.GradientSink;
import dev.millrace.engine.layer.Inputs;
import dev.millrace.engine.layer.Layer;
import dev.millrace.engine.layer.Layers;
import dev.millrace.engine.layer.Parameter;
import dev.millrace.engine.layer.Pass;
import dev.millrace.engine.optim.Optimizer;
import dev.millrace.engine.params.ParameterLayout;
import dev.millrace.engine.params.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The two ways of a step: gradients used block by block where a bound shows beforehand that they
 * are finite, and gradients gathered first.
 */
class GradientBoundTest {
  private static final float[] SCALES = {1e-20f, 1e-3f, 1f, 1e4f, 1e9f, 1e14f, 1e25f, 1e38f};

  static Stream<LayerCase> cases() {
    return Stream.concat(LayerCase.ofNumbers().stream(), LayerCase.ofCategories().stream());
  }

  /** A block that a layer handed over, as it was then. */
  private record Block(Parameter parameter, int at, float[] g) {}

  /** Layers after a backward pass of numbers and a gradient that are about so large. */
  private static final class Subject {
    private final ParameterLayout layout = new ParameterLayout();
    private final List<Layer> layers;
    private final float[] parameters;

    Subject(LayerCase one, float scaleOfNumbers, float scaleOfGradient) {
      Kernels kernels = KernelChoice.select(KernelChoice.Mode.AUTO).kernels();
      Inputs inputs = new Inputs(one.numbers(), one.categories(), ROWS);
      layers =
          Layers.build(one.layers(), inputs, ROWS, layout, kernels, new Workspace(Workers.ONE));
      parameters = new float[layout.length()];
      int stream = 200;
      for (Tensor tensor : layout.tensors()) {
        layout.set(tensor.name(), LayerCase.uniform(stream++, tensor.size(), 0.1, 0.9), parameters);
      }
      inputs.numbers().view(scaled(one.x(ROWS), scaleOfNumbers), 0);
      inputs.view(one.entries(ROWS), 0);
      Pass pass = new Pass();
      pass.set(true, 1);
      layers.forEach(layer -> layer.forward(parameters, ROWS, pass));
      backward(scaleOfGradient);
    }

    private void backward(float scale) {
      layers.forEach(layer -> layer.output().clearGradient());
      float[] dy = scaled(LayerCase.targets(ROWS), scale);
      System.arraycopy(dy, 0, layers.getLast().output().gradient(), 0, dy.length);
      layers.getLast().output().gradientIsWritten();
      for (Layer layer : layers.reversed()) {
        layer.output().finishGradient(ROWS);
        layer.backward(parameters, ROWS);
      }
    }

    /** Takes the gradient from the weights at once or when all of it is there. */
    float[] weightsAfterAStep(boolean atOnce) {
      List<Block> blocks = new ArrayList<>();
      for (Layer layer : layers) {
        layer.parameterGradients(
            ROWS,
            sink(
                block -> {
                  if (atOnce) {
                    subtract(block);
                  } else {
                    blocks.add(block);
                  }
                }));
      }
      blocks.forEach(this::subtract);
      return parameters;
    }

    private void subtract(Block block) {
      for (int i = 0; i < block.g().length; i++) {
        parameters[block.at() + i] -= block.g()[i];
      }
    }
  }

  private static float[] scaled(float[] values, float scale) {
    for (int i = 0; i < values.length; i++) {
      values[i] *= scale;
    }
    return values;
  }

  /** Copies every block, and then overwrites it, as a sink may. */
  private static GradientSink sink(Consumer<Block> consumer) {
    return new GradientSink() {
      @Override
      public boolean isConcurrent() {
        return false;
      }

      @Override
      public void accept(Parameter parameter, int at, float[] g, int gAt, int length) {
        float[] copy = new float[length];
        System.arraycopy(g, gAt, copy, 0, length);
        Arrays.fill(g, gAt, gAt + length, Float.NaN);
        consumer.accept(new Block(parameter, at, copy));
      }

      @Override
      public void acceptRows(Parameter parameter, int[] rows, int count, float[] g) {
        int columns = parameter.tensor().columns();
        for (int i = 0; i < count; i++) {
          accept(parameter, parameter.tensor().index(rows[i], 0), g, i * columns, columns);
        }
      }
    };
  }

  @ParameterizedTest
  @MethodSource("cases")
  void noGradientIsBeyondItsBound(LayerCase one) {
    int bounded = 0;
    for (float numbers : SCALES) {
      for (float gradient : SCALES) {
        for (Layer layer : new Subject(one, numbers, gradient).layers) {
          double bound = layer.gradientBound(ROWS);
          if (bound <= Optimizer.GRADIENT_MAX) {
            bounded++;
            layer.parameterGradients(
                ROWS,
                sink(
                    block -> {
                      for (float g : block.g()) {
                        assertThat((double) Math.abs(g))
                            .as(block.parameter().tensor().name())
                            .isLessThanOrEqualTo(bound * (1 + 1e-5) + Float.MIN_NORMAL);
                      }
                    }));
          }
        }
      }
    }
    assertThat(bounded).isPositive();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void gradientsUsedAtOnceGiveTheBitsOfGradientsGatheredFirst(LayerCase one) {
    assertThat(new Subject(one, 1f, 1f).weightsAfterAStep(true))
        .containsExactly(new Subject(one, 1f, 1f).weightsAfterAStep(false));
  }
}
