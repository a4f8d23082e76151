#include "central/api/api.hpp"
#include "central/api/json_views.hpp"
#include "protocol/readings/block.hpp"

namespace feldsher::central {
namespace {

namespace json = boost::json;

constexpr std::size_t most_codes_read = 512;  // Index lines a request looks at: one a block and code.
constexpr std::int64_t day_ms = 86'400'000;

/// What one request gathers while its blocks are read, one after the other.
struct Gathering {
  std::vector<RecordKey> records;  // Last first.
  std::vector<Wearing> wearers;
  std::set<std::tuple<std::uint64_t, std::uint64_t>>
      seen;  // (epoch, seq) of messages: a repeat is shown once.
  json::array readings;
  std::set<Uuid> patients;
  bool complete = true;
};

void take_block(Gathering& all, const v1::ReadingBlock& body, History::Span span, std::size_t limit) {
  const auto block = readings::read_block(body);
  if (!block) return;
  for (const auto& message : block->messages) {
    if (!all.seen.emplace(block->epoch.value, message.seq).second) continue;
    for (const auto& reading : message.readings) {
      if (reading.time_ms < span.from_ms || reading.time_ms > span.until_ms) continue;
      if (all.readings.size() >= limit) {
        all.complete = false;
        return;
      }
      const Uuid patient = wearer_at(all.wearers, reading.time_ms);
      all.patients.insert(patient);
      all.readings.push_back(json::object{{"at", utc_text(reading.time_ms)},
                                          {"code", reading.code},
                                          {"unit", reading.unit},
                                          {"value", readings::to_double(reading.value)},
                                          {"quality", reading.quality},
                                          {"patient", id_text(patient)},
                                          {"seq", message.seq}});
    }
  }
}

/// Whoever wore it at some moment of [from_ms, until_ms]. `spans` ascending.
std::set<Uuid> wearers_within(const std::vector<Wearing>& spans, std::int64_t from_ms,
                              std::int64_t until_ms) {
  std::set<Uuid> patients{wearer_at(spans, from_ms)};
  for (const Wearing& span : spans)
    if (span.from_ms > from_ms && span.from_ms <= until_ms) patients.insert(span.patient);
  return patients;
}

}  // namespace

Api::ReadingsInput Api::read_readings(RouteInput& in) {
  ReadingsInput input;
  input.device = DeviceId{in.query_id("device")};
  const auto from = in.query_time_ms("from"), until = in.query_time_ms("to");
  // Without an end, up to the end of time; without a beginning, a day.
  input.span.until_ms = until.value_or(253'402'300'799'000);
  input.span.from_ms = from.value_or(until ? *until - day_ms : 0);
  if (input.span.from_ms > input.span.until_ms) throw BadInput("from", "is after `to`");
  input.limit = in.query_count("limit", 1000, 10'000);
  return input;
}

void Api::readings(ReadingsInput input, const Caller& caller, Reply reply) {
  if (!world_.node.state().devices.find(input.device.uuid)) return reply(Refused{Refusal::not_found});
  world_.history.wearers(input.device, [this, input, caller, reply](std::vector<Wearing> wearers) {
    world_.history.blocks(
        input.device, input.span, most_codes_read,
        [this, input, caller, reply, wearers = std::move(wearers)](std::vector<BlockView> blocks) {
          auto all = std::make_shared<Gathering>();
          all->wearers = wearers;
          all->complete = blocks.size() < most_codes_read;
          std::set<RecordKey> known;
          for (const auto& block : blocks)
            if (known.insert(block.record).second) all->records.insert(all->records.begin(), block.record);
          // One block at a time: each is read from the journal, where it lies as it came.
          auto next = std::make_shared<std::function<void()>>();
          *next = [this, input, caller, reply, all, next] {
            if (all->records.empty() || all->readings.size() >= input.limit) {
              all->complete = all->complete && all->records.empty();
              json::object body{{"device", input.device.to_text()}, {"complete", all->complete}};
              body["readings"] = std::move(all->readings);
              disclose({all->patients.begin(), all->patients.end()}, "api/readings", caller,
                       [reply, body = std::move(body)] { reply(Answer{.status = 200, .body = body}); });
              *next = nullptr;  // It holds itself until here.
              return;
            }
            const RecordKey key = all->records.back();
            all->records.pop_back();
            world_.ledger.read({key.origin, key.stream, key.epoch}, key.seq, {.records = 1, .octets = 1},
                               [input, all, next](std::vector<Record> records) {
                                 if (!records.empty())
                                   if (const auto body = records.front().body<v1::ReadingBlock>())
                                     take_block(*all, *body, input.span, input.limit);
                                 auto go_on = *next;
                                 go_on();
                               });
          };
          auto begin = *next;
          begin();
        });
  });
}

void Api::reading_blocks(ReadingsInput input, const Caller& caller, Reply reply) {
  if (!world_.node.state().devices.find(input.device.uuid)) return reply(Refused{Refusal::not_found});
  world_.history.blocks(
      input.device, input.span, input.limit, [this, input, caller, reply](std::vector<BlockView> blocks) {
        json::array all;
        std::vector<History::Span> shown;
        for (const auto& block : blocks) {
          json::object each = to_json(block.stat);
          each["record"] = to_json(block.record);
          all.push_back(std::move(each));
          shown.push_back({block.stat.first_ms, block.stat.last_ms});
        }
        disclose_wearers(input.device, std::move(shown), "api/readings/blocks", caller,
                         [reply, all = std::move(all)] { reply(Answer{.status = 200, .body = all}); });
      });
}

void Api::reading_hours(ReadingsInput input, const Caller& caller, Reply reply) {
  if (!world_.node.state().devices.find(input.device.uuid)) return reply(Refused{Refusal::not_found});
  world_.history.hours(input.device, input.span, [this, input, caller, reply](std::vector<HourView> hours) {
    json::array all;
    std::vector<History::Span> shown;
    for (const auto& hour : hours) {
      json::object each = to_json(hour.stat);
      each["hour"] = utc_text(hour.hour_ms);
      all.push_back(std::move(each));
      shown.push_back({hour.stat.first_ms, hour.stat.last_ms});
    }
    disclose_wearers(input.device, std::move(shown), "api/readings/hours", caller,
                     [reply, all = std::move(all)] { reply(Answer{.status = 200, .body = all}); });
  });
}

void Api::disclose_wearers(DeviceId device, std::vector<History::Span> shown, const char* where,
                           const Caller& caller, std::function<void()> then) {
  if (shown.empty()) return then();
  world_.history.wearers(device, [this, shown = std::move(shown), where, caller,
                                  then = std::move(then)](std::vector<Wearing> wearers) {
    std::set<Uuid> patients;
    for (const History::Span& span : shown)
      for (const Uuid& patient : wearers_within(wearers, span.from_ms, span.until_ms))
        patients.insert(patient);
    disclose({patients.begin(), patients.end()}, where, caller, then);
  });
}

}  // namespace feldsher::central
