package dev.millrace.engine.panel;

import dev.millrace.engine.feature.ExpansionSpec;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Several networks that learn the same events and are mixed.
 *
 * @param experts whose outputs are of one shape
 * @param expansion what the experts may read beside the features
 */
public record PanelSpec(List<ExpertSpec> experts, ExpansionSpec expansion) {
  public PanelSpec {
    experts = List.copyOf(experts);
    if (experts.isEmpty()) {
      throw new IllegalArgumentException("a panel has at least one expert");
    }
    Set<String> names = new HashSet<>();
    for (ExpertSpec expert : experts) {
      if (!names.add(expert.name())) {
        throw new IllegalArgumentException(
            "an expert's name must be its own, name=" + expert.name());
      }
    }
  }
}
