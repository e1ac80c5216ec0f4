# shellcheck shell=bash
# Sourced by the scripts that run from the sources, which set $name, for messages, and $home, the folder of the sources.

# The launcher of the distribution: fail, print_java25, launch.
. "$home/app/src/main/dist/lib/launch.sh"
java_args=$home/app/src/main/dist/lib/java.args

# Sets $jdk.
find_jdk() {
  jdk=$(print_java25) || fail "JDK 25 is needed and was not found; install it, or set JAVA_HOME to it."
}

# Whether any of the files and folders has changed since the stamp: newer_than STAMP PATH...
newer_than() {
  local stamp=$1
  shift
  [ -f "$stamp" ] || return 0
  [ -n "$(find "$@" -newer "$stamp" -print -quit 2>/dev/null)" ]
}

# Packages modules without tests and sets the stamp: build STAMP MAVEN-ARGUMENT...
build() {
  local stamp=$1 log started
  shift
  command -v mvn >/dev/null || fail "Maven is needed to build Millrace, and there is no mvn on the PATH."
  [ -f "$stamp" ] && echo "building (sources have changed)…" >&2 || echo "building (first use)…" >&2
  # Maven may run on any Java it finds; without one, on the JDK found here.
  if [ -z "${JAVA_HOME:-}" ] && ! command -v java >/dev/null; then export JAVA_HOME=$jdk; fi
  log=$(mktemp) && started=$(mktemp) || fail "there is no room for temporary files."
  if (cd "$home" && mvn -q -B -DskipTests -Dmaven.test.skip=true -DskipFormat=true "$@" -am package) >"$log" 2>&1; then
    # Sources changed during the build are newer than its start, and lead to the next one.
    mv -f "$started" "$stamp"
    rm -f "$log"
  else
    cat "$log" >&2
    rm -f "$log" "$started"
    fail "the build failed; its output is above."
  fi
}

# Where builds leave what runs.
benchmarks_jar=$home/benchmarks/target/benchmarks-0.1.0-SNAPSHOT.jar
app_jar=$home/app/target/app-0.1.0-SNAPSHOT.jar
benchmarks_built=$home/benchmarks/target/.built

benchmarks_stale() {
  [ -f "$benchmarks_jar" ] && [ -f "$app_jar" ] || return 0
  newer_than "$benchmarks_built" "$home/pom.xml" "$home"/{schemas,model-engine,model-formats,topology,app,benchmarks}/{pom.xml,src/main}
}

# Hands over to a class of the benchmarks: java_benchmarks JAVA-OPTION... CLASS ARGUMENT...
java_benchmarks() {
  # shellcheck disable=SC2086,SC2046
  exec "$jdk/bin/java" @"$java_args" $(print_collector) -Dmillrace.home="$home" ${MILLRACE_JAVA_OPTS:-} \
    -cp "$benchmarks_jar:$app_jar" "$@"
}
