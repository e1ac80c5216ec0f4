package dev.millrace.benchmarks.peers;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PeerTest {
  @Test
  void shouldSayWhyEachIsAbsent(@TempDir Path home) throws Exception {
    assertThat(Peer.all(home, home.resolve("no-python").toString()))
        .extracting(Peer::absent)
        .containsExactly(
            "not built; benchmarks/run --peers builds it",
            "not built; benchmarks/run --peers builds it",
            "there is no " + home.resolve("no-python"));
  }

  @Test
  void shouldStartABuiltOneWithItsOwnClassPath(@TempDir Path home) throws Exception {
    Path target = home.resolve("benchmarks/peers/tensorflow/target");
    Files.createDirectories(target.resolve("classes"));
    Files.writeString(target.resolve("classpath.txt"), "some.jar\n");
    Peer peer = Peer.all(home, "no-such-python").getFirst();
    assertThat(peer.absent()).isNull();
    assertThat(peer.command()).contains(target.resolve("classes") + ":some.jar");
  }
}
