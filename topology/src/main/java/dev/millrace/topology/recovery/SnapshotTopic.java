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
import java.util.ArrayList;
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
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/**
 * The copies of one partition's model: those that the pipeline has published and not yet retired,
 * or the one with a tag. Keys of their records are {@code <model>/<version>/<part>}, with a tag
 * {@code <model>@<tag>/<version>/<part>}.
 */
public final class SnapshotTopic {
  private static final String VERSION = "\\d{1,18}";
  private static final Pattern MANIFEST_KEY =
      Pattern.compile("(?:@([^/]+))?/(\\d{1,18})/" + CopyRecords.MANIFEST);

  /**
   * A published copy.
   *
   * @param tag empty of one that is kept because it is new
   * @param manifest empty if it cannot be read
   * @param problem what is wrong with the manifest, empty if nothing is
   */
  public record Copy(
      long version, Optional<String> tag, Optional<SnapshotManifest> manifest, String problem) {}

  private final Map<String, String> kafka;
  private final TopicPartition partition;
  private final String model;
  private final Optional<String> tag;

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
        Names.model(pipeline.name(), partition),
        Optional.empty());
  }

  private SnapshotTopic(
      Map<String, String> kafka, TopicPartition partition, String model, Optional<String> tag) {
    this.kafka = kafka;
    this.partition = partition;
    this.model = model;
    this.tag = tag;
  }

  /** The copy of the same model that has a tag. */
  SnapshotTopic tagged(String name) {
    return new SnapshotTopic(kafka, partition, model, Optional.of(name));
  }

  /** The copies of the same model that have no tag. */
  SnapshotTopic kept() {
    return new SnapshotTopic(kafka, partition, model, Optional.empty());
  }

  /** What all keys begin with. */
  String prefix() {
    return keys(model, tag) + "/";
  }

  /** What the keys of a model's copies begin with, without the slash. */
  public static String keys(String model, Optional<String> tag) {
    return tag.map(name -> model + "@" + name).orElse(model);
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
    return Optional.of(
        new SnapshotTopic(pipeline.kafka(), partition, from.model(), Optional.empty()));
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
   */
  public static Map<SnapshotTopic, Copy> choose(
      Pipeline pipeline, OptionalInt partition, CopyName name) {
    OptionalLong version = name.version();
    Map<SnapshotTopic, Copy> chosen = new LinkedHashMap<>();
    for (SnapshotTopic topic : all(pipeline)) {
      if (partition.isEmpty() || partition.getAsInt() == topic.partition.partition()) {
        SnapshotTopic meant = name.tag().map(topic::tagged).orElse(topic);
        meant.copies().stream()
            .filter(copy -> version.isEmpty() || version.getAsLong() == copy.version())
            .reduce((older, newer) -> newer)
            .ifPresent(copy -> chosen.put(meant, copy));
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

  /** These copies, the oldest version first. */
  public List<Copy> copies() {
    return copies(tag::equals);
  }

  /** The copies of the model that are kept, the oldest version first, then those with a tag. */
  public List<Copy> keptAndTagged() {
    return copies(any -> true);
  }

  private List<Copy> copies(Predicate<Optional<String>> ofTag) {
    Map<String, Map<Long, byte[]>> manifests = new TreeMap<>(); // by tag, those without one first
    scan(
        model,
        (key, record) -> {
          Matcher manifest = MANIFEST_KEY.matcher(key);
          if (manifest.matches()) {
            String name = Optional.ofNullable(manifest.group(1)).orElse("");
            put(
                manifests.computeIfAbsent(name, none -> new TreeMap<>()),
                Long.valueOf(manifest.group(2)),
                record.value());
          }
        });
    List<Copy> copies = new ArrayList<>();
    manifests.forEach(
        (name, versions) -> {
          Optional<String> of = name.isEmpty() ? Optional.empty() : Optional.of(name);
          if (ofTag.test(of)) {
            versions.forEach((version, manifest) -> copies.add(copy(version, of, manifest)));
          }
        });
    return copies;
  }

  private static <K> void put(Map<K, byte[]> map, K key, byte[] value) {
    if (value == null) {
      map.remove(key);
    } else {
      map.put(key, value);
    }
  }

  private Copy copy(long version, Optional<String> of, byte[] value) {
    try {
      return new Copy(version, of, Optional.of(CopyRecords.manifest(model, version, value)), "");
    } catch (BrokenSnapshotException e) {
      return new Copy(version, of, Optional.empty(), e.getMessage());
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
    Map<String, byte[]> blocks = new HashMap<>();
    records(manifest)
        .forEach(
            (key, record) -> {
              if (!key.equals(CopyRecords.MANIFEST)) {
                blocks.put(key, SnapshotBlock.decode(record.value()).data());
              }
            });
    return blocks::get;
  }

  /**
   * The records of a copy by the last part of their keys, its manifest last.
   *
   * @throws BrokenSnapshotException as with {@link #blocks}
   */
  Map<String, ConsumerRecord<byte[], byte[]>> records(SnapshotManifest manifest) {
    Map<String, ConsumerRecord<byte[], byte[]>> found = new HashMap<>();
    scan(prefix() + manifest.version() + "/", found::put);
    Map<String, ConsumerRecord<byte[], byte[]>> records = new LinkedHashMap<>();
    for (SnapshotManifest.BlockRef block : manifest.blocks()) {
      var record = found.get(block.key());
      CopyRecords.block(manifest, block, record == null ? null : record.value());
      records.put(block.key(), record);
    }
    records.put(CopyRecords.MANIFEST, found.get(CopyRecords.MANIFEST));
    return records;
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
    String prefix = prefix();
    scan(
        prefix,
        (key, record) -> {
          if (record.value() == null) {
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
        (key, record) -> {
          if (key.endsWith("/" + Lineage.KEY)) {
            put(lineages, version(model + "/" + key), record.value());
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
    void accept(String key, ConsumerRecord<byte[], byte[]> record);
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
              each.accept(key.substring(prefix.length()), record);
            }
          });
    }
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
