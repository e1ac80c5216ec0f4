package dev.millrace.benchmarks.chart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.StringReader;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.xml.sax.InputSource;

class ChartTest {
  private static final Chart CHART =
      new Chart(
          "A & B < C",
          "N, units",
          "µs a step",
          List.of(
              new Chart.Curve("ours", new double[] {1, 10, 100}, new double[] {2, 20, 900}),
              new Chart.Curve("limit", new double[] {1, 10, 100}, new double[] {1, 10, 100})));

  private static Document parsed(Chart chart) throws Exception {
    InputSource source = new InputSource(new StringReader(chart.svg()));
    return DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(source);
  }

  @Test
  void shouldBeADocumentWithACurveForEachSeriesAndItsName() throws Exception {
    Document document = parsed(CHART);
    assertThat(document.getElementsByTagName("polyline").getLength()).isEqualTo(2);
    assertThat(document.getDocumentElement().getTextContent())
        .contains("A & B < C", "N, units", "µs a step", "ours", "limit", "1,000");
  }

  @Test
  void shouldPlaceEqualRatiosEquallyFarApart() throws Exception {
    Element limit = (Element) parsed(CHART).getElementsByTagName("polyline").item(1);
    String[] points = limit.getAttribute("points").split("[ ,]");
    double first = Double.parseDouble(points[2]) - Double.parseDouble(points[0]);
    double second = Double.parseDouble(points[4]) - Double.parseDouble(points[2]);
    assertThat(first).isEqualTo(second).isPositive();
  }

  @Test
  void shouldHaveLinesBetweenPowersOfTenWhereValuesLieClose() {
    assertThat(Chart.ticks(0.3, 1.8)).containsExactly(0.2, 0.5, 1, 2);
    assertThat(Chart.ticks(3, 3)).containsExactly(2, 5);
    assertThat(Chart.ticks(10, 20)).containsExactly(10, 20);
    assertThat(Chart.ticks(3, 900)).containsExactly(1, 10, 100, 1_000);
  }

  @Test
  void shouldHaveColoursForDarkPages() {
    assertThat(CHART.svg()).contains("prefers-color-scheme: dark");
  }

  @Test
  void shouldRefuseWhatALogarithmicAxisCannotShow() {
    assertThatThrownBy(() -> new Chart.Curve("c", new double[] {1}, new double[] {0}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("curve=c");
    assertThatThrownBy(() -> new Chart.Curve("c", new double[] {1}, new double[] {1, 2}))
        .hasMessageContaining("x=1, y=2");
    assertThatThrownBy(() -> new Chart("t", "x", "y", List.of())).hasMessageContaining("curves=0");
  }
}
