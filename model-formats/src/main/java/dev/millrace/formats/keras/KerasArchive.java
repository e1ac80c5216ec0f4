package dev.millrace.formats.keras;

import dev.millrace.formats.FormatException;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;

/**
 * The zip that a {@code .keras} file is. It is read into memory, never onto a disk, and within
 * bounds: three entries of known names, each of a bounded size, none of which is inflated more than
 * {@value #RATIO_MAX} times.
 */
record KerasArchive(byte[] config, byte[] weights) {
  static final String METADATA = "metadata.json";
  static final String CONFIG = "config.json";
  static final String WEIGHTS = "model.weights.h5";
  static final int RATIO_MAX = 200;
  private static final int CONFIG_BYTES_MAX = 16 << 20;
  private static final int WEIGHTS_BYTES_MAX = 1 << 30;
  private static final int PART_BYTES = 1 << 16;

  /** Midnight of 1 January 1980 of the zip format, so that a file depends on its model alone. */
  private static final long NO_TIME = 315_532_800_000L;

  static KerasArchive read(InputStream source) throws IOException {
    CountingStream counted = new CountingStream(source);
    Map<String, byte[]> entries = new HashMap<>();
    try (ZipInputStream zip = new ZipInputStream(counted)) {
      for (ZipEntry entry; (entry = zip.getNextEntry()) != null; ) {
        String name = entry.getName();
        int most =
            switch (name) {
              case METADATA, CONFIG -> CONFIG_BYTES_MAX;
              case WEIGHTS -> WEIGHTS_BYTES_MAX;
              default ->
                  throw refused("it holds '%s'; expected %s".formatted(shown(name), expected()));
            };
        if (entries.put(name, read(zip, counted, name, most)) != null) {
          throw refused("it holds %s twice".formatted(name));
        }
      }
    } catch (ZipException e) {
      throw new FormatException("not a whole .keras file: " + e.getMessage(), e);
    }
    if (!entries.containsKey(CONFIG) || !entries.containsKey(WEIGHTS)) {
      throw refused("it holds %s; expected %s".formatted(entries.keySet(), expected()));
    }
    return new KerasArchive(entries.get(CONFIG), entries.get(WEIGHTS));
  }

  private static List<String> expected() {
    return List.of(METADATA, CONFIG, WEIGHTS);
  }

  private static String shown(String name) {
    return name.length() > 80 ? name.substring(0, 80) + "…" : name;
  }

  private static byte[] read(ZipInputStream zip, CountingStream counted, String name, int most)
      throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    byte[] part = new byte[PART_BYTES];
    long before = counted.count;
    for (int read; (read = zip.read(part)) > 0; ) {
      bytes.write(part, 0, read);
      if (bytes.size() > most) {
        throw refused("%s has more than %,d bytes".formatted(name, most));
      }
      if (bytes.size() > RATIO_MAX * (counted.count - before + PART_BYTES)) {
        throw refused("%s inflates more than %d times".formatted(name, RATIO_MAX));
      }
    }
    return bytes.toByteArray();
  }

  static FormatException refused(String why) {
    return new FormatException("not a .keras file that can be taken: " + why);
  }

  static void write(byte[] metadata, byte[] config, byte[] weights, OutputStream target)
      throws IOException {
    ZipOutputStream zip = new ZipOutputStream(target);
    write(zip, METADATA, metadata);
    write(zip, CONFIG, config);
    write(zip, WEIGHTS, weights);
    zip.finish();
    target.flush();
  }

  private static void write(ZipOutputStream zip, String name, byte[] bytes) throws IOException {
    ZipEntry entry = new ZipEntry(name);
    entry.setTime(NO_TIME);
    zip.putNextEntry(entry);
    zip.write(bytes);
    zip.closeEntry();
  }

  /** Counts what was taken out of the file. */
  private static final class CountingStream extends FilterInputStream {
    private long count;

    CountingStream(InputStream in) {
      super(in);
    }

    @Override
    public int read() throws IOException {
      int read = super.read();
      count += read < 0 ? 0 : 1;
      return read;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      int read = super.read(bytes, offset, length);
      count += Math.max(0, read);
      return read;
    }
  }
}
