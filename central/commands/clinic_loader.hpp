#pragma once
#include <map>
#include <vector>

#include "central/commands/clinic_file.hpp"
#include "central/registry/network_state.hpp"
#include "protocol/crypto/signing_key.hpp"
#include "protocol/journal/writer.hpp"

namespace feldsher::central {

/// Who loads, and when.
struct LoadBy {
  v1::Actor actor;
  v1::Proof proof = v1::PROOF_NONE;
  Instant now;
};

/// Argon2id verifiers by practitioner.
using PinVerifiers = std::map<Uuid, std::string>;
PinVerifiers present_verifiers(const NetworkState& state);
/// A verifier for each practitioner of the file: the present one stays as long as the PIN does, since each
/// new one would be another for its salt. Slow on purpose: not for a loop.
PinVerifiers make_verifiers(const ClinicFile& file, const PinVerifiers& present, Random& random);

/// What a load comes to: nothing to write when all of it was there already.
struct LoadPlan {
  std::vector<std::vector<Draft>> transactions;  ///< In order; small, so that no feed message grows large.
  std::map<std::string, std::size_t> written;    ///< "patients" → how many.
  std::size_t records() const;
};

/// Turns a clinic file into records. Pure but for its random numbers: works on a copy of the state, so that
/// either the whole file holds or nothing comes of it.
class ClinicLoader {
 public:
  ClinicLoader(const NetworkState& state, Random& random);

  /// Throws BadInput with the place of what does not hold. `pass_key` signs central's passes.
  LoadPlan plan(const ClinicFile& file, const PinVerifiers& verifiers, const PublicKey& pass_key,
                const LoadBy& by);

 private:
  static constexpr std::size_t drafts_a_transaction = 64;

  void add(Draft draft, const char* what);
  template <class State>
  void put(v1::EntityType type, const Table<State>& table, const Entry<State>& entry, const char* what);
  void know(bool known, const std::string& place, const char* what) const;
  template <class State>
  void know_all(const google::protobuf::RepeatedPtrField<std::string>& ids, const Table<State>& table,
                const std::string& place, const char* what) const;
  std::int64_t minute(const OctetsView point, const std::string& civil, const std::string& place) const;
  void put_pass_key(const PublicKey& key);
  /// Whom a new or changed entry of the file names must not be archived.
  template <class State>
  void know_unarchived(const Uuid& patient, const Table<State>& table, const Entry<State>& entry) const;
  void put_practitioner(const PractitionerEntry& entry, const PinVerifiers& verifiers);
  void put_shift(const ShiftEntry& entry);
  void put_appointment(const AppointmentEntry& entry);

  NetworkState state_;
  Random& random_;
  JournalWriter writer_;
  Scheduling scheduling_;
  std::map<SubjectKey, std::string> seen_;  // Where each subject of the file stands.
  LoadBy by_;
  LoadPlan plan_;
};

}  // namespace feldsher::central
