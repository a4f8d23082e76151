#include "central/api/metrics.hpp"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include "central/api/json_views.hpp"

namespace feldsher::central {
namespace {

using prometheus::BuildCounter;
using prometheus::BuildGauge;
using prometheus::Counter;
using prometheus::Family;
using prometheus::Gauge;
using prometheus::Registry;

Family<Counter>& counter(Registry& registry, const char* name, const char* help) {
  return BuildCounter().Name(name).Help(help).Register(registry);
}
Family<Gauge>& gauge(Registry& registry, const char* name, const char* help) {
  return BuildGauge().Name(name).Help(help).Register(registry);
}

}  // namespace

struct Metrics::Families {
  Registry registry;
  Family<Counter>& records =
      counter(registry, "feldsher_records_total", "Records that became durable, by writer and journal");
  Family<Counter>& requests =
      counter(registry, "feldsher_http_requests_total", "API requests, by route and status");
  Counter& transactions =
      counter(registry, "feldsher_transactions_total", "Transactions that became durable").Add({});
  Family<Counter>& incidents =
      counter(registry, "feldsher_incidents_total", "Incidents that became durable here, by kind");
  Counter& malformed = counter(registry, "feldsher_sync_malformed_total",
                               "Frames that were none: their connections were closed")
                           .Add({});
  Counter& refused =
      counter(registry, "feldsher_sync_refused_total", "Connections that ended before they were open")
          .Add({});
  Gauge& connections = gauge(registry, "feldsher_sync_connections", "Connections of nodes").Add({});
  Gauge& backlog = gauge(registry, "feldsher_store_backlog", "Transactions that wait for the disk").Add({});
  Gauge& intake = gauge(registry, "feldsher_intake", "Records that are durable here").Add({});
  Gauge& views_lag =
      gauge(registry, "feldsher_views_lag", "Durable records that the views do not show yet").Add({});
  Gauge& unreadable =
      gauge(registry, "feldsher_views_unreadable", "Records whose body could not be read, since the start")
          .Add({});
  Gauge& standby_known =
      gauge(registry, "feldsher_standby_known", "1 when there is a standby, or has been").Add({});
  Gauge& standby_in_step =
      gauge(registry, "feldsher_standby_in_step", "1 when answers wait for the standby's disk too").Add({});
  Gauge& standby_lag =
      gauge(registry, "feldsher_standby_lag_records", "Durable records that the standby has not acknowledged")
          .Add({});
  Gauge& standby_lag_s =
      gauge(registry, "feldsher_standby_lag_seconds", "The standby holds all that was durable so long ago")
          .Add({});
  Family<Gauge>& standby_disk = gauge(
      registry, "feldsher_standby_disk_class",
      "Room under the standby's folder, as it last said: 0 ample, 1 under 20 %, 2 under 10 %, 3 under 5 %");
  Gauge& standby_gone_on = gauge(registry, "feldsher_standby_gone_on",
                                 "How often central stopped waiting for its standby, since the start")
                               .Add({});
  Gauge& unsealed = gauge(registry, "feldsher_unsealed",
                          "1 when whoever has central's disk can read it: no TPM seals its keys")
                        .Add({});
  Gauge& disk_free =
      gauge(registry, "feldsher_disk_free_bytes", "What central may still write to the disk under its folder")
          .Add({});
  Gauge& disk_total =
      gauge(registry, "feldsher_disk_total_bytes", "The size of the disk under central's folder").Add({});
  Gauge& disk_class = gauge(registry, "feldsher_disk_class",
                            "0 when there is room; 1 under 20 % free, 2 under 10 %, when no readings are "
                            "taken in, 3 under 5 %")
                          .Add({});
  Gauge& disk_reserve =
      gauge(registry, "feldsher_disk_reserve_held", "1 while room is kept for the end of a full disk")
          .Add({});
  Family<Gauge>& certificate_ends =
      gauge(registry, "feldsher_certificate_ends_seconds",
            "Unix time at which the certificate of central's doors, or of its standby, ends");
  Family<Gauge>& line_ends = gauge(registry, "feldsher_point_certificate_ends_seconds",
                                   "Unix time at which the certificate of the point's line ends");
  Gauge& backup =
      gauge(registry, "feldsher_last_backup_seconds", "Unix time of the last backup; 0 = there is none")
          .Add({});
  Gauge& open_tasks = gauge(registry, "feldsher_open_tasks", "Tasks that wait for a person").Add({});
  Family<Gauge>& point_unsealed =
      gauge(registry, "feldsher_point_unsealed",
            "1 when whoever has the point's disk can read it, as its box last said");
  Family<Gauge>& connected =
      gauge(registry, "feldsher_point_connected", "1 when the point's node is connected");
  Family<Gauge>& feed_lag = gauge(registry, "feldsher_feed_lag", "Feed items that the point has not applied");
  Family<Gauge>& last_act =
      gauge(registry, "feldsher_point_last_act_seconds", "Unix time of the point's last act here; 0 = none");
};

Metrics::Metrics() : families_(std::make_unique<Families>()) {}
Metrics::~Metrics() = default;

void Metrics::record(const Record& record) {
  families_->records
      .Add({{"origin", record.key.origin.to_text()},
            {"stream", record.key.stream == v1::ACTS ? "acts" : "readings"}})
      .Increment();
  if (record.header.more() == 0) families_->transactions.Increment();
  if (record.subject.type != v1::INCIDENT) return;
  if (const auto incident = record.body<v1::Incident>())
    families_->incidents.Add({{"kind", incident_word(incident->kind())}}).Increment();
}

void Metrics::request(const std::string& route, int status) {
  families_->requests.Add({{"route", route}, {"status", std::to_string(status)}}).Increment();
}

void Metrics::malformed_frame() { families_->malformed.Increment(); }
void Metrics::refused_connection() { families_->refused.Increment(); }

std::string Metrics::text(const Now& now) {
  families_->connections.Set(static_cast<double>(now.connections));
  families_->backlog.Set(static_cast<double>(now.backlog));
  families_->intake.Set(static_cast<double>(now.intake));
  families_->views_lag.Set(static_cast<double>(now.intake - std::min(now.intake, now.views_position)));
  families_->unreadable.Set(static_cast<double>(now.views_unreadable));
  families_->standby_known.Set(now.standby.known ? 1 : 0);
  families_->standby_in_step.Set(now.standby.in_step ? 1 : 0);
  families_->standby_lag.Set(
      now.standby.known ? static_cast<double>(now.standby.intake - now.standby.acknowledged.value_or(0)) : 0);
  families_->standby_lag_s.Set(static_cast<double>(now.standby.lag_ms) / 1000);
  if (now.standby.disk) families_->standby_disk.Add({}).Set(static_cast<double>(*now.standby.disk));
  families_->standby_gone_on.Set(static_cast<double>(now.standby.gone_on));
  families_->unsealed.Set(now.unsealed ? 1 : 0);
  families_->disk_free.Set(static_cast<double>(now.disk_space.free));
  families_->disk_total.Set(static_cast<double>(now.disk_space.total));
  families_->disk_class.Set(static_cast<double>(now.disk));
  families_->disk_reserve.Set(now.disk_reserve ? 1 : 0);
  if (now.certificate_ends_s)
    families_->certificate_ends.Add({{"of", "doors"}}).Set(static_cast<double>(*now.certificate_ends_s));
  if (now.standby_certificate_ends_s)
    families_->certificate_ends.Add({{"of", "standby"}})
        .Set(static_cast<double>(*now.standby_certificate_ends_s));
  families_->backup.Set(static_cast<double>(now.backup ? now.backup->made_ms : 0) / 1000);
  families_->open_tasks.Set(static_cast<double>(now.open_tasks));
  for (const auto& [point, ends_s] : now.line_certificates_end_s)
    families_->line_ends.Add({{"point", point.to_text()}}).Set(static_cast<double>(ends_s));
  for (const PointStatus& point : now.points) {
    const prometheus::Labels labels{{"point", point.point.to_text()}};
    families_->connected.Add(labels).Set(point.connected ? 1 : 0);
    if (point.unsealed) families_->point_unsealed.Add(labels).Set(*point.unsealed ? 1 : 0);
    // What a point that is away has applied is not known: all of the feed then counts as lag.
    families_->feed_lag.Add(labels).Set(
        static_cast<double>(point.feed_items - std::min(point.feed_items, point.feed_acknowledged)));
    families_->last_act.Add(labels).Set(static_cast<double>(point.last_act_ms) / 1000);
  }
  return prometheus::TextSerializer().Serialize(families_->registry.Collect());
}

}  // namespace feldsher::central
