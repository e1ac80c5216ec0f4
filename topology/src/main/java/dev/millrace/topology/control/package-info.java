/**
 * A pipeline's control topic and the log of what became of each record: what a command line or a
 * page needs to ask a running model for something. Does not know how it is done.
 */
package dev.millrace.topology.control;
