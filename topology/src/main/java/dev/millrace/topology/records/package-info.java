/**
 * Records of a topic as transactions show and write them: the committed ones of a partition, and
 * several at once or none. Does not know what they say.
 */
package dev.millrace.topology.records;
