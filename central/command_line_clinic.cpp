// Commands about the clinic of a running central: what it is made of, bookings and minutes, the archive.
#include <iostream>

#include "central/command_line.hpp"

namespace feldsher::central {

void CommandLine::add_clinic() {
  constexpr const char* clinic_note =
      "To add or change one, load a file with that entry alone: see `load --help`";
  using LookAt = void (*)(const LookWish&, const std::string&, std::ostream&);
  auto parts = [&](const char* name_of_parts, const char* help, LookAt look_at) {
    CLI::App* sub = asking(name_of_parts, help, [this, look_at] { look_at(look_wish, point, std::cout); });
    sub->add_option("--point", point, "Short name of a point; default: everywhere");
    sub->footer(clinic_note);
  };
  parts("departments", "Departments of the points", look_at_departments);
  parts("rooms", "Rooms, with the ids that room screens are configured with", look_at_rooms);
  parts("services", "Services that the points give", look_at_services);
  parts("practitioners", "People who work at the points", look_at_practitioners);
  CLI::App* shifts = asking("shifts", "Shifts of a day, and which of their minutes are free where",
                            [this] { look_at_shifts(look_wish, day, point, std::cout); });
  shifts->add_option("--day", day, "Local day, 2026-11-22")->required();
  shifts->add_option("--point", point, "Short name of a point; default: everywhere");
  shifts->footer(clinic_note);

  CLI::App* booking = asking("book", "Book an appointment; minutes that a point holds are asked of it",
                             [this] { book(look_wish, book_wish, std::cout); });
  booking->add_option("--patient", book_wish.patient, "UUID of the patient")->required();
  booking->add_option("--shift", book_wish.shift, "UUID of the shift, as `shifts` shows it")->required();
  booking->add_option("--service", book_wish.service, "UUID of the service")->required();
  booking->add_option("--from", book_wish.from, "Local time at the point, 2026-11-22T09:43")->required();
  booking->add_option("--minutes", book_wish.minutes, "Default: as long as the service usually takes");
  asking("cancel", "Cancel an appointment; one that a point booked is asked of it",
         [this] { cancel(look_wish, id, std::cout); })
      ->add_option("appointment", id, "UUID of the appointment")
      ->required();
  auto minutes = [&](const char* act_name, const char* help,
                     void (*act)(const LookWish&, const MinutesWish&, std::ostream&)) {
    CLI::App* sub = asking(act_name, help, [this, act] { act(look_wish, minutes_wish, std::cout); });
    sub->add_option("shift", minutes_wish.shift, "UUID of the shift, as `shifts` shows it")->required();
    sub->add_option("--from", minutes_wish.from, "Local time at the point, 2026-11-22T09:43")->required();
    sub->add_option("--until", minutes_wish.until, "Local time at the point: the first minute after them")
        ->required();
  };
  minutes("lease", "Give free minutes of a shift to its point, which then books them by itself", lease);
  minutes("recall", "Ask a point to give back leased minutes, as far as they are free there", recall);
  asking("request", "What a point answered to a booking, a cancellation or a recall that was asked of it",
         [this] { look_at_request(look_wish, id, std::cout); })
      ->add_option("request", id, "UUID of the request")
      ->required();

  asking("archive",
         "Archive a patient who is not in care: in no list and at no point. Nothing is deleted, and "
         "`unarchive` brings it back",
         [this] { archive_patient(look_wish, patient, std::cout); })
      ->add_option("patient", patient, "UUID of the patient")
      ->required();
  asking("unarchive", "Restore an archived patient",
         [this] { unarchive_patient(look_wish, patient, std::cout); })
      ->add_option("patient", patient, "UUID of the patient; `patients --archived` finds it")
      ->required();
}

}  // namespace feldsher::central
