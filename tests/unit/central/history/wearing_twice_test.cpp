// Who wore a device is kept twice, in central's memory and in its views, and points are told who wears it
// now: after any custodies all say the same as a reader who goes through what was written.
#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <map>
#include <set>

#include "central/feed/custody_order.hpp"
#include "central/registry/network_state.hpp"
#include "central/store/views_file.hpp"
#include "protocol/journal/writer.hpp"
#include "protocol/record/id_of.hpp"
#include "tests/support/world/clinic.hpp"
#include "tests/unit/protocol/crypto/folder.hpp"

namespace feldsher::central {
namespace {

struct Said {
  Uuid custody, device, patient;
  std::int64_t from_ms = 0, at_ms = 0;
  bool archived = false;
};

/// The same by going through all that was said.
class Reader {
 public:
  void take(const Said& said) {
    auto& versions = counts_[said.custody];
    if (!versions.empty()) {
      const Said& last = versions.back();
      const bool had_ended = last.archived && last.at_ms <= said.from_ms;
      if (last.device == said.device && last.patient == said.patient && !had_ended) versions.pop_back();
    }
    std::erase_if(versions, [&](const Said& each) { return each.from_ms >= said.from_ms; });
    versions.push_back(said);
  }
  Uuid wearer(const Uuid& device, std::int64_t at_ms) const {
    std::pair<std::int64_t, Uuid> newest;
    Uuid wearer;
    bool any = false;
    for (const auto& [custody, versions] : counts_)
      for (std::size_t n = 0; n < versions.size(); ++n) {
        const Said& said = versions[n];
        const std::pair since{said.from_ms, custody};
        if (said.device != device || said.from_ms > at_ms || (any && since < newest)) continue;
        const bool has_ended = (said.archived && said.at_ms <= at_ms) ||
                               (n + 1 < versions.size() && versions[n + 1].from_ms <= at_ms);
        newest = since;
        any = true;
        wearer = has_ended ? Uuid{} : said.patient;
      }
    return wearer;
  }

 private:
  std::map<Uuid, std::vector<Said>> counts_;
};

/// Three custodies of two devices and two patients, written again and again.
struct Histories {
  std::uint64_t below(std::uint64_t limit) {
    std::uint64_t number = 0;
    random.fill(&number, sizeof number);
    return number % limit;
  }
  Said next(const std::vector<Uuid>& custodies, const std::vector<Uuid>& devices) {
    clock_ms += 10;
    Said said;
    said.custody = custodies[below(custodies.size())];
    said.device = devices[below(devices.size())];
    said.patient = patients[below(patients.size())];
    said.from_ms = below(8) == 0 ? 0 : clock_ms - 60 + 10 * static_cast<std::int64_t>(below(10));
    said.at_ms = clock_ms;
    said.archived = below(6) == 0;
    return said;
  }
  Record record_of(const Said& said) {
    v1::Custody custody;
    custody.set_device(said.device.to_octets());
    if (!said.patient.is_nil()) custody.set_patient(said.patient.to_octets());
    custody.set_from_ms(said.from_ms);
    Draft draft;
    draft.actor.set_kind(v1::ACTOR_NODE);
    draft.subject = {v1::CUSTODY, said.custody};
    draft.verb = said.archived ? v1::ARCHIVED : v1::CHANGED;
    draft.message = custody.SerializeAsString();
    const Instant at{.wall_ms = said.at_ms, .since_boot_ms = 1, .boot = 1, .trust = v1::SYNCHRONISED};
    return writer.seal(v1::ACTS, std::span(&draft, 1), at).front();
  }

  testing::SeededRandom random{11};
  JournalWriter writer{testing::tenant_of_tests, testing::central_of_tests, Epoch{1}, random};
  NetworkState state{testing::central_of_tests};
  test::Folder folder;
  ViewsFile views{folder.path() / "views.db", DatabaseKey::make(random), testing::central_of_tests};
  std::vector<Uuid> patients;  // Of a history; nil: nobody.
  std::int64_t clock_ms = 1'000'000;
};

}  // namespace

TEST_CASE("after any custodies memory, views and feeds say the same of who wears a device",
          "[central][history][W2]") {
  Histories all;
  for (int history = 0; history < 300; ++history) {
    all.patients = {all.random.uuid_v7(1), all.random.uuid_v7(1), Uuid{}};
    std::vector<Uuid> custodies, devices;
    for (int n = 0; n < 3; ++n) custodies.push_back(all.random.uuid_v7(all.clock_ms));
    for (int n = 0; n < 2; ++n) devices.push_back(all.random.uuid_v7(all.clock_ms));
    std::map<Uuid, Said> present;
    std::vector<std::int64_t> moments;
    std::vector<Record> records;
    Reader reader;
    CustodyOrder feeds;
    const Wearings& wearings = all.state.wearings();
    const auto lasts = [&] {
      std::set<Uuid> last;
      for (const Uuid& each : custodies)
        if (wearings.is_last(each)) last.insert(each);
      return last;
    };
    for (int n = 0; n < 10; ++n) {
      const Said said = all.next(custodies, devices);
      present[said.custody] = said;
      records.push_back(all.record_of(said));
      const std::set<Uuid> before = lasts();
      REQUIRE(all.state.apply(records.back()));
      const std::vector<Uuid> moved = feeds.take(said.custody, said.device, wearings);
      const std::set<Uuid> after = lasts();
      for (const Uuid& each : custodies)
        if (before.contains(each) != after.contains(each)) {
          CAPTURE(history, n);
          REQUIRE(std::find(moved.begin(), moved.end(), each) != moved.end());
        }
      reader.take(said);
      for (const std::int64_t each : {said.from_ms, said.at_ms})
        moments.insert(moments.end(), {each - 1, each});
    }
    REQUIRE(all.views.project(records) == 0);
    moments.push_back(all.clock_ms + 1000);
    for (const Uuid& device : devices) {
      const auto wearers = all.views.wearers(DeviceId{device});
      for (const std::int64_t at_ms : moments) {
        CAPTURE(history, at_ms);
        const Uuid wearer = reader.wearer(device, at_ms);
        REQUIRE(wearer_at(wearers, at_ms) == wearer);
        const BlockSpan then{device.to_octets(), {}, at_ms, at_ms};
        REQUIRE(wearings.worn_by_another(Uuid{}, then) == !wearer.is_nil());
        for (const Uuid& patient : all.patients)
          if (!patient.is_nil()) REQUIRE(wearings.wore(patient, then) == (patient == wearer));
      }
      Uuid told;
      for (const auto& [custody, said] : present)
        if (said.device == device && wearings.is_last(custody) && !said.archived) told = said.patient;
      REQUIRE(told == reader.wearer(device, moments.back()));
    }
    for (const Uuid& patient : all.patients) {
      if (patient.is_nil()) continue;
      CAPTURE(history);
      const bool wears = std::any_of(devices.begin(), devices.end(), [&](const Uuid& device) {
        return reader.wearer(device, moments.back()) == patient;
      });
      const auto custody = wearings.custody_by_which_wears(patient);
      REQUIRE(custody.has_value() == wears);
      if (!custody) continue;
      CHECK(present.at(*custody).patient == patient);
      CHECK_FALSE(present.at(*custody).archived);
      CHECK(wearings.is_last(*custody));
    }
  }
}

}  // namespace feldsher::central
