#pragma once
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <set>

#include "central/standby/standby_link.hpp"

namespace feldsher::central {

/// How central's standby stands, for status tables.
struct StandbyStatus {
  bool known = false;      ///< There is one, or has been.
  bool connected = false;  ///< It is on the line and follows …
  bool in_step = false;  ///< … and has all that is durable here, or it is on its way: answers wait for it.
  Uuid id;               ///< Nil while none was heard in this run.
  std::uint64_t intake = 0;                   ///< Records that are durable here …
  std::optional<std::uint64_t> acknowledged;  ///< … and at the standby, as far as was heard in this run.
  std::int64_t lag_ms = 0;    ///< It holds all that was durable here so long ago, or less; 0: it holds all.
  std::uint64_t gone_on = 0;  ///< How often central stopped waiting for it, since the start.
  std::size_t copies = 0;     ///< Others that are taking a copy: backups.
  std::optional<DiskClass> disk;  ///< How full its disk is, as it said; nothing: not heard in this run.
};

/// What of central's journal is on a second disk, and who waits for that.
///
/// While a standby is in step, nobody is told anything before it is on the standby's disk too: neither an
/// API's caller, nor a point by its feed. When the standby is away, central goes on without it and says so.
/// One loop thread owns it.
class Safekeeping final : private StandbyLinkHost {
 public:
  explicit Safekeeping(TenantId tenant, CopiedLedger& ledger, StandbyPatience patience = {});

  /// Takes up what the store held when the process started.
  void resume(JournalStore& store);

  /// Runs `work` when all that is durable by now is safe, in the order of the calls; at once when no standby
  /// is in step.
  void tell(std::function<void()> work);
  bool tells_at_once() const { return waiting_.empty() && (!in_step() || ledger_.durable() <= safe_); }

  void connected(const StandbyPeer& peer, StandbyWire& wire, const Instant& now);
  void receive(const StandbyWire& wire, const v1::StandbyFrame& frame, const Instant& now);
  void disconnected(const StandbyWire& wire);
  void tick(const Instant& now);

  /// A standby is on the line and has all that is durable here, or it is on its way there.
  bool in_step() const;
  StandbyStatus status() const;

  /// Everything of a journal up to a place is at the standby.
  std::function<void(const JournalId&, std::uint64_t seq)> on_safe = [](const JournalId&, std::uint64_t) {};
  /// A standby begins to follow, perhaps with another disk than before: what `on_safe` said is over.
  std::function<void()> on_safe_anew = [] {};
  /// The standby has been out of step for a while. Once for each time.
  std::function<void()> on_away = [] {};
  /// No standby has been on the line for a while, however it stood before: nobody knows that its disk will be
  /// back. Once for each time.
  std::function<void()> on_gone = [] {};
  /// A copy and central hold different records. Once for each difference.
  std::function<void(const std::string& detail)> on_differs = [](const std::string&) {};
  /// The disk under a standby is getting full, or failed. Once for each change.
  std::function<void(const Uuid& standby, const std::string& detail)> on_disk = [](const Uuid&,
                                                                                   const std::string&) {};

 private:
  struct Waiting {
    std::uint64_t intake;
    std::uint64_t since_ms;
    std::function<void()> work;
  };
  void follows_anew() override;
  void copied(StandbyLink& link, const std::map<JournalId, std::uint64_t>& marks) override;
  void condition(StandbyLink& link, const StandbyHealth& health) override;
  void differs(StandbyLink& link, const std::string& detail) override;
  void release();
  void note_progress();
  void note_absence();

  TenantId tenant_;
  CopiedLedger& ledger_;
  StandbyPatience patience_;
  std::map<const StandbyWire*, std::unique_ptr<StandbyLink>> links_;
  std::deque<Waiting> waiting_;
  bool releasing_ = false;
  std::uint64_t safe_ = 0;  // Up to where the standby of this moment holds everything.
  std::uint64_t gone_on_ = 0;
  bool known_ = false, away_told_ = false, gone_told_ = false;
  Uuid id_;
  std::optional<std::uint64_t> acknowledged_;
  std::uint64_t now_ms_ = 0, in_step_ms_ = 0, followed_ms_ = 0;
  // The standby holds all that was durable at `as_of_ms_`; `mark_` is the next such moment to be reached.
  std::uint64_t as_of_ms_ = 0, mark_ms_ = 0, mark_ = 0;
  std::set<std::string> reported_;
  std::map<Uuid, StandbyHealth> health_;  // As last told.
};

}  // namespace feldsher::central
