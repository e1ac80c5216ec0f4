package dev.millrace.benchmarks;

import dev.millrace.benchmarks.peers.Peer;
import dev.millrace.benchmarks.process.Launcher;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** Something to measure. A new one is a class of this and a line in {@link Main#BENCHMARKS}. */
public interface Benchmark {
  /** The name on the command line. */
  String name();

  /** What it measures, in one line. */
  String doc();

  /**
   * Measures; takes seconds to minutes.
   *
   * @param progress is told, line by line, how far it has come
   */
  List<Measurement> run(Settings settings, Consumer<String> progress) throws Exception;

  /**
   * What the user may set.
   *
   * @param records events in the topic of an end-to-end benchmark
   * @param rounds measured rounds of each contestant, or of fresh JVMs
   * @param launcher starts single-threaded contestants
   * @param pair starts contestants of two threads, on that core and another; empty if there is no
   *     other
   * @param peers to measure beside the engine, absent ones too; empty unless asked for
   * @param charts the folder that receives charts
   */
  record Settings(
      int records,
      int rounds,
      Launcher launcher,
      Optional<Launcher> pair,
      List<Peer> peers,
      Path charts) {}
}
