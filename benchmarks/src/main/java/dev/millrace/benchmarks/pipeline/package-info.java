/** What a whole pipeline costs against a broker, beside the same Kafka Streams without a model. */
package dev.millrace.benchmarks.pipeline;
