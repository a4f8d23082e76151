#include "central/standby/copied_ledger.hpp"

#include <algorithm>

#include "protocol/record/result.hpp"

namespace feldsher::central {

bool CopiedLedger::is_copied(const std::string& name) const {
  return std::any_of(prefixes_.begin(), prefixes_.end(),
                     [&](const std::string& prefix) { return name.starts_with(prefix); });
}

void CopiedLedger::put(const std::string& key, Beside beside) {
  auto [place, is_new] = place_of_.try_emplace(key);
  if (!is_new) beside_.erase(place->second);
  place->second = ++places_;
  beside_.emplace(places_, std::move(beside));
}

void CopiedLedger::put_head(const v1::SignedHead& signed_head) {
  v1::Head head;
  ensure(head.ParseFromString(signed_head.head()), "a ledger takes heads that were checked");
  const std::string journal =
      head.origin() + '/' + std::to_string(head.stream()) + '/' + std::to_string(head.epoch());
  put("head " + journal, {.intake = durable_, .name = {}, .octets = signed_head.SerializeAsString()});
}

void CopiedLedger::resume(JournalStore& store) {
  for (const JournalTip& tip : store.tips()) durable_ += tip.seq;
  for (const v1::SignedHead& head : store.heads()) put_head(head);
  for (const std::string& prefix : prefixes_)
    for (auto& [name, octets] : store.values(prefix))
      put("value " + name, {.intake = durable_, .name = name, .octets = octets});
}

void CopiedLedger::submit(Transaction transaction, std::function<void()> on_durable) {
  struct Copied {
    std::size_t records;
    std::vector<v1::SignedHead> heads;
    std::map<std::string, Octets> values;
  };
  Copied copied{
      .records = transaction.records.size(), .heads = transaction.heads, .values = transaction.values};
  std::erase_if(copied.values, [this](const auto& value) { return !is_copied(value.first); });
  disk_.submit(std::move(transaction),
               [this, copied = std::move(copied), on_durable = std::move(on_durable)] {
                 durable_ += copied.records;
                 for (const v1::SignedHead& head : copied.heads) put_head(head);
                 for (const auto& [name, octets] : copied.values)
                   put("value " + name, {.intake = durable_, .name = name, .octets = octets});
                 const bool grew = copied.records != 0 || !copied.heads.empty() || !copied.values.empty();
                 if (on_durable) on_durable();
                 if (grew) on_grown();
               });
}

}  // namespace feldsher::central
