#include "central/commands/look.hpp"

#include <boost/json/serialize.hpp>
#include <ostream>

#include "central/access/own_renewal.hpp"
#include "central/commands/show.hpp"

namespace feldsher::central {
namespace json = boost::json;

void look_at_points(const LookWish& wish, std::ostream& out) {
  show(wish, ask(wish, "/api/v1/points"),
       {{"POINT", "short_name"},
        {"STATUS", "status"},
        {"KEYS", "keys"},
        {"ACTS", "acts"},
        {"LAST ACT", "last_act"},
        {"FEED", "feed_items"},
        {"APPLIED", "feed_acknowledged"},
        {"ID", "id"}},
       out);
}

namespace {

/// A line about a certificate that should have been renewed long ago; nothing while it was.
void warn_of_end(const json::value& certificate, std::string_view whose, std::string_view remedy,
                 std::ostream& out) {
  constexpr std::int64_t warned_days = worth_a_warning_s / 86'400;
  if (certificate.is_null()) return;
  const auto days = certificate.at("days_left").to_number<std::int64_t>();
  if (days >= warned_days) return;
  out << "WARNING   the certificate of " << whose << (days < 0 ? " ended on " : " ends on ")
      << cell(certificate.at("ends"));
  if (days >= 0) out << ", in " << days << " days,";
  out << " and was not renewed by itself: " << remedy << "\n";
}

/// A night's backup was left out.
constexpr std::int64_t backup_is_old_h = 48;

/// How full the disk is: class, what is free of how much, and whether there is a reserve.
std::string room(const json::value& disk) {
  auto megabytes = [&](const char* name) {
    return std::to_string(disk.at(name).to_number<std::uint64_t>() / 1'000'000);
  };
  return cell(disk.at("class")) + ", " + megabytes("free_octets") + " of " + megabytes("total_octets") +
         " MB free, " + (disk.at("reserve").as_bool() ? "with a reserve" : "no reserve");
}

}  // namespace

void look_at_status(const LookWish& wish, std::ostream& out) {
  const json::value status = ask(wish, "/api/v1/status");
  if (wish.json) {
    out << json::serialize(status) << "\n";
    return;
  }
  const json::object& standby = status.at("standby").as_object();
  out << "Records   " << cell(status.at("intake")) << " durable, " << cell(status.at("backlog"))
      << " wait for the disk\n"
      << "Nodes     " << cell(status.at("connections")) << " connected\n"
      << "Keys      " << cell(status.at("keys")) << "\n"
      << "Disk      " << room(status.at("disk")) << "\n"
      << "Standby   " << cell(standby.at("status"));
  if (standby.at("status").as_string() != "none")
    out << " (" << cell(standby.at("id")) << "), lag " << cell(standby.at("lag_records")) << " records, "
        << cell(standby.at("lag_seconds")) << " s; central went on without it " << cell(standby.at("gone_on"))
        << " times";
  out << "\n";
  const json::value &backup = status.at("backup"), &incidents = status.at("incidents");
  out << "Backup    "
      << (backup.is_null() ? "none was made yet: feldsher-central backup"
                           : cell(backup.at("made")) + ", " + cell(backup.at("records")) + " records")
      << "\n"
      << "Incidents " << cell(incidents.at("count")) << " in the last " << cell(incidents.at("days"))
      << " days";
  if (const json::value& newest = incidents.at("newest"); !newest.is_null())
    out << "; the newest, of " << cell(newest.at("at")) << ": " << cell(newest.at("kind")) << ", "
        << cell(newest.at("detail"));
  out << "\nTasks     " << cell(status.at("open_tasks")) << " wait for a person\n";
  if (!backup.is_null() && backup.at("age_hours").to_number<std::int64_t>() >= backup_is_old_h)
    out << "WARNING   the last backup is " << cell(backup.at("age_hours")) << " hours old\n";
  if (const json::value& disk = standby.at("disk"); disk.is_string() && disk.as_string() != "ample")
    out << "WARNING   the standby's disk: " << cell(disk) << "\n";
  if (!status.at("disk").at("takes_readings").as_bool())
    out << "WARNING   no readings are taken in until there is room on the disk: the points keep them\n";
  if (const std::string fault = cell(status.at("disk_fault_before")); !fault.empty())
    out << "WARNING   the run before this one ended: " << fault << "\n";
  const json::value& certificates = status.at("certificates");
  warn_of_end(certificates.at("doors"), "central's doors", "keys rotate --key server, and start it again",
              out);
  warn_of_end(certificates.at("standby"), "the standby", "keys rotate --key standby in its folder", out);
  for (const json::value& line : certificates.at("lines").as_array())
    warn_of_end(line, "the line of " + cell(line.at("short_name")),
                "`feldsher-edge status` on its box says why", out);
}

void look_at_patients(const LookWish& wish, const std::string& query, bool archived, std::ostream& out) {
  show(wish, ask(wish, "/api/v1/patients?query=" + escape_query(query) + (archived ? "&archived=true" : "")),
       {{"FAMILY NAME", "family_name"},
        {"GIVEN NAME", "given_name"},
        {"BORN", "birth_date"},
        {"PHONE", "phone"},
        {"VERIFIED", "verified"},
        {"ID", "id"}},
       out);
}

void look_at_history(const LookWish& wish, const std::string& patient, std::ostream& out) {
  json::value entries = ask(wish, "/api/v1/patients/" + escape_query(patient) + "/history");
  if (!wish.json)
    for (json::value& entry : entries.as_array()) {
      json::object& fields = entry.as_object();
      fields["by"] = fields.at("actor").at("kind");
      fields["node"] = fields.at("record").at("origin");
    }
  show(wish, entries,
       {{"AT", "at"},
        {"WHAT", "verb"},
        {"OF", "type"},
        {"SUBJECT", "subject"},
        {"BY", "by"},
        {"PROOF", "proof"},
        {"WRITTEN BY NODE", "node"}},
       out);
}

void look_at_appointments(const LookWish& wish, const std::string& day, std::ostream& out) {
  show(wish, ask(wish, "/api/v1/appointments?day=" + escape_query(day)),
       {{"FROM", "from"},
        {"MINUTES", "minutes"},
        {"STATUS", "fhir_status"},
        {"PATIENT", "patient"},
        {"ROOM", "room"},
        {"ID", "id"}},
       out);
}

namespace {

void show_tasks(const LookWish& wish, const json::value& tasks, std::ostream& out) {
  show(wish, tasks,
       {{"SINCE", "at"},
        {"KIND", "kind"},
        {"STATUS", "status"},
        {"PATIENT", "patient"},
        {"APPOINTMENTS", "appointments"},
        {"ID", "id"}},
       out);
}

}  // namespace

void look_at_tasks(const LookWish& wish, bool all, std::ostream& out) {
  show_tasks(wish, ask(wish, std::string("/api/v1/tasks?status=") + (all ? "any" : "requested")), out);
}

void complete_task(const LookWish& wish, const std::string& task, std::ostream& out) {
  const json::value done = client(wish).post("/api/v1/tasks/" + escape_query(task) + "/complete", "");
  show_tasks(wish, json::array{done}, out);
}

void accept_older_disk(const LookWish& wish, const std::string& point, std::ostream& out) {
  const json::value accepted =
      client(wish).post("/api/v1/points/" + escape_query(point) + "/accept-older-disk", "");
  say(wish, accepted, "The point may connect with the disk that it has: what it lost is handed back to it.",
      out);
}

void break_lease(const LookWish& wish, const std::string& shift, std::ostream& out) {
  const json::value broken = client(wish).post("/api/v1/shifts/" + escape_query(shift) + "/break-lease", "");
  if (wish.json)
    out << json::serialize(broken) << "\n";
  else
    show_tasks(wish, broken.at("tasks"), out);
}

namespace {

void show_erasures(const LookWish& wish, const json::value& erasures, std::ostream& out) {
  show(wish, erasures,
       {{"AT", "at"}, {"STATUS", "status"}, {"PATIENT", "patient"}, {"GROUND", "ground"}, {"ID", "id"}}, out);
}

}  // namespace

void look_at_erasures(const LookWish& wish, std::ostream& out) {
  show_erasures(wish, ask(wish, "/api/v1/erasures"), out);
}

void propose_erasure(const LookWish& wish, const std::string& patient, const std::string& ground,
                     std::ostream& out) {
  const json::object order{{"patient", patient}, {"ground", ground}};
  show_erasures(wish, json::array{client(wish).post("/api/v1/erasures", json::serialize(order))}, out);
}

void order_erasure(const LookWish& wish, const std::string& erasure, std::ostream& out) {
  const std::string target = "/api/v1/erasures/" + escape_query(erasure) + "/order";
  show_erasures(wish, json::array{client(wish).post(target, "")}, out);
}

namespace {

void show_decommissions(const LookWish& wish, const json::value& all, std::ostream& out) {
  show(wish, all,
       {{"AT", "at"}, {"STATUS", "status"}, {"POINT", "point"}, {"REASON", "reason"}, {"ID", "id"}}, out);
}

}  // namespace

void look_at_decommissions(const LookWish& wish, std::ostream& out) {
  show_decommissions(wish, ask(wish, "/api/v1/decommissions"), out);
}

void propose_decommission(const LookWish& wish, const std::string& point, const std::string& reason,
                          std::ostream& out) {
  const json::object proposal{{"point", point}, {"reason", reason}};
  show_decommissions(wish, json::array{client(wish).post("/api/v1/decommissions", json::serialize(proposal))},
                     out);
}

void order_decommission(const LookWish& wish, const std::string& decommission, std::ostream& out) {
  const json::value ordered =
      client(wish).post("/api/v1/decommissions/" + escape_query(decommission) + "/order", "");
  if (wish.json) {
    out << json::serialize(ordered) << "\n";
    return;
  }
  const json::value& ended = ordered.at("ended");
  out << "The box of " << cell(ordered.at("point")) << " is out. Ended with it: " << cell(ended.at("tickets"))
      << " tickets, " << cell(ended.at("visits")) << " visits, " << cell(ended.at("leases")) << " leases, "
      << cell(ended.at("certificates"))
      << " certificates. Bookings to look at, as tasks: " << cell(ended.at("tasks")) << "\n"
      << "A new box takes over: feldsher-central enrol --point " << cell(ordered.at("point")) << "\n";
}

void look_at_incidents(const LookWish& wish, std::ostream& out) {
  show(wish, ask(wish, "/api/v1/incidents"),
       {{"AT", "at"}, {"KIND", "kind"}, {"NODE", "node"}, {"DETAIL", "detail"}}, out);
}

void look_at_readings(const LookWish& wish, const ReadingsWish& readings, std::ostream& out) {
  std::string query = "?device=" + escape_query(readings.device);
  if (!readings.from.empty()) query += "&from=" + escape_query(readings.from);
  if (!readings.to.empty()) query += "&to=" + escape_query(readings.to);
  if (readings.hours)
    return show(wish, ask(wish, "/api/v1/readings/hours" + query),
                {{"HOUR", "hour"},
                 {"CODE", "code"},
                 {"UNIT", "unit"},
                 {"N", "n"},
                 {"MIN", "min"},
                 {"MAX", "max"},
                 {"SUM", "sum"}},
                out);
  const json::value answer = ask(wish, "/api/v1/readings" + query);
  show(wish, wish.json ? answer : answer.at("readings"),
       {{"AT", "at"}, {"CODE", "code"}, {"VALUE", "value"}, {"UNIT", "unit"}, {"PATIENT", "patient"}}, out);
  if (!wish.json && !answer.at("complete").as_bool()) out << "… and more: narrow it with --from and --to\n";
}

}  // namespace feldsher::central
