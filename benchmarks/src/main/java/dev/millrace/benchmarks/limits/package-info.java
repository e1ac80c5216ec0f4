/** What this machine can do at best on one core, measured beside what is compared with it. */
package dev.millrace.benchmarks.limits;
