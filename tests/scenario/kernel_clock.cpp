// Preloaded into a program, it says what the kernel would of its clock: a test cannot ask NTP, and must not
// depend on it. FELDSHER_KERNEL_CLOCK=kept: NTP keeps it; anything else: nobody does.
#include <sys/timex.h>

#include <cstdlib>
#include <cstring>

extern "C" int adjtimex(timex* to) noexcept {
  const char* said = std::getenv("FELDSHER_KERNEL_CLOCK");
  const bool kept = said != nullptr && std::strcmp(said, "kept") == 0;
  *to = {};
  to->maxerror = 1000;
  to->status = kept ? STA_PLL : STA_UNSYNC;
  return kept ? TIME_OK : TIME_ERROR;
}
