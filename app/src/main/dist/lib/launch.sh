# shellcheck shell=sh
# Sourced by the scripts that start Millrace, which set $name, for messages. Beside it lies java.args.

fail() {
  echo "$name: $1" >&2
  exit 1
}

is_java25() {
  [ -x "$1/bin/java" ] && grep -qs '^JAVA_VERSION="25[".+-]' "$1/release"
}

# The home of a Java 25, the given folders first: print_java25 FOLDER...
print_java25() {
  on_path=$(command -v java) && on_path=$(readlink -f "$on_path" 2>/dev/null || echo "$on_path")
  for candidate in "$@" "${JAVA_HOME:-}" "${on_path%/bin/java}" /usr/lib/jvm/* \
    "${HOME:-}"/.sdkman/candidates/java/* /Library/Java/JavaVirtualMachines/*/Contents/Home; do
    if [ -n "$candidate" ] && is_java25 "$candidate"; then
      echo "$candidate"
      return
    fi
  done
  return 1
}

# The options for the garbage collector of a command, unless MILLRACE_JAVA_OPTS names one: print_collector ARGUMENT...
#
# G1 lays large arrays at the beginning of a region, which kernels like. Requests keep little and leave much behind: Parallel stops them for less long,
# and seldom where it may use the heap until collecting takes a thousandth of the time.
print_collector() {
  for word in ${MILLRACE_JAVA_OPTS:-}; do
    case $word in -XX:+Use*GC) return ;; esac
  done
  for word in "$@"; do
    case $word in
      serve) echo -XX:+UseParallelGC -XX:GCTimeRatio=999 && return ;;
      -*) ;;
      *) break ;;
    esac
  done
  echo -XX:+UseG1GC
}

# Makes the archive of loaded classes, where it can be made and is not there; an empty one says that it could not be.
make_archive() {
  if [ "$archive" -nt "$jar" ] || ! mkdir -p "${archive%/*}" 2>/dev/null || [ ! -w "${archive%/*}" ]; then return; fi
  if ! "$java" @"$args" -XX:ArchiveClassesAtExit="$archive.$$" -cp "$jar" dev.millrace.app.Main validate "$example" >/dev/null 2>&1; then
    : >"$archive.$$"
  fi
  mv -f "$archive.$$" "$archive"
}

# Hands over to Java: launch JAVA-HOME JAVA-ARGS JAR ARCHIVE EXAMPLE-PIPELINE ARGUMENT...
#
# The archive holds the classes that the example needs as the JVM lays them out in memory, so that later starts need not read them from jars. The JVM
# leaves aside one that another JVM or other jars have made; what it says of that goes to stdout and is silenced.
launch() {
  java=$1/bin/java args=$2 jar=$3 archive=$4 example=$5
  shift 5
  make_archive
  shared=
  if [ -s "$archive" ]; then shared=-XX:SharedArchiveFile=$archive; fi
  # shellcheck disable=SC2086,SC2046
  exec "$java" @"$args" $(print_collector "$@") ${shared:+"$shared"} '-Xlog:cds*=off,aot*=off' ${MILLRACE_JAVA_OPTS:-} \
    -cp "$jar" dev.millrace.app.Main "$@"
}
