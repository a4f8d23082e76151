#include "central/copies/standby_folder.hpp"

#include <fmt/format.h>

#include <boost/json/serialize.hpp>
#include <cstdlib>
#include <ostream>

#include "central/commands/json_input.hpp"
#include "central/copies/settle_keys.hpp"
#include "central/node/central_node.hpp"
#include "protocol/crypto/certificate_authority.hpp"
#include "protocol/crypto/secret_file.hpp"
#include "protocol/crypto/system_world.hpp"
#include "protocol/journal/data_folder.hpp"
#include "protocol/record/result.hpp"

namespace feldsher::central {
namespace {

namespace json = boost::json;

/// Certificates of guests are for minutes; clocks differ by some.
constexpr std::int64_t guest_s = 86'400;

CertificateBundle certify(const CentralFolder& folder, const CertificateSubject& subject) {
  return CertificateAuthority::load(folder.authority())
      .issue(subject, SystemClock().now().wall_ms / 1000)
      .value();
}

}  // namespace

StandbyFile StandbyFile::read(const CentralFolder& folder) {
  const auto file = folder.standby_file();
  if (!std::filesystem::exists(file))
    throw Fault(
        folder.path().string() +
        " is no standby's folder: `feldsher-central restore FROM INTO --standby-of HOST:PORT` makes one");
  try {
    const json::value text = read_json_file(file);
    JsonObject fields(text, "");
    StandbyFile standby{.id = fields.id("id"), .central = {}};
    const auto central = CentralAddress::from(fields.text("central"));
    if (!central) throw BadInput("central", "HOST:PORT is expected");
    standby.central = *central;
    fields.done();
    return standby;
  } catch (const BadInput& bad) {
    throw Fault(file.string() + ": " + bad.what());
  }
}

void make_standby(const CentralFolder& folder, const CentralAddress& central) {
  SystemRandom random;
  const Uuid id = random.uuid_v7(SystemClock().now().wall_ms);
  certify(folder, {.kind = PeerKind::standby, .name = "standby", .id = id, .hosts = {}})
      .save(folder.standby());
  write_public_file(
      folder.standby_file(),
      json::serialize(json::object{{"id", id.to_text()}, {"central", central.to_text()}}) + "\n");
}

PassingGuest::PassingGuest(const CentralFolder& folder, const CentralAddress& central) {
  SystemRandom random;
  const std::int64_t now_ms = SystemClock().now().wall_ms;
  const Uuid id = random.uuid_v7(now_ms);
  const auto bundle = certify(folder, {.kind = PeerKind::standby,
                                       .name = "copy",
                                       .id = id,
                                       .hosts = {},
                                       .not_before_s = now_ms / 1000 - guest_s,
                                       .not_after_s = now_ms / 1000 + guest_s});
  std::string name = (folder.path() / ".copy-XXXXXX").string();
  if (!mkdtemp(name.data())) throw Fault("cannot make a folder in " + folder.path().string());
  folder_ = name;
  bundle.save(folder_);
  line_ = {
      .address = central,
      .tenant = folder.identity().tenant,
      .central = folder.identity().node,
      .id = id,
      .tls = {
          .ca = folder_ / "ca.pem", .certificate = folder_ / "certificate.pem", .key = folder_ / "key.pem"}};
}

PassingGuest::~PassingGuest() {
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

void promote(const CentralFolder& folder, bool revoke_tokens, std::ostream& out) {
  const StandbyFile standby = StandbyFile::read(folder);
  std::uint64_t records = 0;
  {
    const auto store = DataFolder::open(folder.path()).open_store(folder.identity().tenant);
    for (const JournalTip& tip : store->tips()) records += tip.seq;
    const Transaction taken_over = CentralNode::take_over(
        *store, fmt::format("a standby took central's place after record {} of its intake", records));
    store->commit({&taken_over, 1});
    store->checkpoint();
  }
  std::filesystem::remove(folder.standby_file());
  std::filesystem::remove_all(folder.standby());
  out << "This folder is central's now. It holds " << records << " records.\n";
  settle_keys(folder, {.named = folder.path(), .revoke_tokens = revoke_tokens}, out);
  out << "Before it serves: " << standby.central.to_text()
      << " must be off for good, and its name and address must lead here.\n"
      << "Next: " << start_command(folder.path()) << "\n";
}

}  // namespace feldsher::central
