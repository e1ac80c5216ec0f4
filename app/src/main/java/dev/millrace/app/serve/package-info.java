/**
 * The HTTP face of served models: the Open Inference Protocol, and metrics for scrapers. Knows
 * tensors and JSON; what a model is, and how it comes here, is the topology's.
 */
package dev.millrace.app.serve;
