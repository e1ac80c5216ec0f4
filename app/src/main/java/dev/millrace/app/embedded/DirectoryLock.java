package dev.millrace.app.embedded;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Holds a directory for one running instance. The operating system lets go of it when the process
 * ends in whatever way, so a kill leaves nothing to clean up.
 */
final class DirectoryLock implements AutoCloseable {
  private static final String FILE = ".millrace-lock";

  private final FileChannel channel;

  private DirectoryLock(FileChannel channel) {
    this.channel = channel;
  }

  /** Makes the directory if need be, and takes it. */
  static DirectoryLock take(Path dir) {
    FileChannel channel = null;
    try {
      Files.createDirectories(dir);
      channel =
          FileChannel.open(dir.resolve(FILE), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      if (tryLock(channel) == null) {
        channel.close();
        throw new EmbeddedException(
            "directory "
                + dir
                + " is in use by another running instance: stop it, or choose another directory");
      }
      return new DirectoryLock(channel);
    } catch (IOException e) {
      EmbeddedException failure =
          new EmbeddedException(
              "directory " + dir + " cannot be used (" + e + "): choose one that can be written",
              e);
      closeAfter(failure, channel);
      throw failure;
    }
  }

  private static FileLock tryLock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock();
    } catch (OverlappingFileLockException e) { // held in this process: as good as by another
      return null;
    }
  }

  private static void closeAfter(EmbeddedException failure, FileChannel channel) {
    try {
      if (channel != null) {
        channel.close();
      }
    } catch (IOException e) {
      failure.addSuppressed(e);
    }
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new EmbeddedException("the directory's lock cannot be released", e);
    }
  }
}
