/** Faults on purpose, between a pipeline and what it depends on; knows no pipeline. */
package dev.millrace.app.fault;
