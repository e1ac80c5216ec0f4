package dev.millrace.benchmarks.simulation;

/** What can happen in a history, to be counted: what never happened was not proved. */
enum Occurrence {
  COMMIT("a transaction was committed"),
  COMMIT_IN_MID_BATCH("a commit fell inside a mini-batch"),
  COMMIT_OF_SEVERAL_MODELS("one transaction carried several models"),
  CRASH_BETWEEN_EVENTS("a process died between two events"),
  CRASH_AT_A_BLOCK("a process died in the pre-commit hook, at the k-th block"),
  CRASH_AT_AN_OUTPUT("a process died at the k-th record that it sent"),
  CRASH_IN_A_SNAPSHOT("a process died in the middle of a snapshot"),
  CRASH_BEFORE_THE_END("a process died after the hook, before the transaction's end"),
  CRASH_AFTER_THE_END("a process died just after a commit that it knew of"),
  CRASH_WHILE_RESTORING("a process died when its store was partly restored"),
  ANSWER_LOST_COMMITTED("a transaction was committed and its process did not hear of it"),
  ANSWER_LOST_ABORTED("a transaction was aborted and its process did not hear of it"),
  TASK_CORRUPTED("a process lived on and began its tasks anew after such a loss"),
  ZOMBIE("a process stalled, and its partitions went to others"),
  ZOMBIE_WORKED("a stalled process went on learning"),
  ZOMBIE_FENCED("a stalled process tried to commit and was refused"),
  CLEAN_STOP("a process left after a last commit"),
  REBALANCE("a partition moved between living processes"),
  STANDBY_PROMOTED("a standby took over"),
  STANDBY_PROMOTED_BEHIND("a standby took over that lacked commits"),
  STANDBY_IN_MID_COMMIT("a standby had part of a commit"),
  STORE_KEPT("a process found the store of its last clean end"),
  STORE_WIPED("a store was wiped after an unclean end"),
  RESTORED("a store was filled from the changelog"),
  CHANGELOG_COMPACTED("old blocks left the changelog"),
  SNAPSHOT("a snapshot was published"),
  SNAPSHOT_RETIRED("a snapshot was retired"),
  SNAPSHOT_LEARNED_ON("a published snapshot was learned on from, to the end of the log"),
  CONTROL_DONE("a control was taken up and done"),
  CONTROL_REFUSED("a control was refused"),
  MODEL_RESET("a model began anew by a control"),
  DEAD_LETTER("an event was dead-lettered"),
  STEP_SKIPPED("a step was skipped because a number was not finite"),
  LEARNING_PAUSED("learning paused"),
  UNDERSAMPLED("a partition had events that were left out of learning"),
  LABEL_LATE("a partition ended with labels that had not come"),
  PANEL_LEARNED("a panel learned a partition");

  final String what;

  Occurrence(String what) {
    this.what = what;
  }
}
