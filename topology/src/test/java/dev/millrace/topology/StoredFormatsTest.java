package dev.millrace.topology;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.millrace.engine.state.Digest;
import dev.millrace.engine.state.StateException;
import dev.millrace.schemas.Metrics;
import dev.millrace.schemas.Prediction;
import dev.millrace.schemas.SnapshotBlock;
import dev.millrace.schemas.SnapshotManifest;
import dev.millrace.schemas.wire.WireFormat;
import dev.millrace.topology.config.Pipeline;
import dev.millrace.topology.config.PipelineParser;
import dev.millrace.topology.decode.BadEventException;
import dev.millrace.topology.store.Controls;
import dev.millrace.topology.store.Lineage;
import dev.millrace.topology.store.LoopState;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.avro.SchemaCompatibility;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.DecoderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What an earlier build stored or published is read by this one, and what this one writes is what
 * the golden files hold.
 */
class StoredFormatsTest {
  /** The folder of what is written now; the others hold what was. */
  private static final String CURRENT = "1";

  private static final int STORED = 46; // events before the golden store
  private static final int EVENTS = 90;

  private static final String CHANGED =
      """
      what this build stores or publishes is no longer what the golden files of format %1$s hold.
      If a layout has changed: raise its format number and keep reading the old one; keep the folder %1$s, and then
        cp -r topology/target/golden/%1$s topology/src/test/resources/golden/<next>, and set CURRENT to <next>.
      If only figures or texts have, or nobody has the old layout yet (decision 0011):
        rm -r topology/src/test/resources/golden/%1$s && cp -r topology/target/golden/%1$s topology/src/test/resources/golden/
      """
          .formatted(CURRENT);

  /** Three processes: the second has another rule for snapshots, the third other threads. */
  private static GoldenRun run(String yaml) {
    GoldenRun run = new GoldenRun(new TreeMap<>());
    run.process(parse(yaml.replace("keep: 1", "keep: 2")), 0, 12);
    run.process(parse(yaml), 12, 40);
    return run.process(parse(yaml + "threads: 2\n"), 40, STORED);
  }

  private static Pipeline parse(String yaml) {
    return PipelineParser.parse(yaml, "pipeline.yaml");
  }

  @Test
  void shouldStoreAndPublishTheGoldenFilesByteForByte() throws IOException {
    Path golden = GoldenFolder.ALL.resolve(CURRENT);
    Path made = Path.of("target", "golden", CURRENT);
    remove(made);
    for (GoldenFolder folder : GoldenFolder.within(golden)) {
      new GoldenFolder(made.resolve(golden.relativize(folder.path())))
          .write(folder.yaml(), run(folder.yaml()));
    }
    assertThat(differences(GoldenFolder.files(golden), GoldenFolder.files(made)))
        .as(CHANGED)
        .isEmpty();
  }

  private static void remove(Path folder) throws IOException {
    if (Files.exists(folder)) {
      for (String file : GoldenFolder.files(folder).keySet()) {
        Files.delete(folder.resolve(file));
      }
    }
  }

  private static List<String> differences(Map<String, byte[]> golden, Map<String, byte[]> made) {
    List<String> differences = new ArrayList<>();
    golden.forEach(
        (file, bytes) -> {
          if (!made.containsKey(file)) {
            differences.add(file + " is not written");
          } else if (!Arrays.equals(bytes, made.get(file))) {
            differences.add(
                "%s differs from byte %d on"
                    .formatted(file, Arrays.mismatch(bytes, made.get(file))));
          }
        });
    made.keySet().stream()
        .filter(file -> !golden.containsKey(file))
        .forEach(file -> differences.add(file + " is new"));
    return differences;
  }

  private static List<GoldenFolder> everyFolder() {
    return GoldenFolder.all();
  }

  @ParameterizedTest
  @MethodSource("everyFolder")
  void shouldGoOnFromTheStoreOfAnEarlierBuildAsIfItHadNeverStopped(GoldenFolder folder)
      throws IOException {
    GoldenRun plain = new GoldenRun(new TreeMap<>()).process(folder.pipeline(), 0, EVENTS);
    GoldenRun resumed = new GoldenRun(folder.store()).process(folder.pipeline(), STORED, EVENTS);
    assertGoesOn(folder, resumed, plain, STORED);
    List<GoldenRecord> predictions = new ArrayList<>(folder.records(Names.PREDICTIONS));
    predictions.addAll(resumed.outputs(Names.PREDICTIONS));
    assertThat(lines(predictions))
        .as("what the earlier build said, and then this one")
        .isEqualTo(lines(plain.outputs(Names.PREDICTIONS)));
  }

  @ParameterizedTest
  @MethodSource("everyFolder")
  void shouldGoOnFromTheSnapshotOfAnEarlierBuildAsIfItHadNeverStopped(GoldenFolder folder)
      throws IOException {
    Map<String, byte[]> blocks = new HashMap<>();
    SnapshotManifest manifest = null;
    for (GoldenRecord record : folder.records(Names.SNAPSHOTS)) {
      if (record.value() == null) {
        continue;
      }
      if (record.key().endsWith("/manifest")) {
        manifest = SnapshotManifest.decode(record.value());
      } else {
        SnapshotBlock block = SnapshotBlock.decode(record.value());
        blocks.put(block.key(), block.data()); // the newest one's in the end
      }
    }
    for (SnapshotManifest.BlockRef block : manifest.blocks()) {
      assertThat(Digest.hex(Digest.sha256(blocks.get(block.key()))))
          .as(block.key())
          .isEqualTo(block.sha256());
    }
    int next = (int) manifest.lineage().lastOffset() + 1;
    GoldenRun plain = new GoldenRun(new TreeMap<>()).process(folder.pipeline(), 0, EVENTS);
    GoldenRun resumed = new GoldenRun(blocks).process(folder.pipeline(), next, EVENTS);
    assertGoesOn(folder, resumed, plain, next);
  }

  /** All that a plain loop says of the events from an offset on, and the state it ends in. */
  private static void assertGoesOn(
      GoldenFolder folder, GoldenRun resumed, GoldenRun plain, int from) throws IOException {
    for (String output : List.of(Names.PREDICTIONS, Names.DEAD_LETTERS)) {
      assertThat(lines(resumed.outputs(output)))
          .as("%s of %s", output, folder)
          .isNotEmpty()
          .isEqualTo(lines(from(plain.outputs(output), from)));
    }
    Metrics metrics = Metrics.decode(resumed.outputs(Names.METRICS).getLast().value());
    assertThat(metrics).isEqualTo(Metrics.decode(plain.outputs(Names.METRICS).getLast().value()));
    assertThat(metrics.weightsDigest()).hasSize(64);
    assertThat(snapshotDigests(resumed))
        .isNotEmpty()
        .isEqualTo(snapshotDigests(plain).tailMap(snapshotDigests(resumed).firstKey(), true));
    plain
        .store()
        .forEach(
            (key, block) -> {
              if (!key.equals(Lineage.KEY)) { // it tells the changes of the file, too
                assertThat(resumed.store().get(key)).as(key).isEqualTo(block);
              }
            });
  }

  private static List<GoldenRecord> from(List<GoldenRecord> records, int offset) {
    long timestamp = GoldenLog.event(offset).timestamp();
    return records.stream().filter(record -> record.timestamp() >= timestamp).toList();
  }

  private static List<String> lines(List<GoldenRecord> records) {
    return records.stream().map(GoldenRecord::toString).toList();
  }

  private static TreeMap<Long, String> snapshotDigests(GoldenRun run) {
    TreeMap<Long, String> digests = new TreeMap<>();
    for (GoldenRecord record : run.outputs(Names.SNAPSHOTS)) {
      if (record.key().endsWith("/manifest") && record.value() != null) {
        SnapshotManifest manifest = SnapshotManifest.decode(record.value());
        digests.put(manifest.version(), manifest.weightsDigest());
      }
    }
    return digests;
  }

  /** What a store's blocks say, told apart from what a run makes of them. */
  @ParameterizedTest
  @MethodSource("everyFolder")
  void shouldKnowHowFarAnEarlierBuildHadComeAndWhatHadChanged(GoldenFolder folder)
      throws IOException {
    LoopState state = LoopState.fromBytes(folder.store().get(LoopState.KEY));
    assertThat(state.read()).isEqualTo(STORED);
    assertThat(state.nextOffset()).isEqualTo(STORED);
    assertThat(state.deadLetters().toString())
        .isEqualTo("{EMPTY=2, NOT_WIRE_FORMAT=1, UNKNOWN_SCHEMA=1, TRUNCATED=2}");
    assertThat(state.schemaIds()).containsExactly(7);
    assertThat(state.snapshots()).hasSize(1);
    assertThat(state.schema()).contains(GoldenLog.schema(7));
    Lineage lineage = Lineage.fromBytes(folder.store().get(Lineage.KEY));
    assertThat(lineage.configHash()).isEqualTo(state.spec().orElseThrow().hash());
    assertThat(lineage.settings()).containsEntry("threads", "2");
    assertThat(lineage.changes())
        .extracting(Lineage.Change::offset, Lineage.Change::what)
        .containsExactly(tuple(40L, "threads: was 1, is 2"));
  }

  @ParameterizedTest
  @MethodSource("everyFolder")
  void shouldReadTheRecordsOfAnEarlierBuildUnderTheSchemasTheyWereWrittenWith(GoldenFolder folder)
      throws IOException {
    List<Integer> good =
        Stream.iterate(0, i -> i < STORED, i -> i + 1).filter(this::isGood).toList();
    List<GoldenRecord> predictions = folder.records(Names.PREDICTIONS);
    assertThat(predictions).hasSameSizeAs(good);
    for (int i = 0; i < good.size(); i++) {
      Event event = GoldenLog.event(good.get(i));
      GenericRecord prediction = read(folder, predictions.get(i), 101, Prediction.SCHEMA);
      assertThat(prediction.get("pipeline")).hasToString(folder.pipeline().name());
      assertThat(prediction.get("topic")).hasToString("in");
      assertThat(prediction.get("offset")).isEqualTo(event.offset());
      assertThat(prediction.get("eventTime")).isEqualTo(event.timestamp());
      assertThat(predictions.get(i).timestamp()).isEqualTo(event.timestamp());
    }
    GenericRecord metrics =
        read(folder, folder.records(Names.METRICS).getLast(), 102, Metrics.SCHEMA);
    assertThat(metrics.get("read")).isEqualTo((long) STORED);
    assertThat(metrics.get("predicted")).isEqualTo((long) good.size());
    assertThat(metrics.get("deadLetters").toString()).contains("truncated", "unknown_schema");
    for (GoldenRecord record : folder.records(Names.SNAPSHOTS)) {
      if (record.value() != null && record.key().endsWith("/manifest")) {
        GenericRecord manifest = read(folder, record, 103, SnapshotManifest.SCHEMA);
        assertThat(record.key())
            .isEqualTo("%s/%s/manifest".formatted(manifest.get("model"), manifest.get("version")));
      } else if (record.value() != null) {
        GenericRecord block = read(folder, record, 104, SnapshotBlock.SCHEMA);
        assertThat(record.key())
            .isEqualTo(
                "%s/%s/%s".formatted(block.get("model"), block.get("version"), block.get("key")));
      }
    }
  }

  private boolean isGood(int offset) {
    return offset % 7 != 6;
  }

  /** Through Avro's own reader, as other programs read it: magic 0, the id, the payload. */
  private static GenericRecord read(
      GoldenFolder folder, GoldenRecord record, int id, Schema current) throws IOException {
    ByteBuffer frame = ByteBuffer.wrap(record.value());
    assertThat(frame.get()).isZero();
    assertThat(frame.getInt()).isEqualTo(id);
    byte[] bytes = record.value();
    int from = WireFormat.PAYLOAD_OFFSET;
    return new GenericDatumReader<GenericRecord>(folder.schema(current), current)
        .read(null, DecoderFactory.get().binaryDecoder(bytes, from, bytes.length - from, null));
  }

  @ParameterizedTest
  @MethodSource("everyFolder")
  void shouldPublishWhatReadersOfAnEarlierBuildsRecordsCanRead(GoldenFolder folder)
      throws IOException {
    for (Schema current : GoldenFolder.SCHEMAS) {
      assertThat(
              SchemaCompatibility.checkReaderWriterCompatibility(folder.schema(current), current)
                  .getType())
          .as(current.getName())
          .isEqualTo(SchemaCompatibility.SchemaCompatibilityType.COMPATIBLE);
    }
  }

  @ParameterizedTest
  @MethodSource("everyFolder")
  void shouldKnowTheHeadersOfAnEarlierBuildsDeadLetters(GoldenFolder folder) throws IOException {
    GoldenRecord letter = folder.records(Names.DEAD_LETTERS).get(1); // of the event without a value
    String exception = BadEventException.class.getName();
    assertThat(letter.value()).isNull();
    assertThat(letter.key()).isEqualTo("k13");
    assertThat(letter.headers())
        .containsExactly(
            "trace=\\x0d",
            "__streams.errors.exception=" + exception,
            "__streams.errors.message=the record has no value",
            "__streams.errors.stacktrace=" + exception + ": the record has no value",
            "__streams.errors.topic=in",
            "__streams.errors.partition=0",
            "__streams.errors.offset=13",
            "millrace.reason=empty",
            "millrace.timestamp=1700000000013");
  }

  @Test
  void shouldTakeTheStateDirectoryOfAnEarlierBuild(@TempDir Path directory) throws IOException {
    Path golden = GoldenFolder.ALL.resolve("state-directory");
    Map<String, byte[]> files = GoldenFolder.files(golden);
    for (Map.Entry<String, byte[]> file : files.entrySet()) {
      Files.write(directory.resolve(file.getKey()), file.getValue());
    }
    assertThat(InstanceId.of(directory, "golden"))
        .isEqualTo("0b9f5f0c-6a0e-4d0e-9c53-0d4f2a7c1e55");
    assertThat(CleanEnd.take(directory, "golden")).isTrue();
    assertThat(CleanEnd.take(directory, "golden")).as("taken once").isFalse();
    CleanEnd.leave(directory, "golden");
    assertThat(GoldenFolder.files(directory)).containsExactlyEntriesOf(files);
  }

  @Test
  void shouldNameTheFilesOfANewStateDirectoryAsAnEarlierBuildDid(@TempDir Path directory)
      throws IOException {
    String id = InstanceId.of(directory, "golden");
    CleanEnd.leave(directory, "golden");
    assertThat(id).matches("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");
    assertThat(GoldenFolder.files(directory).keySet())
        .isEqualTo(GoldenFolder.files(GoldenFolder.ALL.resolve("state-directory")).keySet());
  }

  @Test
  void shouldKnowWhereAnInstalledModelWasTakenFromAndWriteItAsBefore() throws IOException {
    byte[] stored = Files.readAllBytes(GoldenFolder.ALL.resolve("installed/lineage.json"));
    Lineage lineage = Lineage.fromBytes(stored);
    assertThat(lineage.installed())
        .isEqualTo(
            new Lineage.Installed(
                5231,
                9000,
                4000,
                "5L6g3nShT-eMCtK--X86sw",
                "elec2.snapshots",
                0,
                "elec2-0",
                4000,
                "d1"));
    assertThat(lineage.version(4000)).isEqualTo(5231);
    assertThat(lineage.version(4007)).isEqualTo(5238);
    assertThat(lineage.toBytes()).isEqualTo(stored);
  }

  @Test
  void shouldKnowWhatControlsHadMadeOfAModelsLearningAndWriteItAsBefore() throws IOException {
    byte[] stored = Files.readAllBytes(GoldenFolder.ALL.resolve("controlled/lineage.json"));
    Lineage lineage = Lineage.fromBytes(stored);
    assertThat(lineage.controlsOrNone())
        .isEqualTo(
            new Controls(7, 13, true, 0.002, new TreeSet<>(Set.of("dense_1", "dense_0")), 5231L));
    assertThat(lineage.version(0)).isEqualTo(5231);
    assertThat(lineage.version(7)).isEqualTo(5238);
    assertThat(lineage.toBytes()).isEqualTo(stored);
  }

  @Test
  void shouldRefuseAStateOfANewerFormat() throws IOException {
    Map<String, byte[]> store = GoldenFolder.all().getFirst().store();
    byte[] newerState = store.get(LoopState.KEY).clone();
    newerState[3]++;
    assertThatThrownBy(() -> LoopState.fromBytes(newerState))
        .isInstanceOf(StateException.class)
        .hasMessage("state has format 4, this program reads 3; run the version that wrote it");
    String lineage = new String(store.get(Lineage.KEY), UTF_8);
    byte[] newerLineage = lineage.replace("\"format\":1", "\"format\":4").getBytes(UTF_8);
    assertThatThrownBy(() -> Lineage.fromBytes(newerLineage))
        .isInstanceOf(StateException.class)
        .hasMessage(
            "the stored lineage has format 4, this program reads 1 to 3; run the version that"
                + " wrote it");
  }
}
