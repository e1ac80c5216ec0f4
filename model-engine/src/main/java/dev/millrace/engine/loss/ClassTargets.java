package dev.millrace.engine.loss;

/**
 * How likely a target says that each class is: t·(1 - smoothing) + smoothing / outputs, where t is
 * the class' own target, or 1 for the class that an index names and 0 for the others.
 *
 * @param sparse whether a row's target is the index of its class, and not a probability a class
 * @param kept 1 - smoothing
 * @param even smoothing / outputs
 */
record ClassTargets(int outputs, boolean sparse, float kept, float even) {
  static ClassTargets of(int outputs, boolean sparse, float smoothing) {
    return new ClassTargets(outputs, sparse, 1f - smoothing, smoothing / outputs);
  }

  int perRow() {
    return sparse ? 1 : outputs;
  }

  /** Refuses a row whose target is no class, or no probabilities. */
  void check(float[] targets, int targetOffset, int row) {
    int start = targetOffset + row * perRow();
    if (sparse) {
      float target = targets[start];
      if (!(target >= 0 && target < outputs) || target != (int) target) {
        throw new IllegalArgumentException(
            "target must be a class index from 0 to " + (outputs - 1) + ", target=" + target);
      }
    } else {
      for (int j = start; j < start + outputs; j++) {
        requireProbability(targets[j]);
      }
    }
  }

  static void requireProbability(float target) {
    if (!(target >= 0 && target <= 1)) {
      throw new IllegalArgumentException("target must be from 0 to 1, target=" + target);
    }
  }

  /** The target of one class of a row. */
  float of(float[] targets, int targetOffset, int row, int j) {
    float t =
        sparse
            ? targets[targetOffset + row] == j ? 1f : 0f
            : targets[targetOffset + row * outputs + j];
    return t * kept + even;
  }
}
