package dev.millrace.benchmarks.quality;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A data set as its user would state it: where the rows are, how to read them and what to predict.
 * Nothing here says how to learn.
 *
 * @param file its name in the folder of data
 * @param label the column to predict
 * @param rows flags of {@code init} and {@code eval} that say how to read it
 * @param preparation what is made of the file before
 * @param lags of the label, in rows, that are features; empty if none
 * @param delay rows after which a label comes, in the table of late labels; 0 if it is not in it
 * @param goals by figure, at least so much, or at most if it is a loss or an error
 * @param published what the best published online learner has, and which
 */
record QualitySet(
    String name,
    String file,
    String label,
    List<String> rows,
    Preparation preparation,
    List<Integer> lags,
    int delay,
    List<Goal> goals,
    Optional<String> published) {
  /** What is to be reached. */
  record Goal(String figure, double value) {
    boolean isReachedBy(double figure) {
      return Figures.isLoss(this.figure) ? figure <= value : figure >= value;
    }

    @Override
    public String toString() {
      return figure + (Figures.isLoss(figure) ? " ≤ " : " ≥ ") + value;
    }
  }

  /** All of them; the figures to reach are those of shared/notes, docs/learning.md has them. */
  static List<QualitySet> all() {
    return List.of(
        set("elec2", "elec2.arff.gz", "class")
            .late(48)
            .goal("accuracy", 0.928)
            .goal("log_loss", 0.19)
            .published("0.583 accuracy, a multi-layer perceptron (River's benchmarks)")
            .build(),
        set("phishing", "phishing.csv.gz", "is_phishing")
            .goal("accuracy", 0.912)
            .goal("log_loss", 0.223)
            .published("0.8928 accuracy, logistic regression (River's documentation)")
            .build(),
        set("mnist", "mnist-train-images-idx3-ubyte.gz", "label").goal("accuracy", 0.955).build(),
        set("image_segments", "image_segments.csv.gz", "category").goal("accuracy", 0.94).build(),
        set("sms_spam", "sms_spam.tsv.gz", "c1")
            .rows("--no-header")
            .goal("accuracy", 0.983)
            .build(),
        set("usenet1", "usenet1.arff.gz", "interesting").goal("accuracy", 0.80).build(),
        set("creditcard", "creditcard_sample.csv.gz", "Class")
            .rows("--sort-by=Time")
            .goal("accuracy", 0.952)
            .build(),
        set("kddcup99", "kddcup99_10_percent.csv.gz", "c42")
            .rows("--no-header")
            .prepare(Preparation.NORMAL_OR_ATTACK)
            .goal("accuracy", 0.9995)
            .build(),
        set("powersupply", "powersupply.arff.gz", "class").late(48).goal("accuracy", 0.45).build(),
        set("bike_sharing", "bike_sharing_hour.csv.gz", "cnt").late(24).goal("mae", 27.5).build(),
        set("chick_weights", "chick_weights.csv.gz", "weight").goal("mae", 21.8).build(),
        set("trump_approval", "trump_approval.csv.gz", "five_thirty_eight")
            .late(7)
            .goal("mae", 0.256)
            .published("0.555971 MAE, linear regression (River's documentation)")
            .build(),
        set("nyc_taxi", "nyc_taxi_nab.csv.gz", "value")
            .lags(1, 2, 48, 336)
            .goal("mae", 583)
            .build(),
        set("movielens", "movielens_small_ratings.csv.gz", "rating")
            .rows("--sort-by=timestamp")
            .goal("rmse", 0.855)
            .build(),
        set("criteo", "criteo_tiny_train.csv.gz", "Label").goal("log_loss", 0.474).build(),
        set("open_bandit_bts", "open_bandit_bts_men.csv.gz", "click").build(),
        set("open_bandit_random", "open_bandit_random_men.csv.gz", "click").build());
  }

  private static Builder set(String name, String file, String label) {
    return new Builder(name, file, label);
  }

  /** States a set. */
  private static final class Builder {
    private final String name;
    private final String file;
    private final String label;
    private final List<String> rows = new ArrayList<>();
    private Preparation preparation = Preparation.NONE;
    private final List<Integer> lags = new ArrayList<>();
    private final List<Goal> goals = new ArrayList<>();
    private int delay;
    private Optional<String> published = Optional.empty();

    Builder(String name, String file, String label) {
      this.name = name;
      this.file = file;
      this.label = label;
    }

    Builder rows(String... flags) {
      rows.addAll(List.of(flags));
      return this;
    }

    Builder prepare(Preparation how) {
      preparation = how;
      return this;
    }

    Builder lags(Integer... rows) {
      lags.addAll(List.of(rows));
      return this;
    }

    Builder late(int rows) {
      delay = rows;
      return this;
    }

    Builder goal(String figure, double value) {
      goals.add(new Goal(figure, value));
      return this;
    }

    Builder published(String figure) {
      published = Optional.of(figure);
      return this;
    }

    QualitySet build() {
      return new QualitySet(name, file, label, rows, preparation, lags, delay, goals, published);
    }
  }
}
