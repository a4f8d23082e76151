# `./run test`: sourced by ./run, which has `build` and `targets`. Steps whose targets a tree does not have are left out.
passed=0
failed=0
failures=()

# lane NAME command…: a row of steps in a shell of its own. `lanes` waits for all of them and adds what they counted.
lane=main
lane_names=()
lane() {
  lane_names+=("$1")
  rm -f "build/test-$1.ended"
  (
    lane=$1
    "${@:2}"
    printf '%s\n' "$passed" "$failed" "${failures[@]}" >"build/test-$lane.ended"
  ) &
}

lanes() {
  local name counted
  wait
  for name in "${lane_names[@]}"; do
    # A lane that ended half-way is one failure, not none.
    counted=(0 1 "the lane $name")
    [ ! -f "build/test-$name.ended" ] || mapfile -t counted <"build/test-$name.ended"
    rm -f "build/test-$name.ended"
    passed=$((passed + counted[0]))
    failed=$((failed + counted[1]))
    failures+=("${counted[@]:2}")
  done
  lane_names=()
}

# step "what is shown" command…: one line a step, its output only when it fails. Exit 77: it cannot be run here.
step() {
  local status
  try "build/test-$lane.log" "$@"
  count "$1"
}

# together "what is shown" command…: a step that others may run beside; as many as `beside`. Counted by `gather`.
beside=2
waiting=()
together() {
  local log=build/test-$lane-${#waiting[@]}.log
  while [ "$(jobs -rp | wc -l)" -ge $beside ]; do wait -n || true; done
  waiting+=("$1")
  (
    try "$log" "$@"
    echo "$status" >"$log.ended"
  ) &
}

gather() {
  local i log status
  wait
  for i in "${!waiting[@]}"; do
    log=build/test-$lane-$i.log
    read -r status <"$log.ended"
    rm "$log.ended"
    count "${waiting[i]}"
  done
  waiting=()
}

# try LOG "what is shown" command…: its line, and its exit as `status`.
try() {
  local log=$1 title=$2 started=$SECONDS
  status=0
  "${@:3}" >"$log" 2>&1 || status=$?
  case $status in
    0) printf '  ok    %s (%s s)\n' "$title" $((SECONDS - started)) ;;
    77) printf '  --    %s: %s\n' "$title" "$(tail -1 "$log")" ;;
    *) printf '  FAIL  %s (%s s)\n%s\n' "$title" $((SECONDS - started)) "$(tail -60 "$log" | sed 's/^/        /')" ;;
  esac
}

count() {
  case $status in
    0) passed=$((passed + 1)) ;;
    77) ;;
    *) missed "$1" ;;
  esac
}

missed() {
  failed=$((failed + 1))
  failures+=("$1")
}

# suite "title" PRESET ctest-argument…: each ctest entry counts for itself.
suite() {
  local title=$1 preset=$2 started=$SECONDS status=0 log all bad
  shift 2
  log=build/test-ctest-$preset.log
  ctest --test-dir "build/$preset" --output-on-failure --no-tests=ignore --timeout 600 "$@" >"$log" 2>&1 || status=$?
  all=$(sed -n 's/^.* tests failed out of \([0-9]*\)$/\1/p' "$log" | tail -1)
  bad=$(sed -n 's/^.* \([0-9]*\) tests failed out of .*$/\1/p' "$log" | tail -1)
  all=${all:-0} bad=${bad:-0}
  # A ctest that could not even start its tests is one failure, not none.
  [ "$status" -eq 0 ] || [ "$bad" -gt 0 ] || { all=1; bad=1; }
  passed=$((passed + all - bad))
  failed=$((failed + bad))
  if [ "$bad" -eq 0 ]; then
    printf '  ok    %s: %s tests (%s s)\n' "$title" "$all" $((SECONDS - started))
  else
    failures+=("$title")
    printf '  FAIL  %s: %s of %s tests failed (%s s)\n' "$title" "$bad" "$all" $((SECONDS - started))
    grep -vE '^ *(Start |[0-9]+/[0-9]+ Test .*Passed)' "$log" | tail -200 | sed 's/^/        /'
  fi
}

sources() { find protocol devices edge-agent kiosk central tests \( -name '*.cpp' -o -name '*.hpp' \) -print0; }
formatted() { sources | xargs -0 -r clang-format --dry-run --Werror; }
must_fail() {
  local status=0
  "$@" || status=$?
  [ "$status" -eq 1 ] || { echo "expected exit 1, got $status"; return 1; }
}
# demo FOLDER argument…
demo() {
  local folder=build/$1
  rm -rf "$folder"
  PYTHONPATH=$support python3 -m demo --folder "$folder" "${@:2}"
}

# The unit tests of protocol, strangers' octets first of all, and of the domain libraries: what the sanitizers run. With
# --deep also those that need a whole program, which take as long to compile as all the others together.
core_tests='(protocol_(record|log|minutes|civil|journal|sync|readings|pass|crypto|enrolment|transport|bus)'
core_tests+='|edge_(desk|ingest|node|window|stolen_box|ended_box)|central_(scheduling|registry|feed|node|standby|history)|devices_senml|kiosk_model)_test'
deep_tests='(protocol|edge|central|devices|kiosk)_[a-z_]*test'

# build_tests PRESET PATTERN: what `sanitized` runs; with libFuzzer's targets where the preset has them.
build_tests() {
  local tests
  [ "$1" != sanitize ] || cmake --preset sanitize -DFELDSHER_PLAIN="$PWD/build/release" >build/sanitize.log
  build "$1" help >/dev/null
  mapfile -t tests < <(targets "$1" "$2|fuzz")
  build "$1" "${tests[@]}"
}

sanitized() {
  local preset=$1 title=$2 wanted=$3
  local -x TSAN_OPTIONS="suppressions=$PWD/tests/support/tsan.supp"
  build_tests "$preset" "$wanted" || { missed "building $preset"; return 0; }
  # Those that are compiled: a scenario may have such a name, too, and needs programs that are not built here.
  suite "$title" "$preset" -j2 -R "^($(targets "$preset" "$wanted" | paste -sd '|'))\$"
}

# fuzzed SECONDS: each parser of outside octets for so long, from the seeds and from what earlier runs found.
fuzzed() {
  local seconds=$1 fuzzers fuzzer
  mapfile -t fuzzers < <(targets sanitize 'fuzz_[a-z_]+')
  for fuzzer in "${fuzzers[@]#fuzz_}"; do
    together "fuzz $fuzzer, $seconds s" python3 tests/fuzz/fuzz.py build/sanitize --seconds "$seconds" --only "$fuzzer"
  done
}

tidy() {
  # Left out: a destructor that cannot allocate ends the process, as it should; readdir on a directory of one's own is
  # safe; handlers take by value what may outlive the call, all in the same form; 64 * 1024 is an int that fits; a const
  # local that is copied out costs what it costs.
  local checks='-*,bugprone-*,-bugprone-easily-swappable-parameters,-bugprone-exception-escape'
  checks+=',-bugprone-implicit-widening-of-multiplication-result'
  checks+=',performance-*,-performance-unnecessary-value-param,-performance-no-automatic-move'
  checks+=',concurrency-*,-concurrency-mt-unsafe'
  # Each file by itself, as it is compiled: where several are one, nobody knows the flags of any.
  cmake --preset release -B build/apart -DFELDSHER_TOGETHER=OFF >build/apart.log &&
    ninja -C build/apart protocol_contracts >>build/apart.log || { tail -20 build/apart.log; return 1; }
  find protocol devices edge-agent central kiosk -name '*.cpp' -print0 |
    xargs -0 -P2 -n8 clang-tidy -p build/apart --quiet --checks="$checks" --warnings-as-errors='*'
}

# What the simulation played and how fast: ctest hides what a test that passes has said.
simulated() { grep -hE '^[0-9]+ simulated hours' build/release/Testing/Temporary/LastTest.log | sed 's/;.*//; s/^/        /' || true; }

# long_seeds FIRST: 250 of them.
long_seeds() { build/release/bin/feldsher-simulate --seed "$1" --seeds 250 --days 3; }

# How many branches of the four folders that all rests on their tests take: shown at each run, at least FLOOR % of each.
covered() {
  build release coverage &&
    python3 tests/coverage/coverage.py build/release --list build/coverage.txt --floor "$1" | tee build/coverage-table.txt
}

finish() {
  [ ${#failures[@]} -eq 0 ] || printf 'Failed: %s\n' "${failures[@]}"
  echo "$passed passed, $failed failed"
  [ "$failed" -eq 0 ]
}

# What waits more than it works: programs, lines that are cut, days that are played.
played() {
  local fault
  suite "unit, simulation, scenario, rules" release -j3
  simulated
  [ -z "$all_parts" ] || {
    beside=5
    together "demo, 60 s" demo demo --headless --seconds 60 --report build/demo.json
    for fault in lose double book chain; do
      together "demo notices: $fault" must_fail demo "demo-$fault" --headless --seconds 20 --break "$fault"
    done
    gather
    beside=2
    together "chaos, 60 kills" python3 tests/chaos/chaos.py --kills 60 --report build/chaos.json
    together "3 restores" python3 tests/restores/restores.py --count 3 --report build/restores.json
    gather
  }
}

# What works more than it waits, on what the others leave: compiling with sanitizers, fuzzing.
computed() {
  renice -n 15 "$BASHPID" >/dev/null
  local wanted floor=0 seconds=20
  wanted=$core_tests
  [ -z "$deep" ] || { wanted=$deep_tests floor=95 seconds=120; }
  step "clang-format" formatted
  sanitized sanitize "AddressSanitizer and UndefinedBehaviorSanitizer" "$wanted"
  # Fuzzing takes its time however much it gets of a core, so something is compiled beside it.
  beside=3
  rm -f build/coverage-table.txt
  together "branches that tests take" covered "$floor"
  fuzzed $seconds
  gather
  [ ! -f build/coverage-table.txt ] || sed 's/^/        /' build/coverage-table.txt
}

run_tests() {
  local deep='' started=$SECONDS part all_parts=yes
  case "${1:-}" in '') ;; --deep) deep=yes ;; *) die "There is no ./run test $1." ;; esac

  build release || { missed "building release"; finish; return 1; }
  for part in central edge virtual journal; do
    [ -x "build/release/bin/feldsher-$part" ] || all_parts=''
  done
  echo "Tests"
  lane played played
  lane computed computed
  lanes

  if [ -n "$deep" ]; then
    step "the benchmarks can be built" build release benches
    step "the shortest of them runs" python3 tests/bench/bench.py --only check-in
    sanitized tsan "ThreadSanitizer" "$deep_tests"
    step "clang-tidy" tidy
    step "the packages in a bare Debian" python3 tests/packages/packages_test.py
    step "the last release against this tree" python3 tests/versions/last_release.py
    [ ! -x build/release/bin/feldsher-simulate ] || {
      together "250 long seeds" long_seeds 1001
      together "250 more" long_seeds 1251
      gather
    }
  fi
  echo "$((SECONDS - started)) s"
  finish
}
