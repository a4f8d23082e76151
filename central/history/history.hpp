#pragma once
#include <functional>

#include "central/history/rows.hpp"

namespace feldsher::central {

/// Questions about the past. Answers come on the loop, and show every record that was projected before the
/// question was asked.
class History {
 public:
  virtual ~History() = default;

  template <class T>
  using Then = std::function<void(T)>;

  /// Patients in whose name, phone or birth date every word of `typed` occurs; by name. Those who are
  /// archived, or those who are not.
  virtual void patients(const std::string& typed, bool archived, std::size_t limit,
                        Then<std::vector<PatientView>> then) = 0;
  virtual void patient(const Uuid& id, Then<std::optional<PatientView>> then) = 0;
  /// The records about a patient as they happened (then as they came here).
  virtual void history(const Uuid& patient, Then<std::vector<HistoryEntry>> then) = 0;
  /// Of a local day, "2026-11-22", ascending; at one point, or at all when it is nil.
  virtual void appointments(const std::string& day, const Uuid& point,
                            Then<std::vector<AppointmentView>> then) = 0;
  virtual void appointment(const Uuid& id, Then<std::optional<AppointmentView>> then) = 0;

  struct Span {
    std::int64_t from_ms = 0, until_ms = 0;  ///< Both in it.
  };
  /// Blocks of a device that reach into the span, by time; one entry a code.
  virtual void blocks(DeviceId device, Span span, std::size_t limit, Then<std::vector<BlockView>> then) = 0;
  virtual void hours(DeviceId device, Span span, Then<std::vector<HourView>> then) = 0;
  virtual void wearers(DeviceId device, Then<std::vector<Wearing>> then) = 0;
  virtual void incidents(std::size_t limit, Then<std::vector<IncidentView>> then) = 0;  ///< Newest first.
};

}  // namespace feldsher::central
