#pragma once
#include <map>
#include <string>

#include "protocol/journal/checkpoint.hpp"

namespace feldsher {

/// Whose word is believed of a set of journals (raw Ed25519 keys).
struct TrustedKeys {
  std::vector<Octets> central = {};      ///< And those that they handed over to, as the journals prove.
  std::vector<Octets> node = {};         ///< Of the node whose folder it is: its present one, …
  Octets handover = {};                  ///< … and what the one before it signed for it.
  std::optional<NodeId> folder_of = {};  ///< Whose folder it is: some journal has to be that node's.
  /// Central must have countersigned each journal that has a head. If not demanded, it may be a journal that
  /// central has not heard of yet, where the node's own key leads to it (or is not known here).
  bool countersignatures_demanded = true;

  bool empty() const { return central.empty() && node.empty(); }
};

/// What an auditor who trusts nothing but SHA-256 and the public keys can say of a set of journals.
///
/// Give every record's octets in journal order, then the heads. The first record that is wrong in each
/// journal is named; what follows it is not looked at, since nothing after a break can be relied on.
class Verifier {
 public:
  struct Finding {
    JournalId journal;
    std::uint64_t seq = 0;  ///< The first bad record, or that no trusted key leads to; 0 = a head is bad.
    std::string what;
  };

  explicit Verifier(TenantId tenant) : tenant_(tenant) {}

  /// From now on it is a finding when central has not countersigned the first head that is told of a journal,
  /// or a later one carries a countersignature that is not central's. What central signed itself needs no
  /// countersignature.
  void trust(TrustedKeys keys) { trusted_ = std::move(keys); }
  void demand_countersignatures(std::vector<Octets> central_keys) {
    trust({.central = std::move(central_keys)});
  }
  /// What a former key signed for `key`. `opened` records say so too. Tell it before the heads.
  void handover(Octets key, Octets signature);
  /// Where a journal was cut, and the checkpoint that says so: tell both before the records.
  void cut(const JournalTip& cut);
  void expect_checkpoint(const v1::SignedCheckpoint& checkpoint);
  /// The file is damaged: from now on a record that is missing is one that cannot be read, for `why`.
  void damaged(std::string why) { damage_ = std::move(why); }
  /// The record at place `seq` is there, and cannot be read. Tell it in its place among the records.
  void lost(const JournalId& journal, std::uint64_t seq);
  /// The record that stands at place `seq` of `journal`. `hash` is the stored header hash, when there is one;
  /// `prev` that of the record before, where that was dropped.
  void record(const JournalId& journal, std::uint64_t seq, Octets core, std::optional<Octets> body,
              std::optional<Digest> body_digest, std::optional<Digest> hash,
              std::optional<Digest> prev = std::nullopt);
  /// After the records, before the heads: which lives the trusted keys lead to. From one whose acts a trusted
  /// key has signed the way leads to the life before it, by the hash that its `opened` names; so central's
  /// own journals prove its earlier keys, which a handover never does: anybody can sign for a later key.
  void lead(const std::vector<v1::SignedHead>& heads, const SignatureCheck& check);
  /// A head that the node signed. The key is the one that the journal's `opened` record names. Of several
  /// heads of a journal tell the one first that central has countersigned.
  void head(const v1::SignedHead& head, const SignatureCheck& check);
  /// After the records: whether what was kept before the cuts is what node and central signed.
  void kept(const SignatureCheck& check);
  /// What the store says is the end of a journal: a journal cut at its tail differs.
  void tip(const JournalId& journal, std::uint64_t seq, const Digest& hash);

  /// At the very end: it is a finding when the trusted keys lead to nothing of what was shown, or nothing of
  /// it is of the node whose folder it is.
  void expect_led_to();

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
    std::uint64_t good = 0;  // How many records fitted.
  };
  using LifeId = std::pair<NodeId, Epoch>;
  struct Life {
    Octets head_key;
    Epoch parent;
    std::uint64_t parent_seq = 0;
    Octets parent_hash;
    bool led_to = false;
  };
  Progress& progress(const JournalId& journal);
  void found(Progress& at, std::uint64_t seq, std::string what);
  /// The record at place `seq` is missing: `otherwise` where nothing is damaged.
  void missing(Progress& at, std::uint64_t seq, std::string otherwise);
  static std::optional<JournalId> journal_of(const v1::Head& head);
  /// What is missing where a countersignature is by none of the keys that are central's.
  std::string with_which_key(const Octets& key_id) const;
  /// In what the checkpoint is not this file's; null: in nothing.
  const char* differs() const;
  /// Central's keys as far as they can be proved; none when none is trusted.
  const std::vector<Octets>& keys_of_central(const SignatureCheck& check);
  bool is_trusted(const Octets& key) const;
  /// The key that handed over to the folder's present one, where a life names it.
  void take_former_key(const SignatureCheck& check);
  /// The life whose acts this head shows to be signed by a trusted key, from the first on.
  std::optional<LifeId> signed_life(const v1::SignedHead& signed_head, const SignatureCheck& check);
  void expect_countersigned(Progress& at, const v1::SignedHead& head, std::uint64_t seq,
                            const SignatureCheck& check);

  TenantId tenant_;
  TrustedKeys trusted_;
  std::vector<std::pair<Octets, Octets>> handovers_;  // To which key, and the signature; not yet proved.
  bool handovers_grew_ = false;
  std::map<JournalId, Progress> journals_;
  std::map<JournalId, std::map<std::uint64_t, std::pair<Digest, Digest>>>
      places_;  // seq → chain, root: where heads may be.
  std::map<LifeId, Life> lives_;
  std::optional<v1::SignedCheckpoint> signed_checkpoint_;
  v1::Checkpoint checkpoint_;
  KeptSet kept_{[](const RecordKey&, const RecordKey&) { return true; }};
  std::vector<Finding> findings_;
  std::uint64_t records_checked_ = 0, heads_checked_ = 0;
  std::string damage_;      // Why records may be missing; empty: the file is whole.
  bool kept_lost_ = false;  // One that was kept before a cut cannot be read.

 public:
  /// Heads whose places must be remembered while records pass: tell them before the records.
  void expect_head(const v1::SignedHead& head);
};

}  // namespace feldsher
