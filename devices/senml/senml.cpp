#include "devices/senml/senml.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "devices/senml/json_reader.hpp"

namespace feldsher::senml {
namespace {

using readings::Decimal;
using readings::Value;
using Label = Field::Label;
using Type = Field::Type;

constexpr std::int64_t relative_below_ms = (std::int64_t{1} << 28) * 1000;
constexpr int our_version = 10;

/// Carries a refusal through a call chain; caught in `read_senml` and nowhere else.
struct Refused {
  SenmlError why;
};

const Field* find(const RawRecord& record, Label label) {
  const auto found =
      std::find_if(record.begin(), record.end(), [&](const Field& f) { return f.label == label; });
  return found == record.end() ? nullptr : &*found;
}

const Field* find(const RawRecord& record, Label label, Type type) {
  const auto* field = find(record, label);
  if (field && field->type != type) throw Refused{SenmlError::wrong_type};
  return field;
}

double as_double(const std::string& text) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(number)) {
    throw Refused{SenmlError::wrong_number};
  }
  return number;
}

Value as_value(const std::string& text) {
  if (const auto decimal = Decimal::from_text(text)) return *decimal;
  return as_double(text);
}

/// The digits stay when both are decimals that fit; otherwise the sum is a double's.
Value sum_of(const Value& a, const Value& b) {
  const auto* x = std::get_if<Decimal>(&a);
  const auto* y = std::get_if<Decimal>(&b);
  if (x && y) {
    Decimal low = x->exponent <= y->exponent ? *x : *y, high = x->exponent <= y->exponent ? *y : *x;
    constexpr std::int64_t room = 100'000'000'000'000'000;
    while (high.exponent > low.exponent && std::abs(high.mantissa) < room) {
      high.mantissa *= 10;
      --high.exponent;
    }
    if (high.exponent == low.exponent) return Decimal{low.mantissa + high.mantissa, low.exponent};
  }
  return readings::to_double(a) + readings::to_double(b);
}

std::int64_t as_ms(const Value& seconds) {
  if (const auto* decimal = std::get_if<Decimal>(&seconds)) {
    if (const auto ms = readings::seconds_to_ms(*decimal)) return *ms;
    throw Refused{SenmlError::wrong_number};
  }
  const double ms = std::get<double>(seconds) * 1000;
  if (!(std::abs(ms) < 9e15)) throw Refused{SenmlError::wrong_number};
  return std::llround(ms);
}

bool is_name(std::string_view name) {
  const auto alphanumeric = [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
  };
  return !name.empty() && alphanumeric(name.front()) && std::all_of(name.begin(), name.end(), [&](char c) {
    return alphanumeric(c) || c == '-' || c == ':' || c == '.' || c == '/' || c == '_';
  });
}

/// The base fields in force, and the resolving of one record after the other.
class Resolver {
 public:
  explicit Resolver(std::int64_t now_ms) : now_ms_(now_ms) {}

  std::optional<Record> resolve(const RawRecord& raw) {
    take_base(raw);
    const auto* number = find(raw, Label::v, Type::number);
    const auto* text = find(raw, Label::vs, Type::text);
    const auto* truth = find(raw, Label::vb, Type::boolean);
    const auto* data = find(raw, Label::vd, Type::text);
    const auto* sum = find(raw, Label::s, Type::number);
    find(raw, Label::ut, Type::number);
    const int values = (number != nullptr) + (text != nullptr) + (truth != nullptr) + (data != nullptr);
    if (values > 1) throw Refused{SenmlError::wrong_values};

    const bool names = find(raw, Label::n) || find(raw, Label::t) || find(raw, Label::u);
    if (values == 0 && !sum && !base_value_) {
      if (names) throw Refused{SenmlError::wrong_values};
      return std::nullopt;  // Only base fields (the RFC's own example 5.1.7 begins so).
    }
    if (values == 0 && !sum && !names) return std::nullopt;

    Record record;
    const auto* name = find(raw, Label::n, Type::text);
    record.name = base_name_ + (name ? name->text : "");
    if (!is_name(record.name)) throw Refused{SenmlError::wrong_name};
    const auto* unit = find(raw, Label::u, Type::text);
    record.unit = unit ? unit->text : base_unit_;
    if (record.name.size() > readings::most_name_octets || record.unit.size() > readings::most_name_octets) {
      throw Refused{SenmlError::wrong_name};
    }
    set_time(raw, record);
    if (number || (values == 0 && base_value_)) {
      const Value own = number ? as_value(number->text) : Value(Decimal{});
      record.value = base_value_ ? sum_of(*base_value_, own) : own;
    } else if (text) {
      record.value = text->text;
    } else if (truth) {
      record.value = truth->truth;
    } else if (data) {
      DataValue octets;
      if (!from_base64url(data->text, octets.octets)) throw Refused{SenmlError::wrong_type};
      record.value = std::move(octets);
    }
    if (sum || base_sum_) {
      const Value own = sum ? as_value(sum->text) : Value(Decimal{});
      record.sum = base_sum_ ? sum_of(*base_sum_, own) : own;
    }
    return record;
  }

 private:
  void take_base(const RawRecord& raw) {
    if (const auto* f = find(raw, Label::bn, Type::text)) base_name_ = f->text;
    if (const auto* f = find(raw, Label::bu, Type::text)) base_unit_ = f->text;
    if (const auto* f = find(raw, Label::bt, Type::number)) base_time_ = as_value(f->text);
    if (const auto* f = find(raw, Label::bv, Type::number)) base_value_ = as_value(f->text);
    if (const auto* f = find(raw, Label::bs, Type::number)) base_sum_ = as_value(f->text);
    if (const auto* f = find(raw, Label::bver, Type::number)) {
      int version = 0;
      const auto [end, error] = std::from_chars(f->text.data(), f->text.data() + f->text.size(), version);
      if (error != std::errc() || end != f->text.data() + f->text.size() || version < 1 ||
          version > our_version || (version_ && *version_ != version)) {
        throw Refused{SenmlError::wrong_version};
      }
      version_ = version;
    }
  }

  void set_time(const RawRecord& raw, Record& record) const {
    const auto* time = find(raw, Label::t, Type::number);
    if (!time && !base_time_) {
      record.time_ms = now_ms_;
      return;
    }
    const Value zero = Decimal{};
    const auto ms = as_ms(sum_of(base_time_.value_or(zero), time ? as_value(time->text) : zero));
    const bool absolute = ms >= relative_below_ms;
    record.time_source = absolute  ? TimeSource::absolute
                         : ms == 0 ? TimeSource::receipt
                                   : TimeSource::relative;
    record.time_ms = absolute ? ms : now_ms_ + ms;
  }

  std::int64_t now_ms_;
  std::string base_name_, base_unit_;
  std::optional<Value> base_time_, base_value_, base_sum_;
  std::optional<int> version_;
};

}  // namespace

boost::system::result<Pack, SenmlError> read_senml(OctetsView json, std::int64_t now_ms) {
  auto raw = read_raw(json);
  if (!raw) return raw.error();
  try {
    Pack pack;
    pack.records.reserve(raw->size());
    Resolver resolver(now_ms);
    for (const auto& record : *raw) {
      if (auto resolved = resolver.resolve(record)) pack.records.push_back(std::move(*resolved));
    }
    if (!raw->empty()) {
      if (const auto* epoch = find(raw->front(), Label::epoch); epoch && epoch->type == Type::text) {
        pack.epoch = epoch->text;
      }
      if (const auto* seq = find(raw->front(), Label::seq); seq && seq->type == Type::number) {
        std::uint64_t number = 0;
        const auto* last = seq->text.data() + seq->text.size();
        const auto [end, error] = std::from_chars(seq->text.data(), last, number);
        if (error == std::errc() && end == last) pack.seq = number;
      }
    }
    return pack;
  } catch (const Refused& refused) {
    return refused.why;
  }
}

}  // namespace feldsher::senml
