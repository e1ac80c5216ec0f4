package dev.millrace.benchmarks.quality;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;

/** What is made of a file before it is read as rows. */
enum Preparation {
  /** Nothing. */
  NONE {
    @Override
    Path of(Path file, Path folder) {
      return file;
    }
  },

  /** The last column becomes normal or attack. */
  NORMAL_OR_ATTACK {
    @Override
    Path of(Path file, Path folder) throws IOException {
      Path rows = folder.resolve("normal-or-attack.csv");
      try (BufferedReader in =
              new BufferedReader(
                  new InputStreamReader(
                      new GZIPInputStream(Files.newInputStream(file)), StandardCharsets.UTF_8));
          BufferedWriter out = Files.newBufferedWriter(rows)) {
        for (String line = in.readLine(); line != null; line = in.readLine()) {
          int last = line.lastIndexOf(',') + 1;
          out.write(line, 0, last);
          out.write(line.startsWith("normal", last) ? "normal\n" : "attack\n");
        }
      }
      return rows;
    }
  };

  /**
   * The file to be read as rows.
   *
   * @param folder where it is put if it is another one
   */
  abstract Path of(Path file, Path folder) throws IOException;
}
