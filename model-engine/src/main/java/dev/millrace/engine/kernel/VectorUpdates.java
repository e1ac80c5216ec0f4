package dev.millrace.engine.kernel;

import static dev.millrace.engine.kernel.VectorTiles.LENGTH;
import static dev.millrace.engine.kernel.VectorTiles.SPECIES;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/** {@link Updates} with the Vector API: a body of whole vectors and the plain loop as tail. */
final class VectorUpdates extends VectorGradients implements Updates {
  private final PlainUpdates plain = new PlainUpdates();

  @Override
  public void decay(float[] w, int at, int length, float factor) {
    FloatVector minusFactor = FloatVector.broadcast(SPECIES, -factor);
    int body = SPECIES.loopBound(length);
    for (int k = at; k < at + body; k += LENGTH) {
      FloatVector weights = FloatVector.fromArray(SPECIES, w, k);
      flush(minusFactor.fma(weights, weights)).intoArray(w, k);
    }
    plain.decay(w, at + body, length - body, factor);
  }

  @Override
  public void sgd(float[] w, int at, float[] g, int gAt, int length, float rate) {
    FloatVector minusRate = FloatVector.broadcast(SPECIES, -rate);
    int body = SPECIES.loopBound(length);
    for (int i = 0; i < body; i += LENGTH) {
      int k = at + i;
      FloatVector gradient = FloatVector.fromArray(SPECIES, g, gAt + i);
      minusRate.fma(gradient, FloatVector.fromArray(SPECIES, w, k)).intoArray(w, k);
    }
    plain.sgd(w, at + body, g, gAt + body, length - body, rate);
  }

  @Override
  public void momentum(
      float[] w, float[] m, int at, float[] g, int gAt, int length, float rate, float momentum) {
    FloatVector decay = FloatVector.broadcast(SPECIES, momentum);
    int body = SPECIES.loopBound(length);
    for (int i = 0; i < body; i += LENGTH) {
      int k = at + i;
      FloatVector gradient = FloatVector.fromArray(SPECIES, g, gAt + i);
      FloatVector move = gradient.mul(rate).neg();
      FloatVector slot = flush(decay.fma(FloatVector.fromArray(SPECIES, m, k), move));
      slot.intoArray(m, k);
      FloatVector.fromArray(SPECIES, w, k).add(slot).intoArray(w, k);
    }
    plain.momentum(w, m, at + body, g, gAt + body, length - body, rate, momentum);
  }

  @Override
  public void nesterov(
      float[] w, float[] m, int at, float[] g, int gAt, int length, float rate, float momentum) {
    FloatVector decay = FloatVector.broadcast(SPECIES, momentum);
    int body = SPECIES.loopBound(length);
    for (int i = 0; i < body; i += LENGTH) {
      int k = at + i;
      FloatVector gradient = FloatVector.fromArray(SPECIES, g, gAt + i);
      FloatVector move = gradient.mul(rate).neg();
      FloatVector slot = flush(decay.fma(FloatVector.fromArray(SPECIES, m, k), move));
      slot.intoArray(m, k);
      FloatVector ahead = decay.fma(slot, move);
      FloatVector.fromArray(SPECIES, w, k).add(ahead).intoArray(w, k);
    }
    plain.nesterov(w, m, at + body, g, gAt + body, length - body, rate, momentum);
  }

  @Override
  public void adam(
      float[] w,
      float[] m,
      float[] v,
      int at,
      float[] g,
      int gAt,
      int length,
      float rate1,
      float rate2,
      float alpha,
      float epsilon) {
    FloatVector rates1 = FloatVector.broadcast(SPECIES, rate1);
    FloatVector rates2 = FloatVector.broadcast(SPECIES, rate2);
    int body = SPECIES.loopBound(length);
    for (int i = 0; i < body; i += LENGTH) {
      int k = at + i;
      FloatVector gradient = FloatVector.fromArray(SPECIES, g, gAt + i);
      FloatVector mean = flush(toward(FloatVector.fromArray(SPECIES, m, k), gradient, rates1));
      mean.intoArray(m, k);
      FloatVector square = FloatVector.fromArray(SPECIES, v, k);
      square = flushSquare(towardSquare(square, gradient, rates2));
      square.intoArray(v, k);
      FloatVector step = mean.mul(alpha).div(square.sqrt().add(epsilon));
      FloatVector.fromArray(SPECIES, w, k).sub(step).intoArray(w, k);
    }
    plain.adam(w, m, v, at + body, g, gAt + body, length - body, rate1, rate2, alpha, epsilon);
  }

  @Override
  public void amsgrad(
      float[] w,
      float[] m,
      float[] v,
      float[] peak,
      int at,
      float[] g,
      int gAt,
      int length,
      float rate1,
      float rate2,
      float alpha,
      float epsilon) {
    FloatVector rates1 = FloatVector.broadcast(SPECIES, rate1);
    FloatVector rates2 = FloatVector.broadcast(SPECIES, rate2);
    int body = SPECIES.loopBound(length);
    for (int i = 0; i < body; i += LENGTH) {
      int k = at + i;
      FloatVector gradient = FloatVector.fromArray(SPECIES, g, gAt + i);
      FloatVector mean = flush(toward(FloatVector.fromArray(SPECIES, m, k), gradient, rates1));
      mean.intoArray(m, k);
      FloatVector square = FloatVector.fromArray(SPECIES, v, k);
      square = flushSquare(towardSquare(square, gradient, rates2));
      square.intoArray(v, k);
      FloatVector most = FloatVector.fromArray(SPECIES, peak, k);
      most = most.blend(square, square.compare(VectorOperators.GT, most));
      most.intoArray(peak, k);
      FloatVector step = mean.mul(alpha).div(most.sqrt().add(epsilon));
      FloatVector.fromArray(SPECIES, w, k).sub(step).intoArray(w, k);
    }
    plain.amsgrad(
        w, m, v, peak, at + body, g, gAt + body, length - body, rate1, rate2, alpha, epsilon);
  }

  @Override
  public void nadam(
      float[] w,
      float[] m,
      float[] v,
      int at,
      float[] g,
      int gAt,
      int length,
      float rate1,
      float rate2,
      float alpha,
      float direct,
      float epsilon) {
    FloatVector rates1 = FloatVector.broadcast(SPECIES, rate1);
    FloatVector rates2 = FloatVector.broadcast(SPECIES, rate2);
    FloatVector alphas = FloatVector.broadcast(SPECIES, alpha);
    int body = SPECIES.loopBound(length);
    for (int i = 0; i < body; i += LENGTH) {
      int k = at + i;
      FloatVector gradient = FloatVector.fromArray(SPECIES, g, gAt + i);
      FloatVector mean = flush(toward(FloatVector.fromArray(SPECIES, m, k), gradient, rates1));
      mean.intoArray(m, k);
      FloatVector square = FloatVector.fromArray(SPECIES, v, k);
      square = flushSquare(towardSquare(square, gradient, rates2));
      square.intoArray(v, k);
      FloatVector step = alphas.fma(mean, gradient.mul(direct)).div(square.sqrt().add(epsilon));
      FloatVector.fromArray(SPECIES, w, k).sub(step).intoArray(w, k);
    }
    plain.nadam(
        w, m, v, at + body, g, gAt + body, length - body, rate1, rate2, alpha, direct, epsilon);
  }

  @Override
  public void adagrad(
      float[] w, float[] sum, int at, float[] g, int gAt, int length, float rate, float epsilon) {
    int body = SPECIES.loopBound(length);
    for (int i = 0; i < body; i += LENGTH) {
      int k = at + i;
      FloatVector gradient = FloatVector.fromArray(SPECIES, g, gAt + i);
      FloatVector next = FloatVector.fromArray(SPECIES, sum, k);
      next = atMost(gradient.fma(gradient, next), SUM_MAX);
      next.intoArray(sum, k);
      FloatVector step = gradient.mul(rate).div(next.add(epsilon).sqrt());
      FloatVector.fromArray(SPECIES, w, k).sub(step).intoArray(w, k);
    }
    plain.adagrad(w, sum, at + body, g, gAt + body, length - body, rate, epsilon);
  }

  @Override
  public void rmsprop(
      float[] w,
      float[] v,
      int at,
      float[] g,
      int gAt,
      int length,
      float rate2,
      float rate,
      float epsilon) {
    FloatVector rates2 = FloatVector.broadcast(SPECIES, rate2);
    int body = SPECIES.loopBound(length);
    for (int i = 0; i < body; i += LENGTH) {
      int k = at + i;
      FloatVector gradient = FloatVector.fromArray(SPECIES, g, gAt + i);
      FloatVector square = FloatVector.fromArray(SPECIES, v, k);
      square = flushSquare(towardSquare(square, gradient, rates2));
      square.intoArray(v, k);
      FloatVector step = gradient.mul(rate).div(square.add(epsilon).sqrt());
      FloatVector.fromArray(SPECIES, w, k).sub(step).intoArray(w, k);
    }
    plain.rmsprop(w, v, at + body, g, gAt + body, length - body, rate2, rate, epsilon);
  }

  @Override
  public void rmspropMomentum(
      float[] w,
      float[] v,
      float[] m,
      int at,
      float[] g,
      int gAt,
      int length,
      float rate2,
      float rate,
      float epsilon,
      float momentum) {
    FloatVector rates2 = FloatVector.broadcast(SPECIES, rate2);
    FloatVector decay = FloatVector.broadcast(SPECIES, momentum);
    int body = SPECIES.loopBound(length);
    for (int i = 0; i < body; i += LENGTH) {
      int k = at + i;
      FloatVector gradient = FloatVector.fromArray(SPECIES, g, gAt + i);
      FloatVector square = FloatVector.fromArray(SPECIES, v, k);
      square = flushSquare(towardSquare(square, gradient, rates2));
      square.intoArray(v, k);
      FloatVector step = gradient.mul(rate).div(square.add(epsilon).sqrt());
      FloatVector slot = flush(decay.fma(FloatVector.fromArray(SPECIES, m, k), step));
      slot.intoArray(m, k);
      FloatVector.fromArray(SPECIES, w, k).sub(slot).intoArray(w, k);
    }
    plain.rmspropMomentum(
        w, v, m, at + body, g, gAt + body, length - body, rate2, rate, epsilon, momentum);
  }

  @Override
  public void rmspropCentered(
      float[] w,
      float[] v,
      float[] means,
      int at,
      float[] g,
      int gAt,
      int length,
      float rate2,
      float rate,
      float epsilon) {
    FloatVector rates2 = FloatVector.broadcast(SPECIES, rate2);
    int body = SPECIES.loopBound(length);
    for (int i = 0; i < body; i += LENGTH) {
      int k = at + i;
      FloatVector gradient = FloatVector.fromArray(SPECIES, g, gAt + i);
      FloatVector mean = flush(toward(FloatVector.fromArray(SPECIES, means, k), gradient, rates2));
      mean.intoArray(means, k);
      FloatVector square = FloatVector.fromArray(SPECIES, v, k);
      square = flushSquare(towardSquare(square, gradient, rates2));
      square.intoArray(v, k);
      FloatVector variance = mean.neg().fma(mean, square);
      variance = variance.blend(0f, variance.compare(VectorOperators.LT, 0f));
      FloatVector step = gradient.mul(rate).div(variance.add(epsilon).sqrt());
      FloatVector.fromArray(SPECIES, w, k).sub(step).intoArray(w, k);
    }
    plain.rmspropCentered(
        w, v, means, at + body, g, gAt + body, length - body, rate2, rate, epsilon);
  }

  @Override
  public void rmspropCenteredMomentum(
      float[] w,
      float[] v,
      float[] means,
      float[] m,
      int at,
      float[] g,
      int gAt,
      int length,
      float rate2,
      float rate,
      float epsilon,
      float momentum) {
    FloatVector rates2 = FloatVector.broadcast(SPECIES, rate2);
    FloatVector decay = FloatVector.broadcast(SPECIES, momentum);
    int body = SPECIES.loopBound(length);
    for (int i = 0; i < body; i += LENGTH) {
      int k = at + i;
      FloatVector gradient = FloatVector.fromArray(SPECIES, g, gAt + i);
      FloatVector mean = flush(toward(FloatVector.fromArray(SPECIES, means, k), gradient, rates2));
      mean.intoArray(means, k);
      FloatVector square = FloatVector.fromArray(SPECIES, v, k);
      square = flushSquare(towardSquare(square, gradient, rates2));
      square.intoArray(v, k);
      FloatVector variance = mean.neg().fma(mean, square);
      variance = variance.blend(0f, variance.compare(VectorOperators.LT, 0f));
      FloatVector step = gradient.mul(rate).div(variance.add(epsilon).sqrt());
      FloatVector slot = flush(decay.fma(FloatVector.fromArray(SPECIES, m, k), step));
      slot.intoArray(m, k);
      FloatVector.fromArray(SPECIES, w, k).sub(slot).intoArray(w, k);
    }
    plain.rmspropCenteredMomentum(
        w, v, means, m, at + body, g, gAt + body, length - body, rate2, rate, epsilon, momentum);
  }

  @Override
  public void ftrl(
      float[] w,
      float[] sum,
      float[] z,
      int at,
      float[] g,
      int gAt,
      int length,
      float inverse,
      float l1,
      float l2,
      float shrinkage) {
    FloatVector inverses = FloatVector.broadcast(SPECIES, inverse);
    FloatVector ridge = FloatVector.broadcast(SPECIES, l2);
    FloatVector shrink = FloatVector.broadcast(SPECIES, shrinkage);
    int body = SPECIES.loopBound(length);
    for (int i = 0; i < body; i += LENGTH) {
      int k = at + i;
      FloatVector gradient = FloatVector.fromArray(SPECIES, g, gAt + i);
      FloatVector weights = FloatVector.fromArray(SPECIES, w, k);
      FloatVector before = FloatVector.fromArray(SPECIES, sum, k);
      FloatVector next = atMost(gradient.fma(gradient, before), SUM_MAX);
      FloatVector root = next.sqrt();
      FloatVector sigma = root.sub(before.sqrt()).mul(inverse);
      FloatVector linear = FloatVector.fromArray(SPECIES, z, k).add(shrink.fma(weights, gradient));
      linear = flush(clip(sigma.neg().fma(weights, linear), FTRL_MAX));
      clip(linear, l1).sub(linear).div(root.fma(inverses, ridge)).intoArray(w, k);
      linear.intoArray(z, k);
      next.intoArray(sum, k);
    }
    plain.ftrl(w, sum, z, at + body, g, gAt + body, length - body, inverse, l1, l2, shrinkage);
  }

  @Override
  public void ftrlPower(
      float[] w,
      float[] sum,
      float[] z,
      int at,
      float[] g,
      int gAt,
      int length,
      float inverse,
      float l1,
      float l2,
      float shrinkage,
      double power) {
    plain.ftrlPower(w, sum, z, at, g, gAt, length, inverse, l1, l2, shrinkage, power);
  }

  @Override
  public void lion(
      float[] w,
      float[] m,
      int at,
      float[] g,
      int gAt,
      int length,
      float rate1,
      float rate2,
      float rate) {
    FloatVector rates1 = FloatVector.broadcast(SPECIES, rate1);
    FloatVector rates2 = FloatVector.broadcast(SPECIES, rate2);
    FloatVector zero = FloatVector.zero(SPECIES);
    int body = SPECIES.loopBound(length);
    for (int i = 0; i < body; i += LENGTH) {
      int k = at + i;
      FloatVector gradient = FloatVector.fromArray(SPECIES, g, gAt + i);
      FloatVector mean = FloatVector.fromArray(SPECIES, m, k);
      FloatVector direction = toward(mean, gradient, rates1);
      FloatVector step =
          zero.blend(rate, direction.compare(VectorOperators.GT, 0f))
              .blend(-rate, direction.compare(VectorOperators.LT, 0f));
      flush(toward(mean, gradient, rates2)).intoArray(m, k);
      FloatVector.fromArray(SPECIES, w, k).sub(step).intoArray(w, k);
    }
    plain.lion(w, m, at + body, g, gAt + body, length - body, rate1, rate2, rate);
  }

  @Override
  public void scheduleFreeSgd(
      float[] x,
      float[] d,
      int at,
      float[] g,
      int gAt,
      int length,
      float rate,
      float decay,
      float toward,
      float weight) {
    FloatVector minusRate = FloatVector.broadcast(SPECIES, -rate);
    FloatVector decays = FloatVector.broadcast(SPECIES, decay);
    FloatVector towards = FloatVector.broadcast(SPECIES, toward);
    FloatVector weights = FloatVector.broadcast(SPECIES, weight);
    int body = SPECIES.loopBound(length);
    for (int i = 0; i < body; i += LENGTH) {
      int k = at + i;
      FloatVector gradient = FloatVector.fromArray(SPECIES, g, gAt + i);
      FloatVector points = FloatVector.fromArray(SPECIES, x, k);
      FloatVector apart = FloatVector.fromArray(SPECIES, d, k);
      FloatVector y = towards.fma(apart, points);
      FloatVector e = minusRate.fma(decays.fma(y, gradient), apart);
      weights.fma(e, points).intoArray(x, k);
      flush(weights.neg().fma(e, e)).intoArray(d, k);
    }
    plain.scheduleFreeSgd(
        x, d, at + body, g, gAt + body, length - body, rate, decay, toward, weight);
  }

  @Override
  public void scheduleFreeAdamW(
      float[] x,
      float[] d,
      float[] v,
      int at,
      float[] g,
      int gAt,
      int length,
      float rate2,
      float alpha,
      float epsilon,
      float decay,
      float toward,
      float weight) {
    FloatVector rates2 = FloatVector.broadcast(SPECIES, rate2);
    FloatVector minusDecay = FloatVector.broadcast(SPECIES, -decay);
    FloatVector towards = FloatVector.broadcast(SPECIES, toward);
    FloatVector weights = FloatVector.broadcast(SPECIES, weight);
    int body = SPECIES.loopBound(length);
    for (int i = 0; i < body; i += LENGTH) {
      int k = at + i;
      FloatVector gradient = FloatVector.fromArray(SPECIES, g, gAt + i);
      FloatVector points = FloatVector.fromArray(SPECIES, x, k);
      FloatVector apart = FloatVector.fromArray(SPECIES, d, k);
      FloatVector square = FloatVector.fromArray(SPECIES, v, k);
      square = flushSquare(towardSquare(square, gradient, rates2));
      square.intoArray(v, k);
      FloatVector y = towards.fma(apart, points);
      FloatVector step = gradient.mul(alpha).div(square.sqrt().add(epsilon));
      FloatVector e = minusDecay.fma(y, apart.sub(step));
      weights.fma(e, points).intoArray(x, k);
      flush(weights.neg().fma(e, e)).intoArray(d, k);
    }
    plain.scheduleFreeAdamW(
        x,
        d,
        v,
        at + body,
        g,
        gAt + body,
        length - body,
        rate2,
        alpha,
        epsilon,
        decay,
        toward,
        weight);
  }

  @Override
  public void trainingPoint(
      float[] x, float[] d, int at, float[] y, int yAt, int length, float toward) {
    FloatVector towards = FloatVector.broadcast(SPECIES, toward);
    int body = SPECIES.loopBound(length);
    for (int i = 0; i < body; i += LENGTH) {
      FloatVector apart = FloatVector.fromArray(SPECIES, d, at + i);
      towards.fma(apart, FloatVector.fromArray(SPECIES, x, at + i)).intoArray(y, yAt + i);
    }
    plain.trainingPoint(x, d, at + body, y, yAt + body, length - body, toward);
  }

  private static FloatVector toward(FloatVector mean, FloatVector next, FloatVector rate) {
    return next.sub(mean).fma(rate, mean);
  }

  private static FloatVector towardSquare(FloatVector mean, FloatVector next, FloatVector rate) {
    return next.fma(next, mean.neg()).fma(rate, mean);
  }

  private static FloatVector atMost(FloatVector x, float bound) {
    return x.blend(bound, x.compare(VectorOperators.GT, bound));
  }

  private static FloatVector flush(FloatVector state) {
    return state.blend(0f, state.abs().compare(VectorOperators.LE, TINY));
  }

  private static FloatVector flushSquare(FloatVector state) {
    return state.blend(0f, state.compare(VectorOperators.LE, TINY));
  }
}
