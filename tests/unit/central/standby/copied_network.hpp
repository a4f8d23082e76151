#pragma once
#include <catch2/catch_test_macros.hpp>

#include "central/standby/follower.hpp"
#include "central/standby/safekeeping.hpp"
#include "tests/support/world/network.hpp"

namespace feldsher::testing {

inline constexpr int until_dead_s = 31;
inline const Uuid standby_of_tests = *Uuid::from_text("0190c0de-0000-7000-8000-0000000000bb");

/// A copy of central's journal on a box of its own: its disk stays when its program dies.
struct Copy {
  explicit Copy(bool stays = true) : follows(stays) { start(); }
  void start() {
    ledger = std::make_unique<StepLedger>(store);
    follower = std::make_unique<central::Follower>(central::FollowerIdentity{.tenant = tenant_of_tests,
                                                                             .central = central_of_tests,
                                                                             .id = standby_of_tests,
                                                                             .software = "test",
                                                                             .follows = follows},
                                                   *ledger);
    follower->resume(store);
  }

  bool follows;
  VirtualClock clock;
  MemoryStore store{tenant_of_tests};
  std::unique_ptr<StepLedger> ledger;
  std::unique_ptr<central::Follower> follower;
  std::unique_ptr<central::StandbyWire> up, down;  ///< While its line is up.
  std::uint64_t line = 0;
};

/// A network whose central may have a standby.
struct CopiedNetwork : Network {
  CopiedNetwork() {
    begin_central();
    point = &add_point("Embankment");
    gp = clinic->service("General practitioner");
    shift = clinic->shift(clinic->doctor("Ada"), clinic->room("12"));
    olena = clinic->patient("Olena");
    connect(*point);
    settle();
  }
  ~CopiedNetwork() { central.reset(); }

  /// Central's program starts from its disk.
  void begin_central() {
    for (auto& box : boxes) cut(*box);
    if (copy) cut_copy();
    central.reset();
    clock.reboot();
    ledger = std::make_unique<StepLedger>(store);
    copied = std::make_unique<central::CopiedLedger>(*ledger, std::vector<std::string>{"once/"});
    copied->resume(store);
    keeping = std::make_unique<central::Safekeeping>(tenant_of_tests, *copied);
    keeping->resume(store);
    central = std::make_unique<central::CentralNode>(tenant_of_tests, central_of_tests,
                                                     central::CentralWorld{.clock = clock,
                                                                           .random = random,
                                                                           .ledger = *copied,
                                                                           .signer = central_signer,
                                                                           .check = check,
                                                                           .safekeeping = keeping.get()});
    central->start(store);
  }

  void connect_copy() {
    cut_copy();
    ++copy->line;
    copy->up = std::make_unique<End>(*this, true);
    copy->down = std::make_unique<End>(*this, false);
    keeping->connected({tenant_of_tests, standby_of_tests}, *copy->down, clock.now());
    copy->follower->connected(*copy->up, copy->clock.now());
  }
  void cut_copy() {
    if (!copy->up) return;
    ++copy->line;
    copy->follower->disconnected();
    keeping->disconnected(*copy->down);
    copy->up.reset();
    copy->down.reset();
  }
  /// The copy's program dies without a word and starts from its disk.
  void restart_copy() {
    cut_copy();
    copy->ledger->lose();
    copy->start();
  }
  void follow() {
    if (!copy) copy = std::make_unique<Copy>();
    connect_copy();
    settle_all();
  }
  void settle_all() {
    do {
      settle();
      if (crossing.empty()) return;
      auto next = std::move(crossing.front());
      crossing.pop_front();
      next();
    } while (true);
  }
  void pass(int seconds) {
    for (int i = 0; i < seconds; ++i) {
      pass_seconds(1);
      if (copy) {
        copy->clock.pass_ms(1000);
        copy->follower->tick(copy->clock.now());
      }
      settle_all();
    }
  }

  std::string ticket() {
    v1::Ask ask;
    ask.mutable_walk_in()->set_service(gp.to_octets());
    auto answer = this->ask(*point, "checkin-1", ask);
    settle_all();
    return answer ? answer->checked_in().ticket_label() : "";
  }
  /// Books at central; whether central has said that it did.
  std::shared_ptr<bool> book(std::int64_t minute) {
    auto told = std::make_shared<bool>(false);
    central->book(
        {.patient = olena, .shift = shift, .service = gp, .minute = monday_8 + minute, .minutes = 10},
        central->self(), v1::PROOF_TOKEN, [told](auto booked) { *told = booked.has_value(); });
    return told;
  }
  static std::vector<Digest> hashes(MemoryStore& of) {
    std::vector<Digest> all;
    of.replay(0, [&](std::uint64_t, Record&& record) { all.push_back(record.stored.hash); });
    return all;
  }
  bool same() { return hashes(store) == hashes(copy->store); }

  /// May lose a frame (true), or change it.
  std::function<bool(v1::StandbyFrame&)> lose_copied = [](v1::StandbyFrame&) { return false; };
  SeededRandom random{77};
  CheapCheck check;
  std::unique_ptr<central::CopiedLedger> copied;
  std::unique_ptr<central::Safekeeping> keeping;
  std::unique_ptr<Copy> copy;
  std::deque<std::function<void()>> crossing;
  Box* point = nullptr;
  Uuid gp, shift, olena;

  class End final : public central::StandbyWire {
   public:
    End(CopiedNetwork& network, bool upward)
        : network_(network), upward_(upward), line_(network.copy->line) {}
    void send(const v1::StandbyFrame& frame) override {
      v1::StandbyFrame sent = frame;
      if (network_.lose_copied(sent)) return;
      network_.crossing.emplace_back(
          [&network = network_, upward = upward_, line = line_, octets = sent.SerializeAsString()] {
            if (network.copy->line != line) return;
            v1::StandbyFrame heard;
            heard.ParseFromString(octets);
            if (upward)
              network.keeping->receive(*network.copy->down, heard, network.clock.now());
            else
              network.copy->follower->receive(heard, network.copy->clock.now());
          });
    }
    void close(const std::string&) override {
      network_.crossing.emplace_back([&network = network_, line = line_] {
        if (network.copy->line == line) network.cut_copy();
      });
    }

   private:
    CopiedNetwork& network_;
    bool upward_;
    std::uint64_t line_;
  };
};

}  // namespace feldsher::testing
