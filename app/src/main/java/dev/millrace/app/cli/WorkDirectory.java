package dev.millrace.app.cli;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;

/** A directory to work in: the user's, or a fresh temporary one that is removed at the end. */
public record WorkDirectory(Path path, boolean temporary) implements AutoCloseable {
  /** The stated directory, made if need be; a temporary one for null. */
  public static WorkDirectory of(Path stated) throws IOException {
    if (stated == null) {
      return new WorkDirectory(Files.createTempDirectory("millrace-"), true);
    }
    return new WorkDirectory(made(stated).toAbsolutePath(), false);
  }

  private static Path made(Path stated) throws IOException {
    try {
      return Files.createDirectories(stated);
    } catch (FileAlreadyExistsException e) {
      throw new UserException(e.getFile() + " is a file", "Name a directory with --dir", e);
    }
  }

  @Override
  public void close() throws IOException {
    if (temporary) {
      Files.walkFileTree(path, new Remove());
    }
  }

  private static final class Remove extends SimpleFileVisitor<Path> {
    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
      Files.deleteIfExists(file);
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult postVisitDirectory(Path dir, IOException failure) throws IOException {
      Files.deleteIfExists(dir);
      return FileVisitResult.CONTINUE;
    }
  }
}
