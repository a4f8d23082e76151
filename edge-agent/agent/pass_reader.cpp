#include "edge-agent/agent/pass_reader.hpp"

#include "protocol/pass/pass.hpp"

namespace feldsher::edge {

ReadPass read_pass_with(const Table<v1::PassKey>& keys, const std::string& text) {
  const v1::PassKey* signer = nullptr;
  const auto pass = feldsher::read_pass(text, [&](const KeyId& id) -> std::optional<PublicKey> {
    for (const auto& [subject, row] : keys.rows()) {
      const auto key = public_key_from(row.state.public_key());
      if (!key || row.state.retired() || KeyId::of(*key) != id) continue;
      signer = &row.state;
      return key;
    }
    return std::nullopt;
  });
  if (!pass)
    return {.refusal = v1::ASK_PASS_INVALID, .appointment = {}, .patient = {}, .point = {}, .day = {}};
  if (!signer->point().empty() && signer->point() != pass->point.to_octets())
    return {.refusal = v1::ASK_PASS_INVALID, .appointment = {}, .patient = {}, .point = {}, .day = {}};
  return {.refusal = v1::ASK_GRANTED,
          .appointment = pass->appointment,
          .patient = pass->patient,
          .point = pass->point,
          .day = pass->day};
}

}  // namespace feldsher::edge
