#include "protocol/readings/block.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <tuple>

#include "protocol/readings/pack_text.hpp"
#include "protocol/readings/wrapping.hpp"
#include "protocol/record/digest.hpp"
#include "protocol/record/result.hpp"

namespace feldsher::readings {
namespace {

constexpr std::size_t most_values = std::size_t{1} << 20;  // And columns: each has one value at least.
constexpr std::int32_t widest_exponent = 48;

/// The coding of one column: the first value, then differences (of differences, for times).
class ColumnWriter {
 public:
  ColumnWriter(v1::ReadingColumn& column, const Reading& like) : column_(column) {
    column_.set_code(like.code);
    column_.set_unit(like.unit);
    if (const auto* decimal = std::get_if<Decimal>(&like.value)) column_.set_exponent(decimal->exponent);
  }

  void add(std::uint32_t message, const Reading& reading) {
    column_.add_message(message - message_);
    message_ = message;
    const auto step = minus(reading.time_ms, time_ms_);
    column_.add_time_delta_ms(minus(step, step_));
    step_ = count_ == 0 ? 0 : step;
    time_ms_ = reading.time_ms;
    if (const auto* decimal = std::get_if<Decimal>(&reading.value)) {
      column_.add_mantissa_delta(minus(decimal->mantissa, mantissa_));
      mantissa_ = decimal->mantissa;
    } else {
      column_.add_value(std::get<double>(reading.value));
    }
    if (reading.quality != 0 && column_.quality_size() == 0) {
      for (std::size_t i = 0; i < count_; ++i) column_.add_quality(0);
    }
    if (reading.quality != 0 || column_.quality_size() > 0) column_.add_quality(reading.quality);
    ++count_;
  }

 private:
  v1::ReadingColumn& column_;
  std::size_t count_ = 0;
  std::uint32_t message_ = 0;
  std::int64_t time_ms_ = 0, step_ = 0, mantissa_ = 0;
};

/// Most devices say the same things each time: a column with one value of each message names none.
void leave_out_each(v1::ReadingColumn& column, std::size_t messages) {
  if (static_cast<std::size_t>(column.message_size()) != messages || column.message(0) != 0) return;
  const auto& rest = column.message();
  if (std::all_of(rest.begin() + 1, rest.end(), [](std::uint32_t delta) { return delta == 1; }))
    column.clear_message();
}

/// Deals the values of one column out to their messages.
std::optional<BlockError> read_column(const v1::ReadingColumn& column, std::vector<BlockMessage>& messages) {
  const int count = column.time_delta_ms_size();
  const bool decimal = column.mantissa_delta_size() > 0;
  const bool of_each = column.message_size() == 0;
  if (count == 0 ||
      (of_each ? messages.size() != static_cast<std::size_t>(count) : column.message_size() != count))
    return BlockError::wrong_count;
  if ((decimal ? column.mantissa_delta_size() : column.value_size()) != count) return BlockError::wrong_count;
  if (decimal && column.value_size() > 0) return BlockError::wrong_count;
  if (column.quality_size() != 0 && column.quality_size() != count) return BlockError::wrong_count;
  if (column.code().size() > most_name_octets || column.unit().size() > most_name_octets) {
    return BlockError::too_large;
  }
  if (std::abs(static_cast<std::int64_t>(column.exponent())) > widest_exponent)
    return BlockError::wrong_value;

  std::uint64_t message = 0;
  std::int64_t time_ms = 0, step = 0, mantissa = 0;
  for (int i = 0; i < count; ++i) {
    message += of_each ? (i == 0 ? 0 : 1) : column.message(i);
    if (message >= messages.size()) return BlockError::wrong_count;
    const auto this_step = plus(step, column.time_delta_ms(i));
    time_ms = plus(time_ms, this_step);
    step = i == 0 ? 0 : this_step;
    Reading reading;
    reading.code = column.code();
    reading.unit = column.unit();
    reading.time_ms = time_ms;
    if (column.quality_size() > 0) reading.quality = column.quality(i);
    if (decimal) {
      mantissa = plus(mantissa, column.mantissa_delta(i));
      reading.value = Decimal{mantissa, column.exponent()};
    } else {
      if (!std::isfinite(column.value(i))) return BlockError::wrong_value;
      reading.value = column.value(i);
    }
    messages[static_cast<std::size_t>(message)].readings.push_back(std::move(reading));
  }
  return std::nullopt;
}

std::optional<BlockError> read_columns(const v1::ReadingBlock& block, std::vector<BlockMessage>& messages) {
  std::size_t values = 0;
  for (const auto& column : block.columns()) values += static_cast<std::size_t>(column.time_delta_ms_size());
  if (values > most_values) return BlockError::too_large;
  for (const auto& column : block.columns()) {
    if (const auto error = read_column(column, messages)) return error;
  }
  for (auto& message : messages) sort_for_pack(message.readings);
  return std::nullopt;
}

Octets rewritten(const Block& block, std::size_t index) {
  const auto& message = block.messages[index];
  return write_pack({block.device, block.epoch, message.seq, message.readings});
}

}  // namespace

Octets short_digest(OctetsView message) {
  const auto digest = sha256(message);
  return Octets(view_of(digest).substr(0, digest_octets));
}

v1::ReadingBlock write_block(DeviceId device, Epoch epoch, std::span<const BlockMessage> messages,
                             std::optional<PatientId> patient) {
  ensure(!messages.empty() && messages.size() <= most_block_messages, "a block of no or too many messages");
  v1::ReadingBlock block;
  block.set_device(device.to_octets());
  block.set_epoch(epoch.value);
  if (patient) block.set_patient(patient->to_octets());

  // One column for each (code, unit, digits after the point), in the order of their first values.
  using Key = std::tuple<std::string_view, std::string_view, bool, std::int32_t>;
  std::map<Key, ColumnWriter> columns;
  std::uint64_t seq = 0;
  std::int64_t received_ms = 0;
  bool any = false;
  for (std::size_t i = 0; i < messages.size(); ++i) {
    const auto& message = messages[i];
    ensure(message.seq > seq, "messages of a block ascend");
    block.add_seq_delta(message.seq - seq);
    block.add_received_delta_ms(minus(message.received_ms, received_ms));
    seq = message.seq;
    received_ms = message.received_ms;
    block.mutable_digests()->append(short_digest(message.octets));
    for (const auto& reading : message.readings) {
      const auto* decimal = std::get_if<Decimal>(&reading.value);
      const Key key{reading.code, reading.unit, decimal != nullptr, decimal ? decimal->exponent : 0};
      auto found = columns.find(key);
      if (found == columns.end()) {
        found = columns.try_emplace(key, *block.add_columns(), reading).first;
      }
      found->second.add(static_cast<std::uint32_t>(i), reading);
      block.set_first_ms(any ? std::min(block.first_ms(), reading.time_ms) : reading.time_ms);
      block.set_last_ms(any ? std::max(block.last_ms(), reading.time_ms) : reading.time_ms);
      any = true;
    }
  }
  if (!any) {
    block.set_first_ms(messages.front().received_ms);
    block.set_last_ms(messages.back().received_ms);
  }

  for (auto& column : *block.mutable_columns()) leave_out_each(column, messages.size());

  Block opened{device, epoch, patient, std::vector<BlockMessage>(messages.size())};
  for (std::size_t i = 0; i < messages.size(); ++i) opened.messages[i].seq = messages[i].seq;
  ensure(!read_columns(block, opened.messages).has_value(), "a block that cannot be read back");
  for (std::size_t i = 0; i < messages.size(); ++i) {
    if (rewritten(opened, i) != messages[i].octets) {
      (*block.mutable_original())[static_cast<std::uint32_t>(i)] = messages[i].octets;
    }
  }
  return block;
}

boost::system::result<Block, BlockError> read_block(const v1::ReadingBlock& block) {
  Block opened;
  const auto device = DeviceId::from_octets(block.device());
  if (!device || device->is_nil()) return BlockError::wrong_id;
  opened.device = *device;
  opened.epoch.value = block.epoch();
  if (!block.patient().empty()) {
    opened.patient = PatientId::from_octets(block.patient());
    if (!opened.patient) return BlockError::wrong_id;
  }

  const int count = block.seq_delta_size();
  if (count > static_cast<int>(most_block_messages)) return BlockError::too_large;
  const auto size = static_cast<std::size_t>(count);
  if (count == 0 || block.received_delta_ms_size() != count ||
      block.digests().size() != size * digest_octets || block.original_size() > count) {
    return BlockError::wrong_count;
  }
  opened.messages.resize(size);
  std::uint64_t seq = 0;
  std::int64_t received_ms = 0;
  for (int i = 0; i < count; ++i) {
    const auto step = block.seq_delta(i);
    if (step == 0 || step > last_seq || seq + step > last_seq) return BlockError::wrong_number;
    seq += step;
    received_ms = plus(received_ms, block.received_delta_ms(i));
    opened.messages[static_cast<std::size_t>(i)].seq = seq;
    opened.messages[static_cast<std::size_t>(i)].received_ms = received_ms;
  }
  if (const auto error = read_columns(block, opened.messages)) return *error;
  for (const auto& [index, octets] : block.original()) {
    if (index >= size) return BlockError::wrong_count;
    if (octets.size() > most_pack_octets) return BlockError::too_large;
    opened.messages[index].octets = octets;
  }
  for (std::size_t i = 0; i < size; ++i) {
    auto& message = opened.messages[i];
    if (!block.original().contains(static_cast<std::uint32_t>(i))) message.octets = rewritten(opened, i);
    if (short_digest(message.octets) !=
        OctetsView(block.digests()).substr(i * digest_octets, digest_octets)) {
      return BlockError::wrong_digest;
    }
  }
  return opened;
}

}  // namespace feldsher::readings
