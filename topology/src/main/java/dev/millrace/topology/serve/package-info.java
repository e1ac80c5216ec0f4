/**
 * Models that others have trained, taken from their published copies as they come, and what they
 * say of single events. Needs the topic of the copies and nothing else of the pipeline: neither its
 * state nor its input. Knows no HTTP.
 */
package dev.millrace.topology.serve;
