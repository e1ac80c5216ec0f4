package dev.millrace.app.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.topology.config.Pipeline;
import dev.millrace.topology.config.PipelineParser;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.DecoderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CsvSourceTest {
  private static final Path EXAMPLES = Path.of("..", "examples");

  @TempDir private Path folder;

  private Path file(String text) throws IOException {
    return Files.writeString(folder.resolve("a.csv"), text);
  }

  private static Pipeline pipeline(String features, String label, String more) {
    return PipelineParser.parse(
        "input: {topic: my-topic, features: %s%s}\nlabel: %s\n".formatted(features, more, label),
        "p.yaml");
  }

  private static GenericRecord decoded(CsvSource source) throws IOException {
    BinaryDecoder decoder = DecoderFactory.get().binaryDecoder(source.payload(), null);
    GenericRecord record =
        new GenericDatumReader<GenericRecord>(source.schema()).read(null, decoder);
    assertThat(decoder.isEnd()).isTrue();
    return record;
  }

  @ParameterizedTest
  @ValueSource(strings = {"elec2", "phishing", "bike_sharing", "image_segments"})
  void shouldEncodeEveryRowOfTheExamplesAsAvroReadsIt(String name) throws IOException {
    Path data = EXAMPLES.resolve("data").resolve(name + ".csv.gz");
    Pipeline pipeline = PipelineParser.parse(EXAMPLES.resolve(name + ".yaml"));
    long rows = 0;
    try (CsvSource source = CsvSource.open(data, pipeline, CsvOptions.DEFAULT);
        CsvReader cells = CsvReader.open(data, CsvOptions.DEFAULT)) {
      assertThat(source.schema().getFields())
          .hasSize(pipeline.input().features().orElseThrow().size() + 1);
      while (source.next()) {
        rows++;
        assertThat(cells.next()).isTrue();
        GenericRecord record = decoded(source);
        for (Schema.Field field : source.schema().getFields()) {
          String column = field.doc().replaceAll("^column '|'$", "");
          String cell = cells.text(cells.header().indexOf(column));
          Object value = record.get(field.name());
          assertThat(
                  value instanceof Double d
                      ? d == Double.parseDouble(cell)
                      : value.toString().equals(cell))
              .as("line %d, %s: %s", source.line(), column, value)
              .isTrue();
        }
      }
      assertThat(source.rows()).isEqualTo(rows);
      assertThat(source.progress()).isEqualTo(1);
    }
    assertThat(rows).isGreaterThan(1000);
  }

  @Test
  void shouldGiveMissingCellsAsNullAndKeepNumbersOfClasses() throws IOException {
    Path file = file("id,x-1,kind,y\nk1,1.5,a,1\n,?,,0\nk3,true,é,\n");
    Pipeline pipeline =
        pipeline(
            "[{name: x_1, type: numeric}, {name: kind, type: hashed}]",
            "{field: y, classes: [0, 1]}",
            ", key: id");
    try (CsvSource source = CsvSource.open(file, pipeline, CsvOptions.DEFAULT)) {
      assertThat(source.schema().getName()).isEqualTo("my_topic");
      assertThat(source.schema().getField("x_1").doc()).isEqualTo("column 'x-1'");
      assertThat(source.next()).isTrue();
      assertThat(decoded(source))
          .hasToString("{\"id\": \"k1\", \"x_1\": 1.5, \"kind\": \"a\", \"y\": 1}");
      assertThat(source.key()).isEqualTo("k1".getBytes(StandardCharsets.UTF_8));
      assertThat(source.next()).isTrue();
      assertThat(decoded(source))
          .hasToString("{\"id\": null, \"x_1\": null, \"kind\": null, \"y\": 0}");
      assertThat(source.key()).isNull();
      assertThat(source.next()).isTrue();
      assertThat(decoded(source))
          .hasToString("{\"id\": \"k3\", \"x_1\": 1.0, \"kind\": \"é\", \"y\": null}");
      assertThat(source.line()).isEqualTo(4);
      assertThat(source.next()).isFalse();
    }
  }

  @Test
  void shouldTypeColumnsByTheRowsWhereThePipelineLeavesItOpen() throws IOException {
    Path file = file("a,b,c,d,y\n1,2.5,true,x,u\n2,,false,y,v\n");
    Schema schema = CsvSource.schema(file, pipeline("all", "{field: y}", ""), CsvOptions.DEFAULT);
    assertThat(schema.getField("a").schema().getType()).isEqualTo(Schema.Type.LONG);
    assertThat(schema.getField("b").schema().isNullable()).isTrue();
    assertThat(schema.getField("c").schema().getType()).isEqualTo(Schema.Type.BOOLEAN);
    assertThat(schema.getField("d").schema().getType()).isEqualTo(Schema.Type.STRING);
    assertThat(schema.getField("y").schema().getType()).isEqualTo(Schema.Type.STRING);
    Schema two = CsvSource.schema(file, pipeline("[a]", "{field: y}", ""), CsvOptions.DEFAULT);
    assertThat(two.getFields()).extracting(Schema.Field::name).containsExactly("a", "y");
  }

  @Test
  void shouldReadTheColumnOfTheWeightAsANumberWhateverTheFeaturesAre() throws IOException {
    Path file = file("a,w,y\n1,2,u\n2,,v\n3,0.5,u\n");
    for (String features : new String[] {"all", "[{name: a, type: numeric}]"}) {
      Pipeline pipeline = pipeline(features, "{field: y, classes: [u, v], weight: w}", "");
      try (CsvSource source = CsvSource.open(file, pipeline, CsvOptions.DEFAULT)) {
        for (Double weight : new Double[] {2.0, null, 0.5}) {
          assertThat(source.next()).isTrue();
          assertThat(decoded(source).get("w")).isEqualTo(weight);
        }
      }
    }
    Pipeline wrong = pipeline("[a]", "{field: y, weight: ww}", "");
    assertThatThrownBy(() -> CsvSource.open(file, wrong, CsvOptions.DEFAULT))
        .hasMessageContaining("no column for the pipeline's field 'ww'; did you mean 'w'?");
  }

  @Test
  void shouldStopOrSkipWhereACellDoesNotFitItsFeature() throws IOException {
    Path file = file("a,y\n1,u\noops,v\n3,u\n");
    Pipeline pipeline = pipeline("[{name: a, type: numeric}]", "{field: y, classes: [u, v]}", "");
    try (CsvSource source = CsvSource.open(file, pipeline, CsvOptions.DEFAULT)) {
      assertThat(source.next()).isTrue();
      assertThatThrownBy(source::next)
          .isInstanceOf(CsvException.class)
          .hasMessage(
              file
                  + ":3: column 'a' has 'oops', expected a number or nothing; to leave such rows"
                  + " out, use --skip-bad-rows");
    }
    try (CsvSource source = CsvSource.open(file, pipeline, new CsvOptions(true, true))) {
      assertThat(source.next() && source.next()).isTrue();
      assertThat(source.next()).isFalse();
      assertThat(source.skipped()).isEqualTo(1);
    }
  }

  @Test
  void shouldNameTheNearestColumnForAFieldThatTheFileLacks() throws IOException {
    Path file = file("price,y\n1,u\n");
    Pipeline pipeline = pipeline("[{name: prise, type: numeric}]", "{field: y}", "");
    assertThatThrownBy(() -> CsvSource.open(file, pipeline, CsvOptions.DEFAULT))
        .isInstanceOf(CsvException.class)
        .hasMessage(
            file
                + " has no column for the pipeline's field 'prise'; did you mean 'price'?; its"
                + " columns are price, y");
  }

  @Test
  void shouldReadAVectorFromAsManyColumns() throws IOException {
    Path file = file("y,v_0,v_1,v_2,z\n1,0.5,-2,1e3,7\n0,,2,3,7\n");
    Pipeline pipeline =
        pipeline("[{name: v, type: vector, size: 3}]", "{field: y, classes: ['0', '1']}", "");
    try (CsvSource source = CsvSource.open(file, pipeline, CsvOptions.DEFAULT)) {
      assertThat(source.next()).isTrue();
      assertThat(decoded(source).get("v")).hasToString("[0.5, -2.0, 1000.0]");
      assertThatThrownBy(source::next).hasMessageContaining("'v_0' has '', expected a number");
    }
    Pipeline longer =
        pipeline("[{name: v, type: vector, size: 4}]", "{field: y, classes: ['0', '1']}", "");
    assertThatThrownBy(() -> CsvSource.open(file, longer, CsvOptions.DEFAULT))
        .isInstanceOf(CsvException.class)
        .hasMessageContaining("no column 'v_3'");
  }
}
