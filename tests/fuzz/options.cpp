/// How AddressSanitizer runs in a fuzz target: without the stacks of who allocated, which take half of the
/// time (a finding is run once more with ASAN_OPTIONS=malloc_context_size=30), and with a small quarantine,
/// which stays in the cache: what is freed is used again at once or never.
extern "C" const char* __asan_default_options() {
  return "malloc_context_size=0:quarantine_size_mb=1:thread_local_quarantine_size_kb=64";
}
