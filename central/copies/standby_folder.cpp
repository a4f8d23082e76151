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

StandbyFile read_standby_file(const CentralFolder& folder) {
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
    if (const auto after = fields.optional_integer("promoted_after", 0, std::int64_t{1} << 53))
      standby.promotion = {.after = static_cast<std::uint64_t>(*after),
                           .revoke_tokens = fields.boolean("revoke_tokens")};
    fields.done();
    return standby;
  } catch (const BadInput& bad) {
    throw Fault(file.string() + ": " + bad.what());
  }
}

void write_standby_file(const CentralFolder& folder, const StandbyFile& standby) {
  json::object fields{{"id", standby.id.to_text()}, {"central", standby.central.to_text()}};
  if (standby.promotion) {
    fields["promoted_after"] = standby.promotion->after;
    fields["revoke_tokens"] = standby.promotion->revoke_tokens;
  }
  write_public_file(folder.standby_file(), json::serialize(fields) + "\n");
}

/// Notes that the promotion has begun, and what is wished of it now or was at an earlier run.
StandbyFile::Promotion begin_promotion(const CentralFolder& folder, StandbyFile standby,
                                       std::uint64_t records, bool revoke_tokens) {
  StandbyFile::Promotion begun = standby.promotion.value_or(StandbyFile::Promotion{.after = records});
  begun.revoke_tokens = begun.revoke_tokens || revoke_tokens;
  if (standby.promotion != begun) {
    standby.promotion = begun;
    write_standby_file(folder, standby);
  }
  return begun;
}

}  // namespace

StandbyFile StandbyFile::read(const CentralFolder& folder) {
  StandbyFile standby = read_standby_file(folder);
  if (standby.promotion)
    throw Fault(folder.path().string() +
                " is becoming central, which was cut off: end it by feldsher-central promote --dir " +
                folder.path().string());
  return standby;
}

void make_standby(const CentralFolder& folder, const CentralAddress& central) {
  SystemRandom random;
  const Uuid id = random.uuid_v7(SystemClock().now().wall_ms);
  certify(folder, {.kind = PeerKind::standby, .name = "standby", .id = id, .hosts = {}})
      .save(folder.standby());
  write_standby_file(folder, {.id = id, .central = central});
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
  const StandbyFile standby = read_standby_file(folder);
  StandbyFile::Promotion promotion;
  {
    const auto store = DataFolder::open(folder.path()).open_store(folder.identity().tenant);
    std::uint64_t records = 0;
    for (const JournalTip& tip : store->tips()) records += tip.seq;
    promotion = begin_promotion(folder, standby, records, revoke_tokens);
    // Where it has grown since, the new life has begun in an earlier run.
    if (records == promotion.after) {
      const Transaction taken_over = CentralNode::take_over(
          *store, fmt::format("a standby took central's place after record {} of its intake", records));
      store->commit({&taken_over, 1});
      store->checkpoint();
    }
  }
  settle_keys(folder, {.named = folder.path(), .revoke_tokens = promotion.revoke_tokens}, out);
  std::filesystem::remove_all(folder.standby());
  std::filesystem::remove(folder.standby_file());  // The last step: nobody else opens the journal before it.
  out << "This folder is central's now. It holds " << promotion.after << " records of the one before.\n"
      << "Before it serves: " << standby.central.to_text()
      << " must be off for good, and its name and address must lead here.\n"
      << "Next: " << start_command(folder.path()) << "\n";
}

}  // namespace feldsher::central
