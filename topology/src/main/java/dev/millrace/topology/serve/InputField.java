package dev.millrace.topology.serve;

/**
 * A field that requests may state.
 *
 * @param name its dotted path; of the entries of a map the map's, with {@code .*}
 * @param datatype as the Open Inference Protocol calls it
 * @param size values in a row: 1 for a single one, -1 for any number
 */
public record InputField(String name, String datatype, int size, boolean isList) {}
