#include "central/history/projector.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace feldsher;
using namespace feldsher::central;

namespace {

Uuid id(std::uint8_t last) {
  Uuid made;
  made.octets[15] = last;
  return made;
}

}  // namespace

TEST_CASE("an appointment's FHIR status follows from its visit", "[central][history][I3]") {
  CHECK(fhir_status(v1::APPOINTMENT_BOOKED, v1::VISIT_UNSPECIFIED) == FhirStatus::booked);
  CHECK(fhir_status(v1::APPOINTMENT_BOOKED, v1::VISIT_ARRIVED) == FhirStatus::arrived);
  CHECK(fhir_status(v1::APPOINTMENT_BOOKED, v1::VISIT_IN_PROGRESS) == FhirStatus::arrived);
  CHECK(fhir_status(v1::APPOINTMENT_BOOKED, v1::VISIT_FINISHED) == FhirStatus::fulfilled);
  CHECK(fhir_status(v1::APPOINTMENT_BOOKED, v1::VISIT_ABSENT) == FhirStatus::noshow);
  CHECK(fhir_status(v1::APPOINTMENT_BOOKED, v1::VISIT_UNDONE) == FhirStatus::booked);
  CHECK(fhir_status(v1::APPOINTMENT_CANCELLED, v1::VISIT_UNSPECIFIED) == FhirStatus::cancelled);
}

TEST_CASE("the wearer is whom custody named last before", "[central][history][W2]") {
  const std::vector<Wearing> spans{{100, id(1)}, {200, Uuid{}}, {300, id(2)}};
  CHECK(wearer_at(spans, 99).is_nil());
  CHECK(wearer_at(spans, 100) == id(1));
  CHECK(wearer_at(spans, 199) == id(1));
  CHECK(wearer_at(spans, 250).is_nil());
  CHECK(wearer_at(spans, 1000) == id(2));
  CHECK(wearer_at({}, 5).is_nil());
}

TEST_CASE("a search finds a name however it is typed", "[central][history]") {
  v1::Patient patient;
  patient.set_family_name("Ковальчук");
  patient.set_given_name("Євген");
  patient.set_phone("+380445550008");
  const std::string text = search_text(patient);
  for (const char* typed : {"коваль", "КОВАЛЬЧУК", "євген  ковал", "5550008"}) {
    const auto words = search_words(typed);
    CHECK_FALSE(words.empty());
    for (const auto& word : words) CHECK(text.find(word) != std::string::npos);
  }
  CHECK(text.find(search_words("Петренко").front()) == std::string::npos);
}
