#include <cstdlib>

#include "central/copies/manifest.hpp"
#include "central/copies/passphrase_seal.hpp"
#include "central/copies/secrets.hpp"
#include "protocol/record/result.hpp"
#include "tests/fuzz/input.hpp"

using namespace feldsher;
using namespace feldsher::central;

namespace {

/// Refused with a sentence, or the same when it is written again.
template <class Kind>
void reads(OctetsView text) {
  try {
    const std::string once = Kind::from_json(text).to_json();
    if (Kind::from_json(once).to_json() != once) std::abort();
  } catch (const Fault&) {
    return;
  }
}

}  // namespace

/// A backup that comes from elsewhere: its manifest, its sealed secrets, and what was in them.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Input input(data, size);
  const std::uint8_t kind = input.octet() % 3;
  const OctetsView rest = input.rest();
  if (kind == 0) reads<Manifest>(rest);
  if (kind == 1) reads<CentralSecrets>(rest);
  // What a file asks of this machine is bounded, and would still take all of this run's time: least costs
  // only.
  if (kind == 2 && rest.find(" 1 8 ") != rest.npos && rest.find(" 1 8 ") < 40) {
    try {
      if (open_with_passphrase(rest, "not this one's passphrase")) std::abort();
    } catch (const Fault&) {
      return 0;
    }
  }
  return 0;
}
