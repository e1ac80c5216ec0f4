package dev.millrace.app.host;

import dev.millrace.topology.recovery.SnapshotInstall;
import java.util.LinkedHashMap;
import java.util.Map;

/** What came of an install or a rollback, by the names that programs read. */
public final class InstalledFields {
  private InstalledFields() {}

  public static Map<String, Object> of(SnapshotInstall.Installed installed) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("partition", installed.partition());
    fields.put("from_model", installed.fromModel());
    fields.put("from_version", installed.fromVersion());
    fields.put("version", installed.version());
    fields.put("next_offset", installed.nextOffset());
    fields.put("rejected", installed.rejected());
    fields.put("weights_digest", installed.digest());
    return fields;
  }
}
