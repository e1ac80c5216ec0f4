package dev.millrace.app.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CsvReaderTest {
  private static final CsvOptions NO_HEADER = new CsvOptions(false, false);
  private static final CsvOptions SKIPPING = new CsvOptions(true, true);

  @TempDir private Path folder;

  private Path file(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text);
  }

  private static List<List<String>> rows(Path file, CsvOptions options) throws IOException {
    List<List<String>> rows = new ArrayList<>();
    try (CsvReader reader = CsvReader.open(file, options)) {
      while (reader.next()) {
        List<String> row = new ArrayList<>();
        for (int i = 0; i < reader.header().size(); i++) {
          row.add(reader.text(i));
        }
        rows.add(row);
      }
    }
    return rows;
  }

  private List<List<String>> rows(String text) throws IOException {
    return rows(file("a.csv", text), CsvOptions.DEFAULT);
  }

  @Test
  void shouldReadQuotesLineBreaksAndCarriageReturns() throws IOException {
    assertThat(rows("a,b\r\n1,\"x,\"\"y\"\"\r\nz\"\r\n\"\",\r\n\r\n2,é\"q\r\n"))
        .containsExactly(List.of("1", "x,\"y\"\r\nz"), List.of("", ""), List.of("2", "é\"q"));
  }

  @Test
  void shouldReadALastRowWithoutLineBreakAndDropAByteOrderMark() throws IOException {
    assertThat(rows("\uFEFFa,b\n1,2")).containsExactly(List.of("1", "2"));
    assertThat(rows("\uFEFFa,b\n1,")).containsExactly(List.of("1", ""));
    assertThat(rows("a,b\n1,\"\"")).containsExactly(List.of("1", ""));
    assertThat(rows("a,b\n1,\"x\r\"\n")).containsExactly(List.of("1", "x\r"));
  }

  @Test
  void shouldReadAnArffFileWithCommentsQuotesAndTrailingCommas() throws IOException {
    Path file =
        file(
            "a.arff",
            "% a comment\n@RELATION power\n\n@attribute 'the x' real\n@attribute y\t{b, 'a a'}\r\n"
                + "@DATA\n1.5,b\n% between\n2,'a a',\n\n?,b");
    assertThat(rows(file, CsvOptions.DEFAULT))
        .containsExactly(List.of("1.5", "b"), List.of("2", "a a"), List.of("?", "b"));
    try (CsvReader reader = CsvReader.open(file, CsvOptions.DEFAULT)) {
      assertThat(reader.header()).containsExactly("the x", "y");
      assertThat(reader.nominal(0)).isEmpty();
      assertThat(reader.nominal(1)).contains(List.of("b", "a a"));
      assertThat(reader.next()).isTrue();
      assertThat(reader.line()).isEqualTo(7);
    }
    ColumnTypes types = ColumnTypes.of(file, CsvOptions.DEFAULT);
    assertThat(types.column("y").values()).as("in the order stated").containsExactly("b", "a a");
    assertThat(types.column("the x").missing()).isEqualTo(1);
    assertThatThrownBy(
            () -> CsvReader.open(file("b.arff", "@relation r\nx,y\n"), CsvOptions.DEFAULT))
        .hasMessageEndingWith(
            "b.arff:2: 'x,y' stands before @data; expected @attribute, @relation or a comment");
    assertThatThrownBy(() -> CsvReader.open(file("c.arff", "@relation r\n"), CsvOptions.DEFAULT))
        .hasMessageEndingWith("c.arff has no line @data; expected an ARFF file");
  }

  private static CsvOptions sorted(String column) {
    return new CsvOptions(
        true, false, Optional.of(';'), Optional.of(false), Optional.of(column), Optional.empty());
  }

  @Test
  void shouldSortRowsByNumbersOrByTextAndKeepThoseAlikeInTheirOrder() throws IOException {
    Path file = file("a.csv", "t;x\n10;\"a\n9;b\n;c\n9;d\n-1;e\n");
    assertThat(rows(file, sorted("t")))
        .containsExactly(
            List.of("-1", "e"),
            List.of("9", "b"),
            List.of("9", "d"),
            List.of("10", "\"a"),
            List.of("", "c"));
    Path dates = file("b.csv", "t;x\n2014-07-02;a\n2014-07-01 09:00;b\n2014-07-01;c\n;d\n");
    assertThat(rows(dates, sorted("t")))
        .extracting(List::getLast)
        .containsExactly("c", "b", "a", "d");
    try (CsvReader reader = CsvReader.open(file, sorted("t"))) {
      assertThat(reader.next()).isTrue();
      assertThat(reader.line()).isEqualTo(6);
    }
    assertThatThrownBy(() -> rows(file, sorted("tt"))).hasMessageContaining("did you mean 't'");
  }

  @Test
  void shouldRefuseToHoldMoreRowsThanFit() {
    SortedRows rows = new SortedRows(Path.of("big.csv"), 0, 100);
    RowCells row = new RowCells();
    row.append((byte) '1');
    row.endCell((byte) ',');
    rows.add(row, 2);
    assertThatThrownBy(() -> rows.add(row, 3))
        .isInstanceOf(CsvException.class)
        .hasMessage(
            "big.csv:3: the rows take more than 100 bytes, too many to be sorted in memory; sort"
                + " the file before");
  }

  @Test
  void shouldTellTheLineInWhichARowBegins() throws IOException {
    try (CsvReader reader =
        CsvReader.open(file("a.csv", "a,b\n1,\"x\ny\"\n\n2,z\n"), CsvOptions.DEFAULT)) {
      assertThat(reader.next()).isTrue();
      assertThat(reader.line()).isEqualTo(2);
      assertThat(reader.next()).isTrue();
      assertThat(reader.line()).isEqualTo(5);
      assertThat(reader.next()).isFalse();
    }
  }

  @Test
  void shouldSplitTsvAtTabsAndTakeQuotesAsTheyAre() throws IOException {
    assertThat(rows(file("a.tsv", "ham\t\"never closed, I say\nspam\tb\"c\n"), NO_HEADER))
        .containsExactly(List.of("ham", "\"never closed, I say"), List.of("spam", "b\"c"));
  }

  @Test
  void shouldNameColumnsThatHaveNoName() throws IOException {
    try (CsvReader reader = CsvReader.open(file("a.csv", ",b,\n1,2,3\n"), CsvOptions.DEFAULT)) {
      assertThat(reader.header()).containsExactly("column_1", "b", "column_3");
    }
    try (CsvReader reader = CsvReader.open(file("a.csv", "1,1,3\n"), NO_HEADER)) {
      assertThat(reader.header()).containsExactly("c1", "c2", "c3");
      assertThat(reader.next()).isTrue();
      assertThat(reader.text(2)).isEqualTo("3");
      assertThat(reader.next()).isFalse();
    }
  }

  @Test
  void shouldSuggestNoHeaderWhenAHeaderNamesTwoColumnsAlike() throws IOException {
    Path file = file("a.csv", "0,tcp,0\n1,udp,2\n");
    assertThatThrownBy(() -> CsvReader.open(file, CsvOptions.DEFAULT))
        .isInstanceOf(CsvException.class)
        .hasMessage(
            file
                + ":1: the header names columns 1 and 3 both '0'; if the first row is no header,"
                + " use --no-header");
  }

  @Test
  void shouldStopAtARowWithAnotherWidthAndSayWhere() throws IOException {
    Path file = file("a.csv", "a,b\n1,2\n3\n4,5\n");
    assertThatThrownBy(() -> rows(file, CsvOptions.DEFAULT))
        .isInstanceOf(CsvException.class)
        .hasMessage(
            file
                + ":3: the row has 1 cell, the first row has 2; to leave such rows out, use"
                + " --skip-bad-rows");
  }

  @Test
  void shouldCountBadRowsWhenTheyAreSkipped() throws IOException {
    Path file = folder.resolve("a.csv");
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.write("a,b\n1,2,3\n4,5\n6,".getBytes(StandardCharsets.UTF_8));
    bytes.write(0xC3);
    bytes.write("\n\"7\"x,8\n9,10\n".getBytes(StandardCharsets.UTF_8));
    Files.write(file, bytes.toByteArray());
    try (CsvReader reader = CsvReader.open(file, SKIPPING)) {
      assertThat(reader.next()).isTrue();
      assertThat(reader.text(0)).isEqualTo("4");
      assertThat(reader.next()).isTrue();
      assertThat(reader.text(0)).isEqualTo("9");
      assertThat(reader.next()).isFalse();
      assertThat(reader.skipped()).isEqualTo(3);
    }
    assertThatThrownBy(() -> rows(file, new CsvOptions(true, false)))
        .hasMessageContaining(":2: the row has 3 cells");
  }

  @Test
  void shouldNotTakeHalfACharacterInEachOfTwoCellsForOne() throws IOException {
    Path file = folder.resolve("a.csv");
    Files.write(file, new byte[] {'a', ',', 'b', '\n', (byte) 0xC3, ',', (byte) 0xA9, '\n'});
    assertThatThrownBy(() -> rows(file, CsvOptions.DEFAULT))
        .hasMessageContaining(":2: the row is not UTF-8");
  }

  @Test
  void shouldStopWhereAQuoteIsNeverClosedAlsoWhenBadRowsAreSkipped() throws IOException {
    Path file = file("a.csv", "a,b\n1,2\n3,\"x\n4,5\n");
    assertThatThrownBy(() -> rows(file, SKIPPING))
        .isInstanceOf(CsvException.class)
        .hasMessageContaining(":3: a quote that opens in this row is never closed");
  }

  @Test
  void shouldReadGzipAndTellWhenItIsDamaged() throws IOException {
    StringBuilder text = new StringBuilder("a,b\n");
    for (int i = 0; i < 50_000; i++) {
      text.append(i).append(",\"value ").append(i).append("\"\n");
    }
    Path file = folder.resolve("a.csv.gz");
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
      out.write(text.toString().getBytes(StandardCharsets.UTF_8));
    }
    List<List<String>> rows = rows(file, CsvOptions.DEFAULT);
    assertThat(rows).hasSize(50_000);
    assertThat(rows.getLast()).containsExactly("49999", "value 49999");
    byte[] bytes = Files.readAllBytes(file);
    Files.write(file, Arrays.copyOf(bytes, bytes.length / 2));
    assertThatThrownBy(() -> rows(file, CsvOptions.DEFAULT))
        .isInstanceOf(CsvException.class)
        .hasMessageContaining("the gzip data is damaged or ends early");
  }

  @Test
  void shouldSayThatAnEmptyFileIsEmpty() throws IOException {
    Path file = file("a.csv", "\n\n");
    assertThatThrownBy(() -> CsvReader.open(file, CsvOptions.DEFAULT))
        .isInstanceOf(CsvException.class)
        .hasMessageContaining("is empty");
  }
}
