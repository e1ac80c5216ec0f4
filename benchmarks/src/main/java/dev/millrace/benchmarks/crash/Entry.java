package dev.millrace.benchmarks.crash;

import java.util.List;

/**
 * One record of an output, as far as the events decide it.
 *
 * @param id the offset of its event, or the version of a snapshot: each once, ascending
 * @param content equal to the bit where it is right
 */
record Entry(long id, List<?> content) {}
