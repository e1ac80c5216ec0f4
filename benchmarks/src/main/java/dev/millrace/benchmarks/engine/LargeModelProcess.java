package dev.millrace.benchmarks.engine;

import dev.millrace.benchmarks.measure.PeakMemory;
import dev.millrace.benchmarks.measure.Samples;
import dev.millrace.engine.Learner;
import dev.millrace.engine.kernel.KernelChoice;
import dev.millrace.engine.model.ModelFile;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;

/** A JVM that trains a large model and saves it, or one that starts from the file. */
final class LargeModelProcess {
  static final String TRAIN = "train";
  static final String START = "start";
  static final List<String> TRAIN_FACTS =
      List.of("parameters", "build_s", "save_s", "file_mb", "train_peak_mb");
  static final String START_PEAK_MB = "start_peak_mb";

  private static final long WARM_UP_NS = 10_000_000_000L;
  private static final int STEPS = 60;

  private final Learner learner;
  private final SplittableRandom random = new SplittableRandom(1);
  private long offset;

  private LargeModelProcess(Learner learner) {
    this.learner = learner;
  }

  /** Arguments: what to do, the file for the samples, and the model and its own file. */
  public static void main(String[] arguments) throws IOException {
    String[] task = arguments[2].split(" ", 2);
    Path file = Path.of(task[1]);
    Samples samples =
        arguments[0].equals(TRAIN) ? train(LargeModel.valueOf(task[0]), file) : start(file);
    Files.write(Path.of(arguments[1]), List.of(samples.line()));
  }

  private static Samples train(LargeModel model, Path file) throws IOException {
    KernelChoice choice = KernelChoice.select(KernelChoice.Mode.AUTO);
    Map<String, String> facts = new TreeMap<>();
    facts.put(EngineProcess.VERSION, choice.reason());
    long begin = System.nanoTime();
    LargeModelProcess process = new LargeModelProcess(new Learner(model.spec(), choice.kernels()));
    facts.put("build_s", seconds(begin));
    facts.put("parameters", Long.toString(model.spec().parameterCount()));
    begin = System.nanoTime();
    while (System.nanoTime() - begin < WARM_UP_NS) {
      process.step();
    }
    double[] us = new double[STEPS];
    for (int step = 0; step < STEPS; step++) {
      us[step] = process.step();
    }
    begin = System.nanoTime();
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file), 1 << 20)) {
      ModelFile.save(process.learner, out);
    }
    facts.put("save_s", seconds(begin));
    facts.put("file_mb", Double.toString(Files.size(file) / 0x1p20));
    facts.put("train_peak_mb", peakMb());
    facts.put("digest", process.learner.weightsDigest());
    return new Samples(us, Double.NaN, facts);
  }

  /** A step with the events and predictions before it; only the engine's part is timed. */
  private double step() {
    long ns = 0;
    while (!learner.batchIsFull()) {
      LargeModel.fill(learner.event(), random);
      long begin = System.nanoTime();
      learner.add(offset++);
      ns += System.nanoTime() - begin;
    }
    long begin = System.nanoTime();
    learner.predict(outcome -> {});
    if (!learner.step().made()) {
      throw new IllegalStateException("a step was refused as not finite");
    }
    return (ns + System.nanoTime() - begin) / 1e3;
  }

  /** The sample is the time of reading the file. */
  private static Samples start(Path file) throws IOException {
    KernelChoice choice = KernelChoice.select(KernelChoice.Mode.AUTO);
    long begin = System.nanoTime();
    Learner learner;
    try (InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 20)) {
      learner = ModelFile.load(in, choice.kernels());
    }
    double us = (System.nanoTime() - begin) / 1e3;
    Map<String, String> facts = new TreeMap<>();
    facts.put(START_PEAK_MB, peakMb());
    facts.put("digest", learner.weightsDigest());
    return new Samples(new double[] {us}, Double.NaN, facts);
  }

  private static String seconds(long begin) {
    return Double.toString((System.nanoTime() - begin) / 1e9);
  }

  private static String peakMb() {
    return Double.toString(PeakMemory.bytes().orElse(0) / 0x1p20);
  }
}
