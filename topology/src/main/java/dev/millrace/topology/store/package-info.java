/**
 * The model in Kafka Streams' state: arrays in memory, blocks in RocksDB and the changelog, written
 * only just before a commit. Does not know what the blocks mean.
 */
package dev.millrace.topology.store;
