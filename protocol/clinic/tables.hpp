#pragma once
#include <optional>

#include "protocol/clinic/table.hpp"
#include "protocol/contracts/clinic.pb.h"
#include "protocol/contracts/enrolment.pb.h"

namespace feldsher {

/// The present state of every subject, by type: the projection that a point and central share.
class Tables {
 public:
  /// Takes a record. False: its body is not what its type says, and nothing was changed (quarantine).
  /// A type that this version does not know is kept as a current record without a state.
  bool apply(const Record& record);
  void drop(const SubjectKey& subject);

  /// The present record of a subject, whatever its type: what the next one is based on.
  std::optional<RecordKey> current(const SubjectKey& subject) const;
  const std::map<SubjectKey, RecordKey>& all() const { return current_; }

  Table<v1::Point> points;
  Table<v1::Department> departments;
  Table<v1::Room> rooms;
  Table<v1::RoomState> room_states;
  Table<v1::Practitioner> practitioners;
  Table<v1::Service> services;
  Table<v1::Shift> shifts;
  Table<v1::ShiftState> shift_states;
  Table<v1::Appointment> appointments;
  Table<v1::Patient> patients;
  Table<v1::Visit> visits;
  Table<v1::Ticket> tickets;
  Table<v1::SurveyAnswer> survey_answers;
  Table<v1::Survey> surveys;
  Table<v1::Request> requests;
  Table<v1::RequestAnswer> request_answers;
  Table<v1::PassKey> pass_keys;
  Table<v1::Lease> leases;
  Table<v1::GiveBack> give_backs;
  Table<v1::Device> devices;
  Table<v1::Custody> custodies;
  Table<v1::Terminal> terminals;
  Table<v1::Incident> incidents;
  Table<v1::Task> tasks;
  Table<v1::Erasure> erasures;
  Table<v1::Enrolment> enrolments;
  Table<v1::Credential> credentials;

 private:
  template <class Visit>
  bool with_table(v1::EntityType type, Visit&& visit);
  std::map<SubjectKey, RecordKey> current_;
};

}  // namespace feldsher
