#pragma once
#include <map>
#include <string>

#include "protocol/journal/checkpoint.hpp"

namespace feldsher {

/// What an auditor who trusts nothing but SHA-256 and the public keys can say of a set of journals.
///
/// Give every record's octets in journal order, then the heads. The first record that is wrong in each
/// journal is named; what follows it is not looked at, since nothing after a break can be relied on.
class Verifier {
 public:
  struct Finding {
    JournalId journal;
    std::uint64_t seq = 0;  ///< The first bad record; 0 = a head of the journal is bad.
    std::string what;
  };

  explicit Verifier(TenantId tenant) : tenant_(tenant) {}

  /// From now on it is a finding when central has not countersigned the first head that is told of a journal,
  /// or a later one carries a countersignature that is not central's. Central's keys (raw Ed25519) are these
  /// and those that they handed over to. What central signed itself needs no countersignature.
  void demand_countersignatures(std::vector<Octets> central_keys) { central_keys_ = std::move(central_keys); }
  /// What a former key signed for `key`. `opened` records say so too. Tell it before the heads.
  void handover(Octets key, Octets signature);
  /// Where a journal was cut, and the checkpoint that says so: tell both before the records.
  void cut(const JournalTip& cut);
  void expect_checkpoint(const v1::SignedCheckpoint& checkpoint);
  /// The record that stands at place `seq` of `journal`. `hash` is the stored header hash, when there is one;
  /// `prev` that of the record before, where that was dropped.
  void record(const JournalId& journal, std::uint64_t seq, Octets core, std::optional<Octets> body,
              std::optional<Digest> body_digest, std::optional<Digest> hash,
              std::optional<Digest> prev = std::nullopt);
  /// A head that the node signed. The key is the one that the journal's `opened` record names. Of several
  /// heads of a journal tell the one first that central has countersigned.
  void head(const v1::SignedHead& head, const SignatureCheck& check);
  /// After the records: whether what was kept before the cuts is what node and central signed.
  void kept(const SignatureCheck& check);
  /// What the store says is the end of a journal: a journal cut at its tail differs.
  void tip(const JournalId& journal, std::uint64_t seq, const Digest& hash);

  std::uint64_t records_checked() const { return records_checked_; }
  std::uint64_t heads_checked() const { return heads_checked_; }
  std::size_t journals() const { return journals_.size(); }
  const std::vector<Finding>& findings() const { return findings_; }
  /// How far central has signed or countersigned the journal, once that is demanded; 0 = nowhere.
  std::uint64_t countersigned(const JournalId& journal) const;

 private:
  struct Progress {
    JournalTip tip;
    bool broken = false;
    JournalTip cut;              // seq 0: it was never cut.
    std::uint64_t kept_seq = 0;  // The last record that was kept before the cut, and its hash.
    Digest kept_hash = zero_digest;
    std::uint64_t countersigned = 0;
  };
  Progress& progress(const JournalId& journal);
  void found(Progress& at, std::uint64_t seq, std::string what);
  /// In what the checkpoint is not this file's; null: in nothing.
  const char* differs() const;
  /// Central's keys as far as they can be proved; none when no countersignature is demanded.
  const std::vector<Octets>& keys_of_central(const SignatureCheck& check);

  TenantId tenant_;
  std::vector<Octets> central_keys_;
  std::vector<std::pair<Octets, Octets>> handovers_;  // To which key, and the signature; not yet proved.
  bool handovers_grew_ = false;
  std::map<JournalId, Progress> journals_;
  std::map<JournalId, std::map<std::uint64_t, std::pair<Digest, Digest>>>
      places_;  // seq → chain, root: where heads may be.
  std::map<std::pair<NodeId, Epoch>, Octets> head_keys_;
  std::optional<v1::SignedCheckpoint> signed_checkpoint_;
  v1::Checkpoint checkpoint_;
  KeptSet kept_{[](const RecordKey&, const RecordKey&) { return true; }};
  std::vector<Finding> findings_;
  std::uint64_t records_checked_ = 0, heads_checked_ = 0;

 public:
  /// Heads whose places must be remembered while records pass: tell them before the records.
  void expect_head(const v1::SignedHead& head);
};

}  // namespace feldsher
