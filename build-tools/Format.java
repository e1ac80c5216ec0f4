import com.google.googlejavaformat.java.Main;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Checks or applies google-java-format to every Java file of the repository, on the JDK that builds
 * it.
 *
 * <p>Run by Maven: `check` in every build, `apply` by `mvn -N exec:exec@format`. The Maven plugin
 * for this formatter runs it inside Maven's own JVM, which may be JDK 17 and then cannot parse
 * newer syntax (docs/decisions/0003).
 */
final class Format {
  public static void main(String[] args) throws Exception {
    boolean apply = args[0].equals("apply");
    Path root = Path.of(args[1]);
    List<String> command =
        new ArrayList<>(
            apply ? List.of("--replace") : List.of("--dry-run", "--set-exit-if-changed"));
    try (Stream<Path> files = Files.walk(root)) {
      files
          .filter(file -> file.toString().endsWith(".java"))
          .filter(file -> !root.relativize(file).toString().matches("(.*/)?(target|\\.git)/.*"))
          .sorted()
          .forEach(file -> command.add(file.toString()));
    }
    var out = new PrintWriter(System.out, true);
    int status =
        new Main(out, new PrintWriter(System.err, true), System.in)
            .format(command.toArray(String[]::new));
    if (status != 0) {
      System.err.println("The files above are not formatted. The way out: mvn -N exec:exec@format");
    }
    System.exit(status);
  }
}
