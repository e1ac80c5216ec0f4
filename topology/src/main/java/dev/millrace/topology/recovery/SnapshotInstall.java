package dev.millrace.topology.recovery;

import dev.millrace.engine.Learner;
import dev.millrace.engine.kernel.Kernels;
import dev.millrace.engine.state.BlockReader;
import dev.millrace.engine.state.StateException;
import dev.millrace.schemas.SnapshotManifest;
import dev.millrace.schemas.registry.SchemaRegistry;
import dev.millrace.schemas.registry.Subjects;
import dev.millrace.topology.Brokers;
import dev.millrace.topology.LearningLoop;
import dev.millrace.topology.OutputSchemas;
import dev.millrace.topology.Preflight;
import dev.millrace.topology.PreflightException;
import dev.millrace.topology.StateLostException;
import dev.millrace.topology.config.Pipeline;
import dev.millrace.topology.decode.BadEventException;
import dev.millrace.topology.decode.EventDecoder;
import dev.millrace.topology.records.CommittedRecords;
import dev.millrace.topology.records.OneTransaction;
import dev.millrace.topology.store.Controls;
import dev.millrace.topology.store.Lineage;
import dev.millrace.topology.store.LoopState;
import dev.millrace.topology.store.StateMismatchException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.apache.kafka.common.TopicPartition;

/**
 * Makes published copies the models of a stopped pipeline, in place of those that it has or at its
 * very beginning. It goes on with the event after the last that it has taken.
 *
 * <p>All of it is one transaction ({@link InstallRecords}): blocks, lineage, place in the input, a
 * copy under the pipeline's own name, and metrics. Local copies of the old state need not be
 * removed: they are the changelog up to some offset, and a start reads on from there.
 */
public final class SnapshotInstall {
  private static final int DIGEST_SHOWN = 12;

  /**
   * A copy to install, in the partition that it has there.
   *
   * @param topic that holds it; empty if a file does
   * @param blocks reads its blocks, each checked
   */
  public record Copy(
      String topic,
      int partition,
      String model,
      long version,
      String weightsDigest,
      Supplier<BlockReader> blocks) {
    /** One that was published. */
    public static Copy of(SnapshotTopic topic, SnapshotManifest manifest) {
      return new Copy(
          topic.partition().topic(),
          topic.partition().partition(),
          manifest.model(),
          manifest.version(),
          manifest.weightsDigest(),
          () -> topic.blocks(manifest));
    }

    String name() {
      return model + "/" + version;
    }
  }

  /** Where copies come from. */
  private record Source(String cluster, boolean own) {
    static final Source FILE = new Source("", false);
  }

  /**
   * What came of one partition.
   *
   * @param version that the model has from now on
   * @param nextOffset of the first event that it predicts
   * @param rejected events that waited in the batch of the model before
   */
  public record Installed(
      int partition,
      String fromModel,
      long fromVersion,
      long version,
      long nextOffset,
      long rejected,
      String digest) {}

  private final Pipeline pipeline;
  private final Kernels kernels;
  private final SchemaRegistry registry;

  public SnapshotInstall(Pipeline pipeline, Kernels kernels, SchemaRegistry registry) {
    this.pipeline = pipeline;
    this.kernels = kernels;
    this.registry = registry;
  }

  /**
   * Installs one copy for each partition that the pipeline reads.
   *
   * @param source the pipeline that published them; may be this one
   * @param only whether the other partitions stay as they are
   * @throws PreflightException if the pipeline is running, or a copy is of another model than its
   *     file states
   * @throws BrokenSnapshotException if a block of a copy is not what was published
   */
  public List<Installed> run(Pipeline source, Collection<Copy> copies, boolean only) {
    return run(
        partitions -> {
          requirePartitions(copies, partitions, only);
          return copies;
        },
        brokers -> source(source, brokers));
  }

  /**
   * Installs the model of a file in every partition that the pipeline reads, or in one.
   *
   * @throws PreflightException as above
   */
  public List<Installed> run(FileModel file, OptionalInt only) {
    return run(
        partitions -> {
          FileModel.Blocks blocks = file.blocks(pipeline, registry);
          return IntStream.range(0, partitions)
              .filter(partition -> only.isEmpty() || only.getAsInt() == partition)
              .mapToObj(blocks::in)
              .toList();
        },
        brokers -> Source.FILE);
  }

  private List<Installed> run(
      IntFunction<Collection<Copy>> chosen, Function<Brokers, Source> source) {
    Preflight preflight = new Preflight(pipeline, registry);
    int partitions = preflight.check().partitions();
    Collection<Copy> copies = chosen.apply(partitions);
    try (Brokers brokers = new Brokers(pipeline)) {
      StoppedGroup.require(brokers, pipeline);
      Place place = place(source.apply(brokers), brokers);
      List<InstallRecords> all = copies.stream().map(copy -> prepare(copy, place)).toList();
      preflight.createOutputs(partitions);
      Changelog.create(brokers, pipeline);
      OutputSchemas ids = OutputSchemas.register(registry, pipeline.outputs());
      OneTransaction.run(
          pipeline,
          "install",
          producer -> {
            all.forEach(records -> records.send(producer, ids));
            StoppedGroup.requireStill(brokers, pipeline);
          });
      return all.stream().map(InstallRecords::told).toList();
    }
  }

  private void requirePartitions(Collection<Copy> copies, int partitions, boolean only) {
    List<Integer> given = copies.stream().map(Copy::partition).sorted().toList();
    boolean fitting =
        only
            ? given.stream().allMatch(partition -> partition < partitions)
            : given.equals(IntStream.range(0, partitions).boxed().toList());
    if (!fitting) {
      throw new PreflightException(
          "topic '%s' has %d partitions, each with a model, and there are copies for %s. Name one that both have with --partition; the others stay as they are"
              .formatted(pipeline.input().topic(), partitions, given));
    }
  }

  private Source source(Pipeline source, Brokers brokers) {
    try (Brokers theirs = new Brokers(source)) {
      String cluster = theirs.clusterId();
      boolean own =
          cluster.equals(brokers.clusterId())
              && source.name().equals(pipeline.name())
              && source.outputs().snapshots().equals(pipeline.outputs().snapshots());
      return new Source(cluster, own);
    }
  }

  /**
   * Where the copies come from and go to.
   *
   * @param published whether the pipeline's own topic of copies is there
   * @param committed what the pipeline has committed, by partition
   * @param positions where it begins, by partition; none where that is the oldest event
   */
  private record Place(
      Brokers brokers,
      Source source,
      boolean published,
      Map<Integer, Long> committed,
      Map<Integer, Long> positions) {}

  private Place place(Source source, Brokers brokers) {
    return new Place(
        brokers,
        source,
        brokers.partitions(pipeline.outputs().snapshots(), 0) > 0,
        brokers.committed(pipeline),
        brokers.positions(pipeline));
  }

  private InstallRecords prepare(Copy copy, Place place) {
    int partition = copy.partition();
    Changelog before = Changelog.of(pipeline, partition, place.brokers());
    Long committed = place.committed().get(partition);
    if (committed != null && !before.isThere()) {
      throw new StateLostException(pipeline, partition, committed);
    }
    long offset = nextOffset(before.loop(), partition, place);
    SnapshotTopic own = new SnapshotTopic(pipeline, partition);
    Set<String> copies = place.published() ? own.keys() : Set.of();
    BlockReader blocks = copy.blocks().get();
    Lineage.Installed from =
        installed(copy, blocks, place.source().cluster(), newest(before, own, copies), offset);
    long pending = before.model().counters().pending();
    Lineage lineage =
        before
            .lineage(pipeline)
            .with(
                from,
                new Lineage.Change(from.version(), offset, words(from, place, pending)),
                controls(blocks))
            .at("", from.weightsDigest());
    boolean moves = committed == null || committed != offset;
    try (LearningLoop loop = read(copy, blocks, before.loop(), lineage, offset)) {
      if (!place.source().own()) {
        requireInputFor(loop);
      }
      loop.learner().orElseThrow().countOnFrom(before.model().counters());
      return new InstallRecords(
          pipeline, partition, loop, before.keys(), own, copies, from, pending, moves);
    }
  }

  private static Controls controls(BlockReader copy) {
    byte[] lineage = copy.get(Lineage.KEY);
    return lineage == null ? Controls.NONE : Lineage.fromBytes(lineage).controlsOrNone();
  }

  /** Never before what it has taken already, even if the group's offset was lost or put back. */
  private long nextOffset(LoopState before, int partition, Place place) {
    Long position = place.positions().get(partition);
    TopicPartition input = new TopicPartition(pipeline.input().topic(), partition);
    try (CommittedRecords records = new CommittedRecords(pipeline.kafka(), input)) {
      return Math.max(before.nextOffset(), position == null ? records.begin() : position);
    }
  }

  /** The highest version that anything was called by; -1 if nothing was. */
  private long newest(Changelog before, SnapshotTopic own, Set<String> copies) {
    long published = copies.stream().mapToLong(own::version).max().orElse(-1);
    return before.loop().spec().isEmpty()
        ? published
        : Math.max(published, before.lineage(pipeline).version(before.model().version()));
  }

  private static Lineage.Installed installed(
      Copy copy, BlockReader blocks, String cluster, long newest, long offset) {
    Learner.Stored taken = Learner.stored(blocks);
    if (taken.counters().pending() > 0) {
      throw new BrokenSnapshotException(
          copy.name() + " holds a part of a batch; a copy is made after a step");
    }
    return new Lineage.Installed(
        Math.max(newest + 1, copy.version()),
        offset,
        taken.version(),
        cluster,
        copy.topic(),
        copy.partition(),
        copy.model(),
        copy.version(),
        copy.weightsDigest());
  }

  private static String words(Lineage.Installed from, Place place, long pending) {
    return "%s %s/%d, weights %s%s"
        .formatted(
            place.source().own() ? "rolled back to" : "installed from",
            from.model(),
            from.fromVersion(),
            from.weightsDigest().substring(0, DIGEST_SHOWN),
            pending == 0
                ? ""
                : "; rejected are the events that waited in the batch before: " + pending);
  }

  /** The copy's weights, statistics and figures, with this pipeline's place and lineage. */
  private LearningLoop read(
      Copy copy, BlockReader blocks, LoopState before, Lineage lineage, long offset) {
    String name = copy.name();
    Replay replay = new Replay(pipeline, kernels, id -> null, ignored -> {});
    try {
      LoopState state =
          before.withInstalled(LoopState.fromBytes(blocks.get(LoopState.KEY)), offset);
      return replay.of(
          key ->
              switch (key) {
                case LoopState.KEY -> state.toBytes();
                case Lineage.KEY -> lineage.toBytes();
                default -> blocks.get(key);
              });
    } catch (StateMismatchException e) {
      throw new PreflightException(
          "%s is of another model than the file of pipeline '%s' states, was in the copy and is in the file: %s. Nothing was changed. Make the file state the copy's model, or take another copy"
              .formatted(name, pipeline.name(), String.join("; ", e.differences())),
          e);
    } catch (BadEventException e) {
      throw new PreflightException(
          "%s was made from events that the file of pipeline '%s' does not fit: %s. Nothing was changed. Make the file state the copy's model, or take another copy"
              .formatted(name, pipeline.name(), e.getMessage()),
          e);
    } catch (StateException e) {
      throw new BrokenSnapshotException(name + " cannot be read: " + e.getMessage());
    }
  }

  /** A foreign model may want what the events here do not have. */
  private void requireInputFor(LearningLoop loop) {
    String subject = Subjects.value(pipeline.input().topic());
    var newest = registry.latest(subject).orElseThrow();
    List<String> problems = new ArrayList<>();
    try {
      EventDecoder.compile(newest.schema(), loop.learner().orElseThrow().spec())
          .missingFeatures()
          .forEach(feature -> problems.add("has no field for feature '" + feature + "'"));
    } catch (BadEventException e) {
      problems.add("does not fit: " + e.getMessage());
    }
    if (!problems.isEmpty()) {
      throw new PreflightException(
          "the schema of subject '%s', version %d, cannot give what the copy reads: it %s. Nothing was changed. Take a copy that was made from such events"
              .formatted(subject, newest.version(), String.join("; it ", problems)));
    }
  }
}
