package dev.millrace.topology.config;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.nodes.Node;

/** What is wrong with one file, with places; the first ten are told. */
final class Problems {
  private static final int TOLD_MAX = 10;

  private record Problem(int line, int column, String text) {}

  private final String fileName;
  private final List<Problem> found = new ArrayList<>();

  Problems(String fileName) {
    this.fileName = fileName;
  }

  void add(Node at, String what) {
    add(at.getStartMark().orElseThrow(), what);
  }

  void add(Mark at, String what) {
    add(at.getLine() + 1, at.getColumn() + 1, what);
  }

  void add(int line, int column, String what) {
    found.add(new Problem(line, column, what));
  }

  /** A word that is none of those there are, with the nearest. */
  void addWord(Node at, String what, String word, String expected, Collection<String> words) {
    add(at, what + "; expected " + expected + Words.didYouMean(word, words));
  }

  boolean none() {
    return found.isEmpty();
  }

  void throwIfAny() {
    if (!found.isEmpty()) {
      throw exception();
    }
  }

  PipelineException exception() {
    List<String> told = new ArrayList<>();
    found.stream()
        .sorted(Comparator.comparingInt(Problem::line).thenComparingInt(Problem::column))
        .limit(TOLD_MAX)
        .forEach(p -> told.add(fileName + ":" + p.line + ":" + p.column + ": " + p.text));
    if (found.size() > TOLD_MAX) {
      told.add("… and " + (found.size() - TOLD_MAX) + " more");
    }
    return new PipelineException(told);
  }
}
