package dev.millrace.topology.recovery;

import dev.millrace.engine.Learner;
import dev.millrace.engine.kernel.Kernels;
import dev.millrace.engine.model.ModelSpec;
import dev.millrace.engine.state.BlockReader;
import dev.millrace.engine.state.StateException;
import dev.millrace.schemas.SnapshotBlock;
import dev.millrace.schemas.SnapshotManifest;
import dev.millrace.schemas.wire.WireFormatException;
import dev.millrace.topology.Brokers;
import dev.millrace.topology.Names;
import dev.millrace.topology.PreflightException;
import dev.millrace.topology.config.Pipeline;
import dev.millrace.topology.records.CommittedRecords;
import dev.millrace.topology.store.Lineage;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** The copies of one partition's model that a pipeline has published and not yet retired. */
public final class SnapshotTopic {
  private static final String VERSION = "\\d{1,18}";

  /**
   * A published copy.
   *
   * @param manifest empty if it cannot be read
   * @param problem what is wrong with the manifest, empty if nothing is
   */
  public record Copy(long version, Optional<SnapshotManifest> manifest, String problem) {}

  private final Map<String, String> kafka;
  private final TopicPartition partition;
  private final String model;

  /**
   * Those of all the models of a pipeline.
   *
   * @throws PreflightException if nothing has been published, since there is no topic
   */
  public static List<SnapshotTopic> all(Pipeline pipeline) {
    try (Brokers brokers = new Brokers(pipeline)) {
      return IntStream.range(0, brokers.partitions(pipeline.outputs().snapshots()))
          .mapToObj(partition -> new SnapshotTopic(pipeline, partition))
          .toList();
    } catch (UnknownTopicOrPartitionException e) {
      throw new PreflightException(
          "there is no topic '%s': pipeline '%s' has not run against these brokers yet"
              .formatted(pipeline.outputs().snapshots(), pipeline.name()),
          e);
    }
  }

  SnapshotTopic(Pipeline pipeline, int partition) {
    this(
        pipeline.kafka(),
        new TopicPartition(pipeline.outputs().snapshots(), partition),
        Names.model(pipeline.name(), partition));
  }

  private SnapshotTopic(Map<String, String> kafka, TopicPartition partition, String model) {
    this.kafka = kafka;
    this.partition = partition;
    this.model = model;
  }

  /**
   * Where a copy lies that a model was installed from.
   *
   * @param pipeline whose brokers to look at
   * @return empty if these are others, or have no such topic any more
   */
  static Optional<SnapshotTopic> of(Lineage.Installed from, Pipeline pipeline) {
    try (Brokers brokers = new Brokers(pipeline)) {
      if (!brokers.clusterId().equals(from.cluster())
          || brokers.partitions(from.topic(), 0) <= from.partition()) {
        return Optional.empty();
      }
    }
    TopicPartition partition = new TopicPartition(from.topic(), from.partition());
    return Optional.of(new SnapshotTopic(pipeline.kafka(), partition, from.model()));
  }

  /** Where the copies are. */
  TopicPartition partition() {
    return partition;
  }

  /** Name of the model: {@code elec2-0}. */
  public String model() {
    return model;
  }

  /**
   * Of each model meant, the copy meant; models without it are missing.
   *
   * @param partition empty for all
   * @param version empty for the newest of each
   */
  public static Map<SnapshotTopic, Copy> choose(
      Pipeline pipeline, OptionalInt partition, OptionalLong version) {
    Map<SnapshotTopic, Copy> chosen = new LinkedHashMap<>();
    for (SnapshotTopic topic : all(pipeline)) {
      if (partition.isEmpty() || partition.getAsInt() == topic.partition.partition()) {
        topic.copies().stream()
            .filter(copy -> version.isEmpty() || version.getAsLong() == copy.version())
            .reduce((older, newer) -> newer)
            .ifPresent(copy -> chosen.put(topic, copy));
      }
    }
    return chosen;
  }

  /** One more than the newest offset of the copies' records that is decided. */
  public long end() {
    try (CommittedRecords records = new CommittedRecords(kafka, partition)) {
      return records.end();
    }
  }

  /** The copies, the oldest version first. */
  public List<Copy> copies() {
    Map<Long, byte[]> manifests = new TreeMap<>();
    scan(
        model + "/",
        (key, value) -> {
          String[] parts = key.split("/", 2);
          if (parts.length == 2
              && parts[1].equals(CopyRecords.MANIFEST)
              && parts[0].matches(VERSION)) {
            put(manifests, Long.valueOf(parts[0]), value);
          }
        });
    return manifests.entrySet().stream().map(e -> copy(e.getKey(), e.getValue())).toList();
  }

  private static <K> void put(Map<K, byte[]> map, K key, byte[] value) {
    if (value == null) {
      map.remove(key);
    } else {
      map.put(key, value);
    }
  }

  private Copy copy(long version, byte[] value) {
    try {
      return new Copy(version, Optional.of(CopyRecords.manifest(model, version, value)), "");
    } catch (BrokenSnapshotException e) {
      return new Copy(version, Optional.empty(), e.getMessage());
    }
  }

  /** The newest copy whose manifest can be read and that ends before an offset of the input. */
  public Optional<SnapshotManifest> newestBefore(long offset) {
    return copies().stream()
        .flatMap(copy -> copy.manifest().stream())
        .filter(manifest -> manifest.lineage().lastOffset() < offset)
        .max(Comparator.comparingLong(SnapshotManifest::version));
  }

  /**
   * The blocks of a copy, each checked against the manifest.
   *
   * @throws BrokenSnapshotException naming the first block that is missing or not the one that was
   *     published
   */
  public BlockReader blocks(SnapshotManifest manifest) {
    Map<String, byte[]> found = new HashMap<>();
    scan(model + "/" + manifest.version() + "/", (key, value) -> put(found, key, value));
    Map<String, byte[]> blocks = new LinkedHashMap<>();
    for (SnapshotManifest.BlockRef block : manifest.blocks()) {
      blocks.put(block.key(), CopyRecords.block(manifest, block, found.get(block.key())));
    }
    return blocks::get;
  }

  /**
   * The model of a copy, whatever its pipeline's file states by now.
   *
   * @throws BrokenSnapshotException if it is not what was published
   */
  public Learner learner(SnapshotManifest manifest, Kernels kernels) {
    BlockReader blocks = blocks(manifest);
    try {
      Learner learner = new Learner(ModelSpec.fromJson(manifest.spec()), kernels);
      learner.read(blocks);
      return learner;
    } catch (StateException e) {
      throw new BrokenSnapshotException(
          "%s/%d cannot be read: %s".formatted(model, manifest.version(), e.getMessage()));
    }
  }

  /** The keys of the records that the copies are made of. */
  Set<String> keys() {
    Set<String> keys = new LinkedHashSet<>();
    String prefix = model + "/";
    scan(
        prefix,
        (key, value) -> {
          if (value == null) {
            keys.remove(prefix + key);
          } else {
            keys.add(prefix + key);
          }
        });
    return keys;
  }

  /** The version of the copy that a record of this key belongs to; -1 if it is of none. */
  long version(String key) {
    String version = key.substring(model.length() + 1).split("/", 2)[0];
    return version.matches(VERSION) ? Long.parseLong(version) : -1;
  }

  /**
   * Checks that no copy of a version above this one tells that the model was installed since, for
   * then the log makes another model of this one.
   *
   * @throws BrokenSnapshotException if one does, or cannot be asked
   */
  void requireNoneInstalledSince(long version) {
    Map<Long, byte[]> lineages = new TreeMap<>();
    scan(
        model + "/",
        (key, value) -> {
          if (key.endsWith("/" + Lineage.KEY)) {
            put(lineages, version(model + "/" + key), value);
          }
        });
    lineages.keySet().removeIf(copy -> copy <= version);
    lineages.forEach(
        (copy, block) -> {
          Lineage lineage = lineage(copy, block);
          if (lineage.installedVersion().orElse(-1L) > version) {
            throw new BrokenSnapshotException(
                "%s was installed from %s/%d as version %d, no copy since then can be read, and the log does not make it of an older one. Install it again: millrace snapshots install FILE --from OTHER_FILE, or millrace snapshots rollback FILE --version N"
                    .formatted(
                        model,
                        lineage.installed().model(),
                        lineage.installed().fromVersion(),
                        lineage.installed().version()));
          }
        });
  }

  private Lineage lineage(long copy, byte[] block) {
    try {
      return Lineage.fromBytes(SnapshotBlock.decode(block).data());
    } catch (WireFormatException | StateException e) {
      throw new BrokenSnapshotException(
          "the lineage of %s/%d cannot be read, so that nobody knows whether the log makes it of an older one: %s"
              .formatted(model, copy, e.getMessage()));
    }
  }

  private interface Each {
    void accept(String key, byte[] value);
  }

  /** Goes through the records whose keys begin with the prefix, which their keys come without. */
  private void scan(String prefix, Each each) {
    try (CommittedRecords records = new CommittedRecords(kafka, partition)) {
      records.read(
          records.begin(),
          records.end(),
          record -> {
            String key = record.key() == null ? "" : text(record.key());
            if (key.startsWith(prefix)) {
              each.accept(key.substring(prefix.length()), record.value());
            }
          });
    }
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
