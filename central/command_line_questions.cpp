// Commands that ask the running central, by its API.
#include <iostream>

#include "central/command_line.hpp"

namespace feldsher::central {

void CommandLine::add_questions() {
  asking("points", "Every point: connected, or since when it is not",
         [this] { look_at_points(look_wish, std::cout); });
  asking("status", "What waits for the disk, and how the standby stands",
         [this] { look_at_status(look_wish, std::cout); });
  CLI::App* found = asking("patients", "Find patients. Each one shown gets a record that says so",
                           [this] { look_at_patients(look_wish, query, all, std::cout); });
  found->add_option("query", query, "Parts of names, phone or birth date");
  found->add_flag("--archived", all, "Those who are archived, instead of those who are not");
  asking("history", "A patient's history, in order. A record says that it was read",
         [this] { look_at_history(look_wish, patient, std::cout); })
      ->add_option("patient", patient, "UUID of the patient")
      ->required();
  asking("appointments", "Appointments of a day", [this] { look_at_appointments(look_wish, day, std::cout); })
      ->add_option("--day", day, "Local day, 2026-11-22")
      ->required();
  asking("tasks", "What a person must look at", [this] {
    look_at_tasks(look_wish, all, std::cout);
  })->add_flag("--all", all, "Also what was seen to");
  asking("complete-task", "A person has seen to a task", [this] { complete_task(look_wish, id, std::cout); })
      ->add_option("task", id, "UUID of the task")
      ->required();
  CLI::App* erase =
      asking("propose-erasure", "Propose that everything about a patient be erased: a person's act",
             [this] { propose_erasure(look_wish, patient, query, std::cout); });
  erase->add_option("patient", patient, "UUID of the patient")->required();
  erase->add_option("--ground", query, "The legal ground, as a reference: no names")->required();
  asking("order-erasure", "Confirm a proposed erasure, as another person: bodies are dropped, headers stay",
         [this] { order_erasure(look_wish, id, std::cout); })
      ->add_option("erasure", id, "UUID of the proposal")
      ->required();
  asking("erasures", "Orders to erase", [this] { look_at_erasures(look_wish, std::cout); });
  CLI::App* end = asking("propose-decommission",
                         "Propose that the box of a point be put out for good, dead or lost: a person's act",
                         [this] { propose_decommission(look_wish, point, query, std::cout); });
  end->add_option("point", point, "Short name of the point")->required();
  end->add_option("--reason", query, "Why: no names")->required();
  asking(
      "order-decommission",
      "Confirm it, as another person: what is open there ends, its minutes are central's, its certificates "
      "are revoked. A new box takes over",
      [this] { order_decommission(look_wish, id, std::cout); })
      ->add_option("decommission", id, "UUID of the proposal")
      ->required();
  asking("decommissions", "Boxes that were put out, or are proposed to be",
         [this] { look_at_decommissions(look_wish, std::cout); });
  asking("break-lease",
         "End the leases of a shift for a point that cannot: its minutes are central's at once, in the name "
         "of who "
         "asks. Shows the bookings found there",
         [this] { break_lease(look_wish, id, std::cout); })
      ->add_option("shift", id, "UUID of the shift")
      ->required();
  asking("accept-older-disk",
         "A point was refused as a copy because its disk was restored from an old backup: say that it is the "
         "right one. Its next hello is taken",
         [this] { accept_older_disk(look_wish, id, std::cout); })
      ->add_option("point", id, "UUID of the point")
      ->required();
  asking("incidents", "What must not happen, and did", [this] { look_at_incidents(look_wish, std::cout); });
  CLI::App* readings = asking("readings", "Readings of a device",
                              [this] { look_at_readings(look_wish, readings_wish, std::cout); });
  readings->add_option("--device", readings_wish.device, "UUID of the device")->required();
  readings->add_option("--from", readings_wish.from, "2026-11-22T09:43Z, or Unix ms");
  readings->add_option("--to", readings_wish.to, "2026-11-22T09:43Z, or Unix ms");
  readings->add_flag("--hours", readings_wish.hours, "Hourly roll-ups");
}

}  // namespace feldsher::central
