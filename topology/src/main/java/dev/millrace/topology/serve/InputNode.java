package dev.millrace.topology.serve;

import dev.millrace.schemas.wire.FrameEncoder;
import java.util.List;
import java.util.Map;

/** A part of an event that is written from the columns of a request. */
sealed interface InputNode {
  /** The columns by their names, and by the maps that they are entries of. */
  record Columns(Map<String, Column> byName, Map<String, List<Column>> byMap) {}

  /** Whether a row has any of it. */
  boolean isIn(Columns columns, int row);

  /** Writes the value of a row as a union whose first branch is null. */
  void write(Columns columns, int row, FrameEncoder out);

  /** One way in which a value can be written. */
  interface Branch {
    boolean takes(Column column);

    boolean fits(Column column);

    void write(Column column, int row, FrameEncoder out);

    InputField field(String name);
  }

  /** A single value, a list, or bytes. */
  record Value(String name, List<Branch> branches) implements InputNode {
    @Override
    public boolean isIn(Columns columns, int row) {
      Column column = columns.byName().get(name);
      return column != null && !column.isMissingRow(row);
    }

    @Override
    public void write(Columns columns, int row, FrameEncoder out) {
      if (!isIn(columns, row)) {
        out.writeIndex(0);
        return;
      }
      Column column = columns.byName().get(name);
      int branch = branch(column);
      out.writeIndex(branch + 1);
      branches.get(branch).write(column, row, out);
    }

    /** The first branch that the values are of, or else that they can be written as. */
    private int branch(Column column) {
      int can = -1;
      for (int i = branches.size() - 1; i >= 0; i--) {
        can = branches.get(i).takes(column) ? i : can;
      }
      for (int i = branches.size() - 1; i >= 0 && can >= 0; i--) {
        can = branches.get(i).takes(column) && branches.get(i).fits(column) ? i : can;
      }
      if (can >= 0) {
        return can;
      }
      InputField field = branches.getFirst().field(name);
      throw new RequestException(
          "input '%s' is %s, %d a row; expected %s%s"
              .formatted(
                  name,
                  column.isText() ? "texts" : "numbers",
                  column.size(),
                  field.datatype(),
                  field.isList() ? " of shape [rows, size]" : " of shape [rows]"));
    }
  }

  /** One value of its type. */
  record Single(InputType type) implements Branch {
    @Override
    public boolean takes(Column column) {
      return column.size() == 1 && type.takes(column);
    }

    @Override
    public boolean fits(Column column) {
      return type.fits(column);
    }

    @Override
    public void write(Column column, int row, FrameEncoder out) {
      type.write(column, row, out);
    }

    @Override
    public InputField field(String name) {
      return new InputField(name, type.datatype(), 1, false);
    }
  }

  /** A list of values of a type, those that are missing left out. */
  record Listed(InputType type, int size) implements Branch {
    @Override
    public boolean takes(Column column) {
      return type.takes(column);
    }

    @Override
    public boolean fits(Column column) {
      return type.fits(column);
    }

    @Override
    public void write(Column column, int row, FrameEncoder out) {
      int from = row * column.size();
      int count = 0;
      for (int i = from; i < from + column.size(); i++) {
        count += column.isMissing(i) ? 0 : 1;
      }
      out.setItemCount(count);
      for (int i = from; i < from + column.size(); i++) {
        if (!column.isMissing(i)) {
          type.write(column, i, out);
        }
      }
      out.writeArrayEnd();
    }

    @Override
    public InputField field(String name) {
      return new InputField(name, type.datatype(), size, true);
    }
  }

  /**
   * Bytes: the UTF-8 of a text, or stated one by one.
   *
   * @param size of the vector that they are; 0 if they are a category
   */
  record Octets(int size) implements Branch {
    @Override
    public boolean takes(Column column) {
      return !column.isText() || column.size() == 1;
    }

    @Override
    public boolean fits(Column column) {
      return column.isText() == (size == 0);
    }

    @Override
    public void write(Column column, int row, FrameEncoder out) {
      if (column.isText()) {
        InputType.BYTES.write(column, row, out);
        return;
      }
      byte[] bytes = new byte[column.size()];
      for (int i = 0; i < bytes.length; i++) {
        bytes[i] = InputType.octet(column, row * bytes.length + i);
      }
      out.writeBytes(bytes, 0, bytes.length);
    }

    @Override
    public InputField field(String name) {
      return size == 0
          ? new InputField(name, InputType.BYTES.datatype(), 1, false)
          : new InputField(name, "UINT8", size, true);
    }
  }

  /** A map; each of its entries is a column {@code <name>.<key>}. */
  record Entries(String name, InputType type) implements InputNode {
    @Override
    public boolean isIn(Columns columns, int row) {
      return columns.byMap().getOrDefault(name, List.of()).stream()
          .anyMatch(column -> !column.isMissingRow(row));
    }

    @Override
    public void write(Columns columns, int row, FrameEncoder out) {
      List<Column> there =
          columns.byMap().getOrDefault(name, List.of()).stream()
              .filter(column -> !column.isMissingRow(row))
              .toList();
      if (there.isEmpty()) {
        out.writeIndex(0);
        return;
      }
      out.writeIndex(1);
      out.setItemCount(there.size());
      for (Column column : there) {
        if (column.size() != 1 || !type.takes(column)) {
          throw new RequestException(
              "input '%s' is an entry of a map; expected %s of shape [rows]"
                  .formatted(column.name(), type.datatype()));
        }
        out.writeString(column.name().substring(name.length() + 1));
        type.write(column, row, out);
      }
      out.writeMapEnd();
    }
  }

  /** A record within the event. */
  record Nested(List<InputNode> fields) implements InputNode {
    @Override
    public boolean isIn(Columns columns, int row) {
      return fields.stream().anyMatch(field -> field.isIn(columns, row));
    }

    @Override
    public void write(Columns columns, int row, FrameEncoder out) {
      if (isIn(columns, row)) {
        out.writeIndex(1);
        writeFields(columns, row, out);
      } else {
        out.writeIndex(0);
      }
    }

    void writeFields(Columns columns, int row, FrameEncoder out) {
      for (InputNode field : fields) {
        field.write(columns, row, out);
      }
    }
  }
}
