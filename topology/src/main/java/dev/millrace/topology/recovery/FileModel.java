package dev.millrace.topology.recovery;

import dev.millrace.engine.Learner;
import dev.millrace.engine.model.ModelSpec;
import dev.millrace.schemas.registry.SchemaRegistry;
import dev.millrace.schemas.registry.Subjects;
import dev.millrace.topology.PreflightException;
import dev.millrace.topology.config.Pipeline;
import dev.millrace.topology.config.SpecResolver;
import dev.millrace.topology.decode.BadEventException;
import dev.millrace.topology.store.LoopState;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;

/**
 * A model that a file holds, to be installed as a copy would be.
 *
 * @param name of the file, by which the lineage tells it
 * @param read the model, where the pipeline states one of this spec; what it states may differ
 */
public record FileModel(String name, Function<ModelSpec, Learner> read) {
  /** What a published copy of the model would hold. */
  record Blocks(String name, long version, String weightsDigest, Map<String, byte[]> blocks) {
    SnapshotInstall.Copy in(int partition) {
      return new SnapshotInstall.Copy(
          "", partition, name, version, weightsDigest, () -> blocks::get);
    }
  }

  /** Its spec is held to what the pipeline states for events of the newest schema. */
  Blocks blocks(Pipeline pipeline, SchemaRegistry registry) {
    var newest = registry.latest(Subjects.value(pipeline.input().topic())).orElseThrow();
    ModelSpec stated;
    try {
      stated = SpecResolver.resolve(pipeline, newest.schema());
    } catch (BadEventException e) {
      throw new PreflightException(e.getMessage(), e);
    }
    Learner learner = read.apply(stated);
    learner.forgetPending();
    Map<String, byte[]> blocks = new HashMap<>();
    learner.writeAll(blocks::put);
    LoopState state = LoopState.empty().withModel(newest.schema().toString(), learner.spec());
    blocks.put(LoopState.KEY, state.toBytes());
    return new Blocks(name, learner.version(), learner.weightsDigest(), blocks);
  }
}
