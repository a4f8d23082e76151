#include "devices/senml/json_reader.hpp"

#include <algorithm>
#include <array>
#include <boost/json/basic_parser_impl.hpp>
#include <utility>

namespace feldsher::senml {
namespace {

namespace json = boost::json;
using Label = Field::Label;
using Type = Field::Type;

constexpr std::array<std::pair<std::string_view, Label>, 17> labels{{{"bn", Label::bn},
                                                                     {"bt", Label::bt},
                                                                     {"bu", Label::bu},
                                                                     {"bv", Label::bv},
                                                                     {"bs", Label::bs},
                                                                     {"bver", Label::bver},
                                                                     {"n", Label::n},
                                                                     {"u", Label::u},
                                                                     {"v", Label::v},
                                                                     {"vs", Label::vs},
                                                                     {"vb", Label::vb},
                                                                     {"vd", Label::vd},
                                                                     {"s", Label::s},
                                                                     {"t", Label::t},
                                                                     {"ut", Label::ut},
                                                                     {"epoch", Label::epoch},
                                                                     {"seq", Label::seq}}};

/// Takes the parser's events. A handler rather than `json::parse`: only here are the digits of a number
/// still to be seen, and no tree is built.
struct Handler {
  static constexpr std::size_t max_object_size = std::size_t(-1);
  static constexpr std::size_t max_array_size = std::size_t(-1);
  static constexpr std::size_t max_key_size = std::size_t(-1);
  static constexpr std::size_t max_string_size = std::size_t(-1);

  std::vector<RawRecord> records;
  SenmlError why = SenmlError::not_json;

  bool on_document_begin(json::error_code&) { return true; }
  bool on_document_end(json::error_code&) { return true; }
  bool on_array_begin(json::error_code& ec) {
    if (depth_ == 1) return refuse(SenmlError::not_a_pack, ec);
    if (depth_ == 2 && !skipping()) return refuse(SenmlError::wrong_type, ec);
    ++depth_;
    return true;
  }
  bool on_array_end(std::size_t, json::error_code&) {
    --depth_;
    return true;
  }
  bool on_object_begin(json::error_code& ec) {
    if (depth_ == 0) return refuse(SenmlError::not_a_pack, ec);
    if (depth_ == 2 && !skipping()) return refuse(SenmlError::wrong_type, ec);
    if (depth_ == 1) {
      if (records.size() == readings::most_pack_records) return refuse(SenmlError::too_large, ec);
      records.emplace_back().reserve(6);
    }
    ++depth_;
    return true;
  }
  bool on_object_end(std::size_t, json::error_code&) {
    --depth_;
    return true;
  }
  bool on_key_part(json::string_view part, std::size_t, json::error_code&) {
    text_ += std::string_view(part.data(), part.size());
    return true;
  }
  bool on_key(json::string_view part, std::size_t, json::error_code& ec) {
    text_ += std::string_view(part.data(), part.size());
    const auto key = std::exchange(text_, {});
    if (depth_ != 2) return true;  // Inside something that is skipped.
    const auto found =
        std::find_if(labels.begin(), labels.end(), [&](const auto& l) { return l.first == key; });
    if (found == labels.end()) {
      if (key.ends_with('_')) return refuse(SenmlError::unknown_needed, ec);
      label_.reset();
      return true;
    }
    label_ = found->second;
    const auto& record = records.back();
    const bool twice =
        std::any_of(record.begin(), record.end(), [&](const Field& f) { return f.label == *label_; });
    return !twice || refuse(SenmlError::wrong_type, ec);
  }
  bool on_string_part(json::string_view part, std::size_t, json::error_code&) {
    text_ += std::string_view(part.data(), part.size());
    return true;
  }
  bool on_string(json::string_view part, std::size_t, json::error_code& ec) {
    text_ += std::string_view(part.data(), part.size());
    return take(Type::text, false, ec);
  }
  bool on_number_part(json::string_view part, json::error_code&) {
    text_ += std::string_view(part.data(), part.size());
    return true;
  }
  bool on_int64(std::int64_t, json::string_view part, json::error_code& ec) { return number(part, ec); }
  bool on_uint64(std::uint64_t, json::string_view part, json::error_code& ec) { return number(part, ec); }
  bool on_double(double, json::string_view part, json::error_code& ec) { return number(part, ec); }
  bool on_bool(bool truth, json::error_code& ec) { return take(Type::boolean, truth, ec); }
  bool on_null(json::error_code& ec) { return skipping() || refuse(SenmlError::wrong_type, ec); }
  bool on_comment_part(json::string_view, json::error_code&) { return true; }
  bool on_comment(json::string_view, json::error_code&) { return true; }

 private:
  bool number(json::string_view part, json::error_code& ec) {
    text_ += std::string_view(part.data(), part.size());
    return take(Type::number, false, ec);
  }
  bool take(Type type, bool truth, json::error_code& ec) {
    auto text = std::exchange(text_, {});
    if (depth_ < 2) return refuse(SenmlError::not_a_pack, ec);
    if (skipping()) return true;
    records.back().push_back({*label_, type, std::move(text), truth});
    return true;
  }
  bool skipping() const { return depth_ > 2 || (depth_ == 2 && !label_); }
  bool refuse(SenmlError error, json::error_code& ec) {
    why = error;
    ec = make_error_code(json::error::exception);
    return false;
  }

  int depth_ = 0;  // 1 = in the pack, 2 = in a record, more = in something that is skipped.
  std::optional<Label> label_;
  std::string text_;
};

}  // namespace

boost::system::result<std::vector<RawRecord>, SenmlError> read_raw(OctetsView octets) {
  if (octets.size() > readings::most_pack_octets) return SenmlError::too_large;
  json::parse_options options;
  options.max_depth = 4;
  json::basic_parser<Handler> parser(options);
  json::error_code error;
  const auto used = parser.write_some(false, octets.data(), octets.size(), error);
  if (error == json::error::too_deep) return SenmlError::too_large;
  if (error) return parser.handler().why;
  if (used != octets.size() || !parser.done()) return SenmlError::not_json;
  return std::move(parser.handler().records);
}

}  // namespace feldsher::senml
