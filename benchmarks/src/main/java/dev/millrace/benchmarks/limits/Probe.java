package dev.millrace.benchmarks.limits;

import dev.millrace.benchmarks.measure.Subject;
import java.util.Locale;

/**
 * One limit to measure. It passes to another process as an argument.
 *
 * @param floats how many floats a step touches, all arrays together; for {@link Kind#FMA} how many
 *     lanes of multiply-adds a step makes
 */
record Probe(Kind kind, int floats) {
  /** What is measured. */
  enum Kind {
    /** Fused multiply-adds in registers. */
    FMA(0),
    /** Sums an array. */
    READ(1),
    /** b = a. */
    COPY(1),
    /** a = b + s·c. */
    TRIAD(1),
    /** a = s·a, in place: every byte is read and written. */
    UPDATE(2),
    /** Adam over w, m and v, its gradient small enough to stay in the first cache. */
    ADAM(2);

    private final int traffic;

    Kind(int traffic) {
      this.traffic = traffic;
    }
  }

  /** About a million, and whole rounds of twelve chains of up to 16 lanes. */
  private static final int FMA_LANES = 12 * 16 * 5_461;

  static Probe fma() {
    return new Probe(Kind.FMA, FMA_LANES);
  }

  /** The probe whose {@link #argument} that is. */
  static Probe parse(String argument) {
    String[] parts = argument.split(" ");
    return new Probe(Kind.valueOf(parts[0].toUpperCase(Locale.ROOT)), Integer.parseInt(parts[1]));
  }

  String argument() {
    return kind.name().toLowerCase(Locale.ROOT) + " " + floats;
  }

  /** Floating-point operations of a step. */
  double flops() {
    return kind == Kind.FMA ? 2.0 * floats : 0;
  }

  /** Bytes read and written by a step; a line fetched only to be overwritten does not count. */
  double bytes() {
    return 4.0 * kind.traffic * floats;
  }

  Subject subject() {
    return switch (kind) {
      case FMA -> new FmaPeak(floats);
      case READ, COPY, TRIAD, UPDATE -> new Bandwidth(kind, floats);
      case ADAM -> new AdamPass(floats);
    };
  }
}
