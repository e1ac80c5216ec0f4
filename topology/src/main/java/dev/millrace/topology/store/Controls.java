package dev.millrace.topology.store;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.millrace.engine.Learner;
import dev.millrace.schemas.Control;
import dev.millrace.topology.config.Words;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * What the control topic has made of a model's learning so far. With it and the events a model goes
 * on as it would have.
 *
 * @param taken its records that were taken up, refused ones among them
 * @param nextOffset one more than the offset of the last of them
 * @param paused whether nothing is learned
 * @param learningRate of steps to come; null for that of the pipeline file
 * @param frozen names of the layers, or of a panel's experts, that keep their weights
 * @param resetVersion the version of the untrained model that a reset began with; null if none did,
 *     or another model was installed since
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Controls(
    long taken,
    long nextOffset,
    boolean paused,
    Double learningRate,
    SortedSet<String> frozen,
    Long resetVersion) {
  /** Before the first of them. */
  public static final Controls NONE = new Controls(0, 0, false, null, new TreeSet<>(), null);

  /** The control log has what is longer. */
  private static final int WORDS_MAX = 500;

  public Controls {
    frozen = Collections.unmodifiableSortedSet(new TreeSet<>(frozen));
  }

  /** With one more record taken up, which may come to nothing. */
  public Controls taken(long offset) {
    return new Controls(taken + 1, offset + 1, paused, learningRate, frozen, resetVersion);
  }

  /**
   * With what a record asks.
   *
   * @param learner null before there is a model
   * @param version of the model
   * @throws RefusedControlException if it cannot be done; nothing has changed
   */
  public Controls after(Control control, Learner learner, long version) {
    refuseWhatIsNotMeant(control);
    return switch (control.action()) {
      case PAUSE -> withPaused(true);
      case RESUME -> withPaused(false);
      case LEARNING_RATE -> {
        checkRate(control, existing(learner, control));
        yield new Controls(taken, nextOffset, paused, control.value(), frozen, resetVersion);
      }
      case FREEZE -> {
        SortedSet<String> more = named(control, existing(learner, control));
        more.addAll(frozen);
        yield withFrozen(more);
      }
      case UNFREEZE -> {
        SortedSet<String> rest = new TreeSet<>(frozen);
        rest.removeAll(named(control, existing(learner, control)));
        yield withFrozen(rest);
      }
      case RESET -> {
        existing(learner, control);
        yield new Controls(taken, nextOffset, paused, null, new TreeSet<>(), version + 1);
      }
    };
  }

  private Controls withPaused(boolean paused) {
    return new Controls(taken, nextOffset, paused, learningRate, frozen, resetVersion);
  }

  private Controls withFrozen(SortedSet<String> frozen) {
    return new Controls(taken, nextOffset, paused, learningRate, frozen, resetVersion);
  }

  /**
   * Of a model taken from a copy: what was said of its weights came with the copy, while a pause is
   * the pipeline's own until somebody ends it.
   */
  public Controls installed(Controls copy) {
    return new Controls(taken, nextOffset, paused, copy.learningRate, copy.frozen, null);
  }

  private static void refuseWhatIsNotMeant(Control control) {
    boolean ofLayers =
        control.action() == Control.Action.FREEZE || control.action() == Control.Action.UNFREEZE;
    if (!ofLayers && !control.layers().isEmpty()) {
      throw new RefusedControlException(
          "%s is of no layers; layers=%s".formatted(control.action(), control.layers()));
    }
    if (control.action() != Control.Action.LEARNING_RATE && control.value() != null) {
      throw new RefusedControlException(
          "%s has no value; value=%s".formatted(control.action(), control.value()));
    }
  }

  private static Learner existing(Learner learner, Control control) {
    if (learner == null) {
      throw new RefusedControlException(
          "there is no model yet; ask for %s again when the first event has been read"
              .formatted(control.action()));
    }
    return learner;
  }

  private void checkRate(Control control, Learner learner) {
    try {
      learner.learningRate(rate(control.value()));
    } catch (IllegalArgumentException e) {
      throw new RefusedControlException(e.getMessage());
    }
  }

  private static OptionalDouble rate(Double value) {
    return value == null ? OptionalDouble.empty() : OptionalDouble.of(value);
  }

  /** The layers that are meant. */
  private static SortedSet<String> named(Control control, Learner learner) {
    List<String> parts = learner.parts();
    for (String name : control.layers()) {
      if (!parts.contains(name)) {
        throw new RefusedControlException(
            "there is no layer '%s'; expected one of %s%s"
                .formatted(name, String.join(", ", parts), Words.didYouMean(name, parts)));
      }
    }
    return new TreeSet<>(control.layers().isEmpty() ? parts : control.layers());
  }

  /** Makes a model learn as it should; every event that waits has been predicted. */
  public void applyTo(Learner learner) {
    learner.hold(paused);
    learner.learningRate(rate(learningRate));
    learner.freeze(Set.copyOf(frozen));
  }

  /** What was asked, by whom and when, as the lineage tells it. */
  public static String words(Control control, long offset) {
    StringBuilder words = new StringBuilder(control.action().toString());
    if (control.action() == Control.Action.LEARNING_RATE) {
      words.append(' ').append(control.value() == null ? "of the file" : control.value());
    }
    control.layers().forEach(layer -> words.append(' ').append(layer));
    words.append(
        ", asked by %s at %s, control %d"
            .formatted(control.who(), Instant.ofEpochMilli(control.at()), offset));
    if (control.reason() != null) {
      words.append(": ").append(control.reason());
    }
    if (words.length() <= WORDS_MAX) {
      return words.toString();
    }
    int end = Character.isHighSurrogate(words.charAt(WORDS_MAX - 1)) ? WORDS_MAX - 1 : WORDS_MAX;
    return words.substring(0, end) + "…";
  }
}
