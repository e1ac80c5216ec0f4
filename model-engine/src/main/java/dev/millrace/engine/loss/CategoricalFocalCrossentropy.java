package dev.millrace.engine.loss;

import dev.millrace.engine.kernel.Elementary;

/**
 * -Σ alpha·t·(1 - p)^gamma·log p over the classes, with p = softmax(z): Lin et al., "Focal loss for
 * dense object detection", ICCV 2017, in Keras' form.
 */
record CategoricalFocalCrossentropy(ClassTargets classes, float alpha, float gamma)
    implements LossFunction {
  @Override
  public int targetsPerRow() {
    return classes.perRow();
  }

  @Override
  public boolean fromSums() {
    return true;
  }

  // log p = (z - max) - log Σ exp(z - max); 1 - p is a sum of the others where p is the largest,
  // and at least 1/2 elsewhere
  @Override
  public void losses(
      float[] z, float[] y, float[] targets, int targetOffset, int rows, float[] losses) {
    int outputs = classes.outputs();
    for (int row = 0; row < rows; row++) {
      classes.check(targets, targetOffset, row);
      int start = row * outputs;
      int largest = LogSumExp.largest(z, start, outputs);
      float others = LogSumExp.others(z, start, outputs, largest);
      float logOfSum = LogSumExp.log(others);
      float loss = 0f;
      for (int j = start; j < start + outputs; j++) {
        float t = classes.of(targets, targetOffset, row, j - start);
        if (t != 0f) {
          float not = j == largest ? others / (1f + others) : 1f - y[j];
          float entropy = logOfSum - (z[j] - z[largest]);
          loss += t * (Elementary.power(not, gamma) * entropy);
        }
      }
      losses[row] = alpha * loss;
    }
  }

  // h = (1 - p)^gamma·(gamma·p·log p / (1 - p) - 1), whose fraction goes to -1 where p goes to 1;
  // dz = alpha·(t·h - p·Σ t·h)·weight / rows
  @Override
  public void gradient(
      float[] z,
      float[] y,
      float[] targets,
      int targetOffset,
      float[] weights,
      int weightOffset,
      int rows,
      float[] gradient) {
    int outputs = classes.outputs();
    float share = alpha * (1f / rows);
    for (int row = 0; row < rows; row++) {
      float part = LossFunction.part(weights, weightOffset + row, share);
      int start = row * outputs;
      int largest = LogSumExp.largest(z, start, outputs);
      float others = LogSumExp.others(z, start, outputs, largest);
      float logOfSum = LogSumExp.log(others);
      float sum = 0f;
      for (int j = start; j < start + outputs; j++) {
        float t = classes.of(targets, targetOffset, row, j - start);
        float not = j == largest ? others / (1f + others) : 1f - y[j];
        float log = (z[j] - z[largest]) - logOfSum;
        float fraction = not == 0f ? -1f : log / not;
        float h = Elementary.power(not, gamma) * (gamma * (y[j] * fraction) - 1f);
        gradient[j] = t == 0f ? 0f : t * h;
        sum += gradient[j];
      }
      for (int j = start; j < start + outputs; j++) {
        gradient[j] = (gradient[j] - y[j] * sum) * part;
      }
    }
  }
}
