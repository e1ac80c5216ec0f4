package dev.millrace.topology.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PipelineErrorsTest {
  private static final String GOOD = "input: {topic: t}\nlabel: {field: y}\n";

  private static List<String> problems(String text) {
    PipelineException e =
        catchThrowableOfType(
            PipelineException.class,
            () -> PipelineParser.parse(text, "p.yaml", Map.of("HOME", "/")));
    assertThat(e).as("an exception for <%s>", text).isNotNull();
    return e.problems();
  }

  private static void assertOnly(String text, String problem) {
    assertThat(problems(text)).containsExactly(problem);
  }

  @Test
  void shouldNameTheNearestKeyForAnUnknownOne() {
    assertOnly(
        GOOD + "bacth: 3\n",
        "p.yaml:3:1: unknown key 'bacth' in the pipeline; expected name, input, label, model,"
            + " batch, seed, threads, intervals, predictions, snapshots, outputs, kafka, registry;"
            + " did you mean 'batch'?");
    assertOnly(
        "input: {topic: t, feature: all}\nlabel: {field: y}\n",
        "p.yaml:1:19: unknown key 'feature' in input; expected topic, features, key, timestamp;"
            + " did you mean 'features'?");
  }

  @Test
  void shouldNameTheClassThatIsMeant() {
    String label = "input: {topic: t}\nlabel:\n  field: y\n  classes: [legit, fraud]\n  ";
    assertOnly(
        label + "class_weight: {legit: 1, fruad: 20}\n",
        "p.yaml:5:28: 'fruad' is no class of the label; expected legit, fraud; did you mean"
            + " 'fraud'?");
    assertOnly(
        label + "undersampling: {rate: 0.1, classes: [legitt]}\n",
        "p.yaml:5:40: 'legitt' is no class of the label; expected legit, fraud; did you mean"
            + " 'legit'?");
    assertOnly(
        label + "undersampling: {rate: 0.1, classes: [legit, legit]}\n",
        "p.yaml:5:47: class 'legit' is listed twice; expected each once");
    assertOnly(
        label + "class_weight: balancd\n",
        "p.yaml:5:17: label.class_weight is 'balancd'; expected 'balanced' or a map of classes to"
            + " a number from 0 to 1e6; did you mean 'balanced'?");
    assertOnly(
        label + "class_weight: {fraud: -1}\n",
        "p.yaml:5:25: label.class_weight.fraud is '-1'; expected a number from 0 to 1e6");
    assertOnly(
        label + "threshold: {metric: f2}\n",
        "p.yaml:5:23: label.threshold.metric is 'f2'; expected f1, balanced_accuracy, accuracy,"
            + " kappa; did you mean 'f1'?");
    assertOnly(
        label + "threshold: 1.5\n",
        "p.yaml:5:14: label.threshold is '1.5'; expected a map of metric or a number greater than 0"
            + " and less than 1");
    assertOnly(
        "input: {topic: t}\nlabel: {field: y, classes: [a, b, c], threshold: 0.2}\n",
        "p.yaml:2:50: label.threshold is between two classes, but the label has 3; expected none");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "model: {layers: [{dense: 8, activation: rleu}]}|3:41|relu",
        "model: {optimizer: adma}|3:20|adam",
        "model: {optimizer: {adma: {}}}|3:21|adam",
        "model: {optimizer: {adam: {learning-rate: 1}}}|3:28|learning_rate",
        "model: {optimizer: {lion: {learning_rate: {cosin_decay: {}}}}}|3:44|cosine_decay",
        "model: {optimizer: {sgd: {learning_rate: cosine_deacy}}}|3:42|cosine_decay",
        "model: {optimizer: {adam: {clip_norm: 1}}}|3:28|clipnorm",
        "model: {loss: mean_square_error}|3:15|mean_squared_error",
        "model: {loss: {hubert: {}}}|3:16|huber",
        "model: {loss: {huber: {dleta: 2}}}|3:24|delta",
        "model: atuo|3:8|auto",
        "batch: atuo|3:8|auto",
        "thread: 2|3:1|threads"
      })
  void shouldNameTheNearestWord(String line, String place, String nearest) {
    assertThat(problems(GOOD + line + "\n"))
        .singleElement()
        .asString()
        .startsWith("p.yaml:" + place + ": ")
        .endsWith("; did you mean '" + nearest + "'?");
  }

  @Test
  void shouldNameTheNearestFeatureType() {
    assertOnly(
        "input: {topic: t, features: [{name: a, type: onehot}]}\nlabel: {field: y}\n",
        "p.yaml:1:46: type is 'onehot'; expected numeric, one_hot, hashed, growing, vector, text,"
            + " bag, discretized, time, cross; did you mean 'one_hot'?");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "batch: 0|3:8: batch is '0'; expected 'auto' or a whole number from 1 to 65536",
        "batch: 65537|3:8: batch is '65537'; expected 'auto' or a whole number from 1 to 65536",
        "batch: [1]|3:8: batch is a list; expected 'auto' or a whole number from 1 to 65536",
        "batch:|3:7: batch is empty; expected 'auto' or a whole number from 1 to 65536",
        "seed: 1.5|3:7: seed is '1.5'; expected a whole number",
        "seed: 99999999999999999999|3:7: seed is '99999999999999999999'; expected a whole number",
        "threads: 0|3:10: threads is '0'; expected a whole number from 1 to 64",
        "threads: 65|3:10: threads is '65'; expected a whole number from 1 to 64",
        "threads: 1.5|3:10: threads is '1.5'; expected a whole number from 1 to 64",
        "threads: auto|3:10: threads is 'auto'; expected a whole number from 1 to 64",
        "name: Elec2|3:7: name is 'Elec2'; expected lower-case letters, digits, '.', '_', '-'",
        "kafka: 3|3:8: kafka is '3'; expected a map of settings",
        "kafka: {a: [1]}|3:12: kafka.a is a list; expected a text, a number or true or false",
        "'model: {optimizer: {adam: {beta_1: 1}}}'|3:36: model.optimizer.adam.beta_1 is '1';"
            + " expected a number at least 0 and less than 1",
        "'model: {optimizer: {sgd: {learning_rate: 0}}}'|3:42: model.optimizer.sgd.learning_rate is"
            + " '0'; expected a number greater than 0 and at most 1e6 or a map with one of"
            + " exponential_decay, piecewise_constant_decay, polynomial_decay, inverse_time_decay,"
            + " cosine_decay, cosine_decay_restarts",
        "'model: {optimizer: {sgd: {}, adam: {}}}'|3:20: model.optimizer has 2 keys; expected a map"
            + " with one of sgd, adam, adamw, adagrad, rmsprop, nadam, ftrl, lion,"
            + " normalized_sgd, normalized_adagrad, schedule_free_sgd, schedule_free_adamw",
        "'model: {optimizer: {ftrl: {learning_rate: {cosine_decay: {}}}}}'|3:43:"
            + " model.optimizer.ftrl.learning_rate is a map; expected a number greater than 0 and"
            + " at most 1e6",
        "'model: {optimizer: {sgd: {learning_rate: {cosine_decay: {decay_steps: 9}}}}}'|3:57:"
            + " model.optimizer.sgd.learning_rate.cosine_decay.initial_learning_rate is missing;"
            + " expected a number from 0 to 1e6",
        "'model: {optimizer: {lion: {clipnorm: 1, clipvalue: 2}}}'|3:20: model.optimizer: only one"
            + " of clipvalue, clipnorm and global_clipnorm can be set, set=[clipvalue, clipnorm]",
        "'model: {optimizer: {adamw: {amsgrad: 1}}}'|3:38: model.optimizer.adamw.amsgrad is '1';"
            + " expected true or false",
        "'model: {loss: {huber: {delta: 0}}}'|3:31: model.loss.huber.delta is '0'; expected a"
            + " number from 1e-30 to 1e6",
        "'model: {loss: {quantile: {quantile: 1}}}'|3:37: model.loss.quantile.quantile is '1';"
            + " expected a number greater than 0 and less than 1",
        "'model: {loss: {huber: {}, quantile: {}}}'|3:15: model.loss has 2 keys; expected a map"
            + " with one of categorical_crossentropy, sparse_categorical_crossentropy,"
            + " categorical_focal_crossentropy, binary_crossentropy, binary_focal_crossentropy,"
            + " huber, quantile",
        "'model: {layers: [{name: a}]}'|3:18: a layer is of one kind, this has none; expected one"
            + " of dense, activation, dropout, layer_normalization, batch_normalization, embedding,"
            + " embedding_bag, cross, factorization_machine, recursive_least_squares, concatenate,"
            + " add, average, multiply, maximum",
        "'model: {layers: [{dropout: 0.1, dense: 3}]}'|3:18: a layer is of one kind, this has dense"
            + " and dropout; expected one of dense, activation, dropout, layer_normalization,"
            + " batch_normalization, embedding, embedding_bag, cross, factorization_machine,"
            + " recursive_least_squares, concatenate, add, average, multiply, maximum",
        "'model: {layers: [{recursive_least_squares: {ridge: 0}}]}'|3:52:"
            + " recursive_least_squares.ridge is '0'; expected a number from 1e-15 to"
            + " 1e15",
        "'model: {layers: [{recursive_least_squares: {forgetting: 1.01}}]}'|3:57:"
            + " recursive_least_squares.forgetting is '1.01'; expected a number"
            + " greater than 0 and at most 1",
        "'model: {layers: [{recursive_least_squares: {wind_up_limit: 0.5}}]}'|3:60:"
            + " recursive_least_squares.wind_up_limit is '0.5'; expected a number from"
            + " 1 to 1e15",
        "'model: {layers: [{recursive_least_squares: {lambda: 1}}]}'|3:45: unknown key 'lambda' in"
            + " recursive_least_squares; expected ridge, forgetting, wind_up_limit,"
            + " use_bias, backpropagate",
        "'model: {layers: [{recursive_least_squares: {}}, {dense: 3}]}'|3:44:"
            + " recursive_least_squares is an output layer; expected it as the last of the layers",
        "'model: {layers: [{recursive_least_squares: {}}], loss: huber}'|3:56:"
            + " recursive_least_squares minimises squared errors, not huber; expected auto or"
            + " mean_squared_error",
        "'model: {layers: [{recursive_least_squares: {}, use_bias: true}]}'|3:58: 'use_bias' here"
            + " is a dense layer's; expected it within the map of recursive_least_squares",
        "'model: {layers: [{cross: {}, l2: 0.1}]}'|3:34: 'l2' here is a dense layer's; expected it"
            + " within the map of cross",
        "'model: {layers: [{dense: 3, name: a}, {dense: 3, name: a}]}'|3:18: model.layers: a"
            + " layer's name must be its own, name=a",
        "'snapshots: {every: soon}'|3:20: snapshots.every is 'soon'; expected a number of steps:"
            + " '1000 steps'",
        "'label: {field: z}'|3:1: 'label' is stated twice, first in line 2; expected each key once",
        "outputs: {metrics: t}|3:20: outputs.metrics is 't', as is input.topic; expected another"
            + " topic",
        "'outputs: {metrics: o, snapshots: o}'|3:34: outputs.snapshots is 'o', as is"
            + " outputs.metrics; expected another topic",
        "'kafka: {a: \"${env:HOEM}\"}'|3:12: the environment has no variable HOEM; expected one to"
            + " be set; did you mean 'HOME'?",
        "'kafka: {a: \"${vault:x}\"}'|3:12: '${vault:x}' is unknown; expected ${env:…} or"
            + " ${file:…}",
        "kafka: {application.id: x}|3:25: application.id is the pipeline's name, by which its state"
            + " and its place in the topic are found again; expected 'name: ...' at the top of the"
            + " file instead",
        "kafka: {processing.guarantee: at_least_once}|3:31: processing.guarantee is"
            + " 'at_least_once'; expected exactly_once_v2 or nothing: with any other, a restart"
            + " would lose events or learn them twice",
        "kafka: {max.task.idle.ms: 100}|3:27: max.task.idle.ms is '100'; expected 0 or nothing: the"
            + " control topic is mostly empty, and events would wait for it",
        "'kafka: {bootstrap.server: \"h:1\"}'|3:27: Kafka has no setting 'bootstrap.server';"
            + " did you mean 'bootstrap.servers'?",
        "'kafka: {consumer.max.poll.record: 3}'|3:35: Kafka has no setting"
            + " 'consumer.max.poll.record'; did you mean 'max.poll.records'?",
        "kafka: {commit.interval.ms: soon}|3:29: kafka.commit.interval.ms is 'soon'; expected a"
            + " whole number of [0,...]",
        "kafka: {security.protocol: SSSL}|3:28: kafka.security.protocol is 'SSSL'; expected one of"
            + " (case insensitive) [SASL_SSL, PLAINTEXT, SSL, SASL_PLAINTEXT]",
        "'registry: {a: \"${file:/no/such}\"}'|3:15: the file /no/such cannot be read; expected a"
            + " readable text file",
      })
  void shouldTellPlaceAndExpectationOfAWrongValue(String line, String problem) {
    assertOnly(GOOD + line + "\n", "p.yaml:" + problem);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'[y]'|''|1:30: 'y' is already the label; expected another field as a feature",
        "'[w]'|', weight: w'|1:30: 'w' is already the weight; expected another field as a feature",
        "all|', weight: y'|2:27: 'y' is already the label; expected another field as the weight",
        "'[a, a]'|''|1:33: 'a' is listed twice; expected each feature once",
        "'[]'|''|1:29: input.features is an empty list; expected a list of field names or maps with"
            + " a name",
        "'[{name: a, type: numeric, categories: [x]}]'|''|1:67: 'categories' does not go with type"
            + " numeric; expected type one_hot",
        "'[{name: a, type: one_hot, buckets: 4}]'|''|1:64: 'buckets' does not go with type one_hot;"
            + " expected type hashed, text, bag or cross",
        "'[{name: a, type: hashed, size: 4}]'|''|1:60: 'size' does not go with type hashed;"
            + " expected type vector or growing",
        "'[{name: a, type: growing, size: 4, buckets: 4}]'|''|1:73: 'buckets' does not go with type"
            + " growing; expected type hashed, text, bag or cross",
        "'[{name: a, type: vector}]'|''|1:30: a vector needs its length; expected 'size: N' here",
        "'[{name: a, type: growing}]'|''|1:30: a growing needs the most texts it may know; expected"
            + " 'size: N' here",
        "'[{name: a, type: growing, size: 9, normalize: true}]'|''|1:75: a growing has no numbers"
            + " to normalize; expected false or nothing",
        "'[{name: a, type: hashed, normalize: true}]'|''|1:65: a hashed has no numbers to"
            + " normalize; expected false or nothing",
        "'[a-b]'|''|1:30: an element of input.features is 'a-b'; expected the name of an Avro"
            + " field, such as city or address.city or a map of name, as, type, categories,"
            + " buckets, size, min_count, expire_after, normalize, transform, lag, missing,"
            + " bounds, cross, words, chars, weight, idf, parts, encode, unit",
        "'[{type: numeric}]'|''|1:30: name is missing; expected the name of an Avro field",
        "'[{type: cross, buckets: 9}]'|''|1:30: a cross needs its features; expected 'cross: [A,"
            + " B]' here",
        "'[{name: x, cross: [a, b]}]'|''|1:37: a cross is read from no field; expected 'as' to name"
            + " the feature, or nothing",
        "'[{name: a, bounds: [1, 3, 2]}]'|''|1:55: bounds must rise; expected a number greater than"
            + " 3.0",
        "'[{name: a, chars: [5, 3]}]'|''|1:47: chars is no range of lengths; expected one length,"
            + " or the shortest and the longest",
        "'[{name: a, words: 0}]'|''|1:47: a text without words has no tokens; expected 'chars: [3,"
            + " 5]' beside, or more words",
        "'[{name: a, type: text, parts: [hour]}]'|''|1:59: 'parts' does not go with type text;"
            + " expected type time",
        "'[{name: a, type: vector, size: 2, normalize: robust}]'|''|1:74: robust is for numeric"
            + " features, not for a vector; expected true or false",
        "all|', classes: [a]'|2:28: label.classes is too short; expected a list of at least two"
            + " classes",
        "all|', classes: [a, b, a]'|2:35: class 'a' is listed twice; expected each once",
      })
  void shouldRefuseWhatContradictsItself(String features, String label, String problem) {
    assertOnly(
        "input: {topic: t, features: " + features + "}\nlabel: {field: y" + label + "}\n",
        "p.yaml:" + problem);
  }

  @Test
  void shouldRefuseAFileWithoutEndAndAliasesThatMultiply() {
    assertOnly(
        GOOD + "kafka: {a: \"${file:/dev/zero}\"}\n",
        "p.yaml:3:12: the file /dev/zero is too large; expected at most 64 KiB");
    StringBuilder laughs = new StringBuilder("a: &a [ha, ha]\n");
    for (char c = 'b'; c < 'm'; c++) {
      String before = "*" + (char) (c - 1);
      laughs.append(
          "%c: &%c [%s]\n".formatted(c, c, String.join(", ", Collections.nCopies(9, before))));
    }
    assertOnly(
        laughs + GOOD,
        "p.yaml:1:1: this is no YAML: Number of aliases for non-scalar nodes exceeds the specified"
            + " max=32");
    assertThat(problems("input: " + "[".repeat(50)))
        .containsExactly("p.yaml:1:39: this is nested too deeply; expected at most 32 levels");
    assertThat(problems("input: {topic: t, topic: u}\nlabel: {field: y}\n"))
        .singleElement()
        .asString()
        .contains("'topic' is stated twice");
  }

  @Test
  void shouldLetTheOtherSettingsOfKafkaThrough() {
    String kafka =
        "kafka: {processing.guarantee: exactly_once_v2, state.dir: /var/x, my.plugin.setting: 1,"
            + " consumer.max.poll.records: 3, topic.retention.bytes: 5, num.stream.threads: 2}\n";
    assertThat(PipelineParser.parse(GOOD + kafka, "p.yaml").kafka())
        .containsEntry("my.plugin.setting", "1")
        .containsEntry("consumer.max.poll.records", "3");
  }

  @Test
  void shouldNotShowASecretThatIsNoNumber() {
    String kafka = "kafka: {linger.ms: \"${env:SECRET}\"}\n";
    PipelineException e =
        catchThrowableOfType(
            PipelineException.class,
            () -> PipelineParser.parse(GOOD + kafka, "p.yaml", Map.of("SECRET", "hunter2")));
    assertThat(e).hasMessageContaining("${env:SECRET}").hasMessageNotContaining("hunter2");
  }

  @Test
  void shouldRefuseALossThatDoesNotFitTheLabel() {
    String label = "input: {topic: t}\nlabel: {field: y, classes: [a, b, c]}\n";
    assertOnly(
        label + "model: {loss: mean_squared_error}\n",
        "p.yaml:3:15: mean_squared_error is for a number, but the label has 3 classes; expected"
            + " auto, categorical_crossentropy, sparse_categorical_crossentropy,"
            + " categorical_focal_crossentropy");
    assertOnly(
        label + "model: {loss: {binary_crossentropy: {label_smoothing: 0.1}}}\n",
        "p.yaml:3:15: binary_crossentropy is for two classes, but the label has 3 classes; expected"
            + " auto, categorical_crossentropy, sparse_categorical_crossentropy,"
            + " categorical_focal_crossentropy");
    assertOnly(
        label + "model: {loss: poisson}\n",
        "p.yaml:3:15: poisson is for a count, but the label has 3 classes; expected auto,"
            + " categorical_crossentropy, sparse_categorical_crossentropy,"
            + " categorical_focal_crossentropy");
  }

  @Test
  void shouldRefuseClassesWhereANumberIsLearned() {
    assertOnly(
        "input: {topic: t}\nlabel: {field: y, classes: [a, b]}\n"
            + "model: {layers: [{recursive_least_squares: {}}]}\n",
        "p.yaml:2:28: recursive_least_squares learns a number; expected no classes, or another last"
            + " layer");
  }

  @Test
  void shouldAskForWhatIsMissing() {
    assertThat(problems("name: x\n"))
        .containsExactly(
            "p.yaml:1:1: input is missing; expected a map of topic, features, key, timestamp",
            "p.yaml:1:1: label is missing; expected a map of field, classes, weight, delay,"
                + " class_weight, undersampling, threshold");
    assertOnly(
        "", "p.yaml:1:1: the file is empty; expected a pipeline with at least input and label");
  }

  @Test
  void shouldRefuseWhatIsNoSingleBoundedDocument() {
    assertThat(problems("input: {topic: t\nlabel: 3\n").getFirst())
        .startsWith("p.yaml:2:6: this is no YAML: ");
    assertOnly(
        GOOD + "---\n" + GOOD,
        "p.yaml:3:1: a second document begins here; expected one pipeline a file");
    assertOnly(
        "a: " + "[".repeat(40) + "]".repeat(40) + "\n",
        "p.yaml:1:35: this is nested too deeply; expected at most 32 levels");
    assertThat(problems("input: &a {topic: *a}\nlabel: {field: y}\n").getFirst())
        .startsWith("p.yaml:1:");
    assertThat(problems("a: &a {b: 1}\n" + "x: [" + "*a, ".repeat(100) + "]\n").getFirst())
        .contains("this is no YAML: ");
    assertThat(problems("- a\n"))
        .containsExactly(
            "p.yaml:1:1: the pipeline is a list; expected a map of name, input, label, model,"
                + " batch, seed, threads, intervals, predictions, snapshots, outputs, kafka,"
                + " registry");
  }

  @Test
  void shouldTellAtMostTenProblemsAtOnceInTheOrderOfTheFile() {
    StringBuilder text = new StringBuilder(GOOD);
    for (int i = 0; i < 12; i++) {
      text.append("unknown").append(i).append(": 1\n");
    }
    List<String> problems = problems(text.toString());
    assertThat(problems).hasSize(11);
    assertThat(problems.getFirst()).startsWith("p.yaml:3:1:");
    assertThat(problems.get(9)).startsWith("p.yaml:12:1:");
    assertThat(problems.getLast()).isEqualTo("… and 2 more");
  }
}
