package dev.millrace.benchmarks.peers;

import dev.millrace.benchmarks.process.Launcher;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Something to be measured against.
 *
 * @param command takes the file to write and then tasks, as {@link Launcher#run} says; empty if
 *     absent
 * @param absent why it cannot be measured here; null if it can
 */
public record Peer(String name, List<String> command, String absent) {
  private static final String BUILD = "not built; benchmarks/run --peers builds it";

  /**
   * Those there are.
   *
   * @param home the repository, where their builds lie
   * @param python the interpreter that may have PyTorch
   */
  public static List<Peer> all(Path home, String python) throws InterruptedException {
    Path peers = home.resolve("benchmarks").resolve("peers");
    List<Peer> all = new ArrayList<>();
    all.add(java("tensorflow", "dev.millrace.benchmarks.tensorflow.TensorFlowProcess", peers));
    all.add(java("dl4j", "dev.millrace.benchmarks.dl4j.Dl4jProcess", peers));
    all.add(pytorch(peers.resolve("pytorch").resolve("peer.py"), python));
    return all;
  }

  private static Peer java(String name, String mainClass, Path peers) {
    Path target = peers.resolve(name).resolve("target");
    Path classPath = target.resolve("classpath.txt");
    Path classes = target.resolve("classes");
    if (!Files.isReadable(classPath) || !Files.isDirectory(classes)) {
      return new Peer(name, List.of(), BUILD);
    }
    try {
      String path = classes + File.pathSeparator + Files.readString(classPath).strip();
      return new Peer(name, Launcher.java(mainClass, path), null);
    } catch (IOException e) {
      return new Peer(name, List.of(), "cannot read " + classPath);
    }
  }

  private static Peer pytorch(Path script, String python) throws InterruptedException {
    List<String> probe = List.of(python, "-c", "import torch, numpy");
    try {
      Process process =
          new ProcessBuilder(probe)
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      if (process.waitFor() == 0) {
        return new Peer("pytorch", List.of(python, script.toString()), null);
      }
    } catch (IOException e) {
      return new Peer("pytorch", List.of(), "there is no " + python);
    }
    return new Peer("pytorch", List.of(), python + " has no torch; see --python");
  }
}
