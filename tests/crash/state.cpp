#include "tests/crash/state.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "protocol/journal/memory_store.hpp"

namespace feldsher::crash {
namespace {

void put(Octets& to, OctetsView octets) {
  to += std::to_string(octets.size()) + ':';
  to += octets;
}

void put(Octets& to, const Record& record) {
  put(to, record.key.to_octets());
  put(to, record.stored.core);
  put(to, record.stored.body ? "body" + *record.stored.body : Octets("none"));
  put(to, view_of(record.stored.body_digest));
  put(to, view_of(record.stored.hash));
}

/// Stores give some of what they hold in orders of their own.
Octets sorted(std::vector<Octets> entries) {
  std::sort(entries.begin(), entries.end());
  Octets all;
  for (const Octets& entry : entries) put(all, entry);
  return all;
}

Octets octets_of(const std::vector<JournalTip>& tips) {
  std::vector<Octets> entries;
  for (const JournalTip& tip : tips) {
    Octets& entry = entries.emplace_back(tip.journal.origin.to_octets());
    entry += std::to_string(tip.journal.stream) + '/' + std::to_string(tip.journal.epoch.value) + '/' +
             std::to_string(tip.seq);
    put(entry, view_of(tip.hash));
    put(entry, tip.edge.to_octets());
  }
  return sorted(std::move(entries));
}

}  // namespace

State state_of(JournalStore& store) {
  State state;
  auto& [journals, cuts, records, scope, intake, answered, values, heads] = state.octets;
  journals = octets_of(store.tips());
  cuts = octets_of(store.cuts());
  std::vector<Octets> entries;
  store.kept([&records = records](Record&& record) { put(records, record); });
  store.replay(0, [&records = records](std::uint64_t number, Record&& record) {
    put(records, std::to_string(number));
    put(records, record);
  });
  store.scope([&](Record&& record) { put(entries.emplace_back(), record); });
  scope = sorted(std::exchange(entries, {}));
  for (const IntakeChunk& chunk : store.intake()) put(intake, std::to_string(chunk.id) + '/' + chunk.octets);
  store.each_answered([&](AskId ask, Octets answer) { entries.push_back(ask.to_octets() + answer); });
  answered = sorted(std::exchange(entries, {}));
  for (const auto& [name, value] : store.values("")) {
    put(values, name);
    put(values, value);
  }
  for (const v1::SignedHead& head : store.heads()) entries.push_back(head.SerializeAsString());
  heads = sorted(std::move(entries));
  return state;
}

std::vector<State> states_after(TenantId tenant, const std::vector<const std::vector<Transaction>*>& groups) {
  MemoryStore model(tenant);
  std::vector<State> states{state_of(model)};
  for (const auto* group : groups) {
    model.commit(*group);
    states.push_back(state_of(model));
  }
  return states;
}

std::string describe(const State& found, const std::vector<State>& states) {
  std::string text;
  for (std::size_t part = 0; part < State::parts.size(); ++part) {
    std::vector<std::size_t> same;
    for (std::size_t i = 0; i < states.size(); ++i)
      if (states[i].octets[part] == found.octets[part]) same.push_back(i);
    text += fmt::format("{}{}: ", text.empty() ? "" : ", ", State::parts[part]);
    text += same.empty()                  ? "as never"
            : same.front() == same.back() ? fmt::format("as after {}", same.front())
                                          : fmt::format("as after {} to {}", same.front(), same.back());
  }
  return text;
}

}  // namespace feldsher::crash
