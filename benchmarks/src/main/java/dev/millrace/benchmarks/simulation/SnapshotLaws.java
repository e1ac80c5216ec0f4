package dev.millrace.benchmarks.simulation;

import dev.millrace.engine.Learner;
import dev.millrace.engine.kernel.Kernels;
import dev.millrace.engine.state.Digest;
import dev.millrace.schemas.ControlOutcome;
import dev.millrace.schemas.SnapshotBlock;
import dev.millrace.schemas.SnapshotManifest;
import dev.millrace.topology.LearningLoop;
import dev.millrace.topology.Names;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** What must hold of one partition's published snapshots, as a reader of the topic finds them. */
final class SnapshotLaws {
  private final Workload workload;
  private final SimulatedKafka kafka;
  private final int partition;
  private final Reference reference;
  private final Map<String, byte[]> topic = new TreeMap<>(); // the newest of each key
  private final List<SnapshotManifest> manifests = new ArrayList<>();

  /**
   * Reads the topic.
   *
   * @param reference what must have been
   */
  SnapshotLaws(Workload workload, SimulatedKafka kafka, int partition, Reference reference) {
    this.workload = workload;
    this.kafka = kafka;
    this.partition = partition;
    this.reference = reference;
    for (Sent sent : kafka.outputs(partition, Names.SNAPSHOTS)) {
      if (sent.value() == null) {
        topic.remove(sent.keyText());
      } else {
        topic.put(sent.keyText(), sent.value());
      }
    }
    topic.forEach(
        (key, value) -> {
          if (key.endsWith("/manifest")) {
            manifests.add(SnapshotManifest.decode(value));
          }
        });
    manifests.sort((a, b) -> Long.compare(a.version(), b.version()));
  }

  /** All of them; and from one of the copies on, drawn by a number, the log gives the end. */
  void check(Kernels kernels, int drawn, Story story) {
    long every = workload.pipeline().snapshots().everySteps();
    List<Long> all =
        reference.ledger().stepVersions().stream().filter(step -> step % every == 0).toList();
    int made = all.size();
    int kept = Math.min(made, workload.pipeline().snapshots().keep());
    List<Long> expected = all.subList(made - kept, made);
    List<Long> versions = manifests.stream().map(SnapshotManifest::version).toList();
    Difference.unlessSame("snapshots kept of partition " + partition, expected, versions);
    Set<String> named = new HashSet<>();
    manifests.forEach(manifest -> blocks(manifest, named));
    Difference.unlessSame("keys of snapshots of partition " + partition, named, topic.keySet());
    if (!manifests.isEmpty()) {
      learnOn(manifests.get(drawn % manifests.size()), kernels);
      story.count(Occurrence.SNAPSHOT_LEARNED_ON);
      story.count(Occurrence.SNAPSHOT);
    }
    if (made > kept) {
      story.count(Occurrence.SNAPSHOT_RETIRED);
    }
  }

  /** The blocks of a copy, each as the manifest says. */
  private Map<String, byte[]> blocks(SnapshotManifest manifest, Set<String> named) {
    Map<String, byte[]> blocks = new HashMap<>();
    String prefix = manifest.model() + "/" + manifest.version() + "/";
    named.add(prefix + "manifest");
    for (SnapshotManifest.BlockRef ref : manifest.blocks()) {
      byte[] value = topic.get(prefix + ref.key());
      if (value == null) {
        throw new Difference("block %s%s is missing".formatted(prefix, ref.key()));
      }
      SnapshotBlock block = SnapshotBlock.decode(value);
      String digest = Digest.hex(Digest.sha256(block.data()));
      Difference.unlessSame("SHA-256 of " + prefix + ref.key(), ref.sha256(), digest);
      named.add(prefix + ref.key());
      blocks.put(ref.key(), block.data());
    }
    return blocks;
  }

  private static void takeUp(LearningLoop loop, ControlOutcome outcome) {
    loop.control(outcome.isDone() ? outcome.control() : null, outcome.controlOffset());
  }

  private void learnOn(SnapshotManifest manifest, Kernels kernels) {
    Map<String, byte[]> blocks = blocks(manifest, new HashSet<>());
    try (LearningLoop loop =
        new LearningLoop(workload.pipeline(), kernels, Workload.schemas(), new Silence())) {
      loop.read(blocks::get);
      Difference.unlessSame(
          "weights of snapshot %d of partition %d".formatted(manifest.version(), partition),
          manifest.weightsDigest(),
          loop.learner().orElseThrow().weightsDigest());
      Deque<ControlOutcome> left = new ArrayDeque<>(kafka.outcomes(partition));
      left.removeIf(outcome -> outcome.number() <= loop.controls().taken());
      for (Workload.Input input : kafka.input(partition)) {
        if (input.event().offset() > manifest.lineage().lastOffset()) {
          while (!left.isEmpty() && left.peek().offset() <= input.event().offset()) {
            takeUp(loop, left.remove());
          }
          loop.accept(input.event());
        }
      }
      left.forEach(outcome -> takeUp(loop, outcome));
      loop.predict();
      Difference.unlessSame(
          "weights learned on from snapshot %d of partition %d"
              .formatted(manifest.version(), partition),
          reference.metrics().weightsDigest(),
          loop.learner().map(Learner::weightsDigest).orElse(""));
    }
  }
}
