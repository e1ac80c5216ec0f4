package dev.millrace.engine.kernel;

import static dev.millrace.engine.kernel.VectorTiles.LENGTH;
import static dev.millrace.engine.kernel.VectorTiles.SPECIES;
import static jdk.incubator.vector.FloatVector.broadcast;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/** {@link ActivationKernels} with the Vector API: a body of whole vectors and the plain tail. */
final class VectorActivations extends VectorSoftmax implements ActivationKernels {
  private final ActivationKernels plain = new PlainActivations();

  @Override
  public void relu(float[] z, float[] y, int from, int to) {
    int body = from + SPECIES.loopBound(to - from);
    for (int i = from; i < body; i += LENGTH) {
      FloatVector x = FloatVector.fromArray(SPECIES, z, i);
      x.max(0f).intoArray(y, i);
    }
    plain.relu(z, y, body, to);
  }

  @Override
  public void reluGradient(float[] y, float[] dy, float[] dz, int from, int to) {
    int body = from + SPECIES.loopBound(to - from);
    for (int i = from; i < body; i += LENGTH) {
      FloatVector out = FloatVector.fromArray(SPECIES, y, i);
      FloatVector g = FloatVector.fromArray(SPECIES, dy, i);
      VectorMask<Float> on = out.compare(VectorOperators.GT, 0f);
      broadcast(SPECIES, 0f).blend(g, on).intoArray(dz, i);
    }
    plain.reluGradient(y, dy, dz, body, to);
  }

  @Override
  public void leakyRelu(float[] z, float[] y, int from, int to) {
    int body = from + SPECIES.loopBound(to - from);
    for (int i = from; i < body; i += LENGTH) {
      FloatVector x = FloatVector.fromArray(SPECIES, z, i);
      x.mul(NEGATIVE_SLOPE).blend(x, x.compare(VectorOperators.GT, 0f)).intoArray(y, i);
    }
    plain.leakyRelu(z, y, body, to);
  }

  @Override
  public void leakyReluGradient(float[] y, float[] dy, float[] dz, int from, int to) {
    int body = from + SPECIES.loopBound(to - from);
    for (int i = from; i < body; i += LENGTH) {
      FloatVector out = FloatVector.fromArray(SPECIES, y, i);
      FloatVector g = FloatVector.fromArray(SPECIES, dy, i);
      VectorMask<Float> on = out.compare(VectorOperators.GT, 0f);
      g.mul(NEGATIVE_SLOPE).blend(g, on).intoArray(dz, i);
    }
    plain.leakyReluGradient(y, dy, dz, body, to);
  }

  @Override
  public void relu6(float[] z, float[] y, int from, int to) {
    int body = from + SPECIES.loopBound(to - from);
    for (int i = from; i < body; i += LENGTH) {
      FloatVector x = FloatVector.fromArray(SPECIES, z, i);
      x.max(0f).min(6f).intoArray(y, i);
    }
    plain.relu6(z, y, body, to);
  }

  @Override
  public void relu6Gradient(float[] y, float[] dy, float[] dz, int from, int to) {
    int body = from + SPECIES.loopBound(to - from);
    for (int i = from; i < body; i += LENGTH) {
      FloatVector out = FloatVector.fromArray(SPECIES, y, i);
      FloatVector g = FloatVector.fromArray(SPECIES, dy, i);
      VectorMask<Float> on = out.compare(VectorOperators.GT, 0f);
      on = on.and(out.compare(VectorOperators.LT, 6f));
      broadcast(SPECIES, 0f).blend(g, on).intoArray(dz, i);
    }
    plain.relu6Gradient(y, dy, dz, body, to);
  }

  @Override
  public void elu(float[] z, float[] y, int from, int to) {
    int body = from + SPECIES.loopBound(to - from);
    VectorElementary.linearOrExpm1(z, y, from, body, 1f, 1f);
    plain.elu(z, y, body, to);
  }

  @Override
  public void eluGradient(float[] y, float[] dy, float[] dz, int from, int to) {
    int body = from + SPECIES.loopBound(to - from);
    for (int i = from; i < body; i += LENGTH) {
      FloatVector out = FloatVector.fromArray(SPECIES, y, i);
      FloatVector g = FloatVector.fromArray(SPECIES, dy, i);
      VectorMask<Float> on = out.compare(VectorOperators.GT, 0f);
      g.mul(out.add(1f)).blend(g, on).intoArray(dz, i);
    }
    plain.eluGradient(y, dy, dz, body, to);
  }

  @Override
  public void selu(float[] z, float[] y, int from, int to) {
    int body = from + SPECIES.loopBound(to - from);
    VectorElementary.linearOrExpm1(z, y, from, body, SELU_SCALE, SELU_ALPHA);
    plain.selu(z, y, body, to);
  }

  @Override
  public void seluGradient(float[] y, float[] dy, float[] dz, int from, int to) {
    int body = from + SPECIES.loopBound(to - from);
    for (int i = from; i < body; i += LENGTH) {
      FloatVector out = FloatVector.fromArray(SPECIES, y, i);
      FloatVector g = FloatVector.fromArray(SPECIES, dy, i);
      VectorMask<Float> on = out.compare(VectorOperators.GT, 0f);
      g.mul(out.add(SELU_ALPHA).blend(SELU_SCALE, on)).intoArray(dz, i);
    }
    plain.seluGradient(y, dy, dz, body, to);
  }

  @Override
  public void gelu(float[] z, float[] y, int from, int to) {
    int body = from + SPECIES.loopBound(to - from);
    VectorElementary.bell(z, y, from, body);
    VectorElementary.normalCdf(z, y, y, from, body);
    times(z, y, from, body);
    plain.gelu(z, y, body, to);
  }

  @Override
  public void geluGradient(
      float[] z, float[] dy, float[] dz, int from, int to, Workspace workspace) {
    int body = from + SPECIES.loopBound(to - from);
    float[] bell = workspace.left;
    float[] cdf = workspace.right;
    VectorElementary.bell(z, bell, from, body);
    VectorElementary.normalCdf(z, bell, cdf, from, body);
    for (int i = from; i < body; i += LENGTH) {
      FloatVector x = FloatVector.fromArray(SPECIES, z, i);
      FloatVector g = FloatVector.fromArray(SPECIES, dy, i);
      FloatVector density =
          FloatVector.fromArray(SPECIES, bell, i).mul(Elementary.INVERSE_SQRT_TWO_PI);
      g.mul(x.fma(density, FloatVector.fromArray(SPECIES, cdf, i))).intoArray(dz, i);
    }
    plain.geluGradient(z, dy, dz, body, to, workspace);
  }

  @Override
  public void silu(float[] z, float[] y, int from, int to) {
    int body = from + SPECIES.loopBound(to - from);
    VectorElementary.sigmoid(z, y, from, body);
    times(z, y, from, body);
    plain.silu(z, y, body, to);
  }

  @Override
  public void siluGradient(float[] z, float[] y, float[] dy, float[] dz, int from, int to) {
    int body = from + SPECIES.loopBound(to - from);
    for (int i = from; i < body; i += LENGTH) {
      FloatVector x = FloatVector.fromArray(SPECIES, z, i);
      FloatVector out = FloatVector.fromArray(SPECIES, y, i);
      FloatVector g = FloatVector.fromArray(SPECIES, dy, i);
      VectorMask<Float> tiny = x.abs().compare(VectorOperators.LT, 1e-30f);
      FloatVector s = out.div(x).blend(0.5f, tiny);
      g.mul(out.fma(broadcast(SPECIES, 1f).sub(s), s)).intoArray(dz, i);
    }
    plain.siluGradient(z, y, dy, dz, body, to);
  }

  @Override
  public void softplus(float[] z, float[] y, int from, int to) {
    int body = from + SPECIES.loopBound(to - from);
    VectorElementary.expOfMinusMagnitude(z, y, from, body);
    VectorElementary.log1p(y, y, from, body);
    for (int i = from; i < body; i += LENGTH) {
      FloatVector x = FloatVector.fromArray(SPECIES, z, i);
      x.max(0f).add(FloatVector.fromArray(SPECIES, y, i)).intoArray(y, i);
    }
    plain.softplus(z, y, body, to);
  }

  @Override
  public void softplusGradient(
      float[] z, float[] dy, float[] dz, int from, int to, Workspace workspace) {
    int body = from + SPECIES.loopBound(to - from);
    float[] sigmoid = workspace.left;
    VectorElementary.sigmoid(z, sigmoid, from, body);
    for (int i = from; i < body; i += LENGTH) {
      FloatVector g = FloatVector.fromArray(SPECIES, dy, i);
      g.mul(FloatVector.fromArray(SPECIES, sigmoid, i)).intoArray(dz, i);
    }
    plain.softplusGradient(z, dy, dz, body, to, workspace);
  }

  @Override
  public void softsign(float[] z, float[] y, int from, int to) {
    int body = from + SPECIES.loopBound(to - from);
    for (int i = from; i < body; i += LENGTH) {
      FloatVector x = FloatVector.fromArray(SPECIES, z, i);
      x.div(x.abs().add(1f)).intoArray(y, i);
    }
    plain.softsign(z, y, body, to);
  }

  @Override
  public void softsignGradient(float[] z, float[] dy, float[] dz, int from, int to) {
    int body = from + SPECIES.loopBound(to - from);
    for (int i = from; i < body; i += LENGTH) {
      FloatVector x = FloatVector.fromArray(SPECIES, z, i);
      FloatVector g = FloatVector.fromArray(SPECIES, dy, i);
      FloatVector r = broadcast(SPECIES, 1f).div(x.abs().add(1f));
      g.mul(r).mul(r).intoArray(dz, i);
    }
    plain.softsignGradient(z, dy, dz, body, to);
  }

  @Override
  public void sigmoid(float[] z, float[] y, int from, int to) {
    int body = from + SPECIES.loopBound(to - from);
    VectorElementary.sigmoid(z, y, from, body);
    plain.sigmoid(z, y, body, to);
  }

  @Override
  public void sigmoidGradient(float[] y, float[] dy, float[] dz, int from, int to) {
    int body = from + SPECIES.loopBound(to - from);
    for (int i = from; i < body; i += LENGTH) {
      FloatVector out = FloatVector.fromArray(SPECIES, y, i);
      FloatVector g = FloatVector.fromArray(SPECIES, dy, i);
      g.mul(out.mul(broadcast(SPECIES, 1f).sub(out))).intoArray(dz, i);
    }
    plain.sigmoidGradient(y, dy, dz, body, to);
  }

  @Override
  public void hardSigmoid(float[] z, float[] y, int from, int to) {
    int body = from + SPECIES.loopBound(to - from);
    for (int i = from; i < body; i += LENGTH) {
      FloatVector x = FloatVector.fromArray(SPECIES, z, i);
      FloatVector line = x.fma(broadcast(SPECIES, HARD_SLOPE), broadcast(SPECIES, 0.5f));
      line.max(0f).min(1f).intoArray(y, i);
    }
    plain.hardSigmoid(z, y, body, to);
  }

  @Override
  public void hardSigmoidGradient(float[] y, float[] dy, float[] dz, int from, int to) {
    int body = from + SPECIES.loopBound(to - from);
    for (int i = from; i < body; i += LENGTH) {
      FloatVector out = FloatVector.fromArray(SPECIES, y, i);
      FloatVector g = FloatVector.fromArray(SPECIES, dy, i);
      VectorMask<Float> on = out.compare(VectorOperators.GT, 0f);
      on = on.and(out.compare(VectorOperators.LT, 1f));
      broadcast(SPECIES, 0f).blend(g.mul(HARD_SLOPE), on).intoArray(dz, i);
    }
    plain.hardSigmoidGradient(y, dy, dz, body, to);
  }

  @Override
  public void tanh(float[] z, float[] y, int from, int to) {
    int body = from + SPECIES.loopBound(to - from);
    VectorElementary.tanh(z, y, from, body);
    plain.tanh(z, y, body, to);
  }

  @Override
  public void tanhGradient(float[] y, float[] dy, float[] dz, int from, int to) {
    int body = from + SPECIES.loopBound(to - from);
    for (int i = from; i < body; i += LENGTH) {
      FloatVector out = FloatVector.fromArray(SPECIES, y, i);
      FloatVector g = FloatVector.fromArray(SPECIES, dy, i);
      g.mul(out.neg().fma(out, broadcast(SPECIES, 1f))).intoArray(dz, i);
    }
    plain.tanhGradient(y, dy, dz, body, to);
  }

  @Override
  public void mish(float[] z, float[] y, int from, int to) {
    int body = from + SPECIES.loopBound(to - from);
    expOfMishInput(z, y, from, body);
    for (int i = from; i < body; i += LENGTH) {
      FloatVector x = FloatVector.fromArray(SPECIES, z, i);
      FloatVector e = FloatVector.fromArray(SPECIES, y, i);
      FloatVector n = e.mul(e.add(2f));
      x.mul(n.div(n.add(2f))).intoArray(y, i);
    }
    plain.mish(z, y, body, to);
  }

  @Override
  public void mishGradient(
      float[] z, float[] dy, float[] dz, int from, int to, Workspace workspace) {
    int body = from + SPECIES.loopBound(to - from);
    float[] exp = workspace.left;
    expOfMishInput(z, exp, from, body);
    for (int i = from; i < body; i += LENGTH) {
      FloatVector x = FloatVector.fromArray(SPECIES, z, i);
      FloatVector e = FloatVector.fromArray(SPECIES, exp, i);
      FloatVector g = FloatVector.fromArray(SPECIES, dy, i);
      FloatVector n = e.mul(e.add(2f));
      FloatVector r = broadcast(SPECIES, 1f).div(n.add(2f));
      FloatVector rise = e.mul(4f).mul(e.add(1f)).mul(r).mul(r);
      g.mul(x.fma(rise, n.mul(r))).intoArray(dz, i);
    }
    plain.mishGradient(z, dy, dz, body, to, workspace);
  }

  private static void expOfMishInput(float[] z, float[] e, int from, int to) {
    for (int i = from; i < to; i += LENGTH) {
      FloatVector.fromArray(SPECIES, z, i).min(Elementary.MISH_MAX).intoArray(e, i);
    }
    VectorElementary.exp(e, e, from, to);
  }

  @Override
  public void exponential(float[] z, float[] y, int from, int to) {
    int body = from + SPECIES.loopBound(to - from);
    VectorElementary.exp(z, y, from, body);
    plain.exponential(z, y, body, to);
  }

  @Override
  public void exponentialGradient(float[] y, float[] dy, float[] dz, int from, int to) {
    int body = from + SPECIES.loopBound(to - from);
    for (int i = from; i < body; i += LENGTH) {
      FloatVector out = FloatVector.fromArray(SPECIES, y, i);
      FloatVector g = FloatVector.fromArray(SPECIES, dy, i);
      g.mul(out).intoArray(dz, i);
    }
    plain.exponentialGradient(y, dy, dz, body, to);
  }

  /** y = z·y. */
  private static void times(float[] z, float[] y, int from, int to) {
    for (int i = from; i < to; i += LENGTH) {
      FloatVector x = FloatVector.fromArray(SPECIES, z, i);
      x.mul(FloatVector.fromArray(SPECIES, y, i)).intoArray(y, i);
    }
  }
}
