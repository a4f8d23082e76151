#include "central/commands/json_input.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/stream_parser.hpp>
#include <fstream>

#include "protocol/record/result.hpp"

namespace feldsher::central {
namespace {

std::string valid_text(const boost::json::value& value, const std::string& place, std::size_t longest) {
  if (!value.is_string()) throw BadInput(place, "a text is expected");
  const auto& text = value.get_string();
  if (text.size() > longest) throw BadInput(place, "longer than " + std::to_string(longest) + " octets");
  for (char c : text)
    if (static_cast<unsigned char>(c) < 0x20 && c != '\n') throw BadInput(place, "a control character");
  return {text.begin(), text.end()};
}

Uuid valid_id(const boost::json::value& value, const std::string& place) {
  if (!value.is_string()) throw BadInput(place, "an id is expected");
  auto id = Uuid::from_text({value.get_string().data(), value.get_string().size()});
  if (!id || id->is_nil())
    throw BadInput(place, "not an id: a UUID like 0190c0de-0000-7000-8000-000000000001 is expected");
  return *id;
}

std::int64_t valid_integer(const boost::json::value& value, const std::string& place, std::int64_t least,
                           std::int64_t most) {
  const bool fits = value.is_int64() || (value.is_uint64() && value.get_uint64() <= std::uint64_t{1} << 62);
  if (!fits) throw BadInput(place, "a whole number is expected");
  const std::int64_t number = value.to_number<std::int64_t>();
  if (number < least || number > most)
    throw BadInput(place, "from " + std::to_string(least) + " to " + std::to_string(most) + " is expected");
  return number;
}

std::string entry_of(const std::string& place, std::size_t index) {
  return place + "[" + std::to_string(index) + "]";
}

}  // namespace

boost::json::value parse_json(std::string_view text) {
  boost::json::stream_parser parser({}, {.max_depth = 16});
  boost::json::error_code error;
  const std::size_t read = parser.write_some(text.data(), text.size(), error);
  if (!error && read == text.size()) parser.finish(error);
  if (error || read != text.size()) {
    std::size_t line = 1;
    for (char c : text.substr(0, read)) line += c == '\n' ? 1U : 0U;
    throw BadInput("", "not JSON, line " + std::to_string(line) + (error ? ": " + error.message() : ""));
  }
  return parser.release();
}

boost::json::value read_json_file(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::string text((std::istreambuf_iterator<char>(in)), {});
  if (!in) throw Fault("cannot read " + file.string());
  return parse_json(text);
}

JsonObject::JsonObject(const boost::json::value& object, std::string path) : path_(std::move(path)) {
  if (!object.is_object()) throw BadInput(path_, "an object is expected");
  object_ = &object.get_object();
}

std::string JsonObject::place(std::string_view key) const {
  return path_.empty() ? std::string(key) : path_ + "." + std::string(key);
}

const boost::json::value* JsonObject::find(std::string_view key) {
  asked_.emplace(key);
  const auto* value = object_->if_contains({key.data(), key.size()});
  return value && !value->is_null() ? value : nullptr;
}

const boost::json::value& JsonObject::need(std::string_view key) {
  const auto* value = find(key);
  if (!value) throw BadInput(place(key), "is missing");
  return *value;
}

std::string JsonObject::text(std::string_view key, std::size_t longest) {
  return valid_text(need(key), place(key), longest);
}

std::optional<std::string> JsonObject::optional_text(std::string_view key, std::size_t longest) {
  const auto* value = find(key);
  return value ? std::optional(valid_text(*value, place(key), longest)) : std::nullopt;
}

std::int64_t JsonObject::integer(std::string_view key, std::int64_t least, std::int64_t most) {
  return valid_integer(need(key), place(key), least, most);
}

std::optional<std::int64_t> JsonObject::optional_integer(std::string_view key, std::int64_t least,
                                                         std::int64_t most) {
  const auto* value = find(key);
  return value ? std::optional(valid_integer(*value, place(key), least, most)) : std::nullopt;
}

bool JsonObject::boolean(std::string_view key) {
  const auto& value = need(key);
  if (!value.is_bool()) throw BadInput(place(key), "true or false is expected");
  return value.get_bool();
}

Uuid JsonObject::id(std::string_view key) { return valid_id(need(key), place(key)); }

std::optional<Uuid> JsonObject::optional_id(std::string_view key) {
  const auto* value = find(key);
  return value ? std::optional(valid_id(*value, place(key))) : std::nullopt;
}

const boost::json::array& JsonObject::list(std::string_view key) {
  const auto& value = need(key);
  if (!value.is_array()) throw BadInput(place(key), "a list is expected");
  return value.get_array();
}

std::vector<Uuid> JsonObject::ids(std::string_view key) {
  std::vector<Uuid> all;
  for (const auto& value : list(key)) all.push_back(valid_id(value, entry_of(place(key), all.size())));
  return all;
}

std::vector<std::string> JsonObject::texts(std::string_view key) {
  std::vector<std::string> all;
  for (const auto& value : list(key)) all.push_back(valid_text(value, entry_of(place(key), all.size()), 200));
  return all;
}

v1::LocalText JsonObject::local_text(std::string_view key) {
  const auto& value = need(key);
  if (!value.is_object() || value.get_object().empty())
    throw BadInput(place(key), "texts by language are expected: {\"uk\": …, \"en\": …}");
  v1::LocalText texts;
  for (const auto& entry : value.get_object()) {
    const std::string language(entry.key());
    if (language.size() < 2 || language.size() > 8)
      throw BadInput(place(key), "a key that is no language (BCP 47)");
    v1::Translation& translation = *texts.add_translations();
    translation.set_language(language);
    translation.set_text(valid_text(entry.value(), place(key) + "." + language, 500));
  }
  return texts;
}

JsonObject JsonObject::object(std::string_view key) { return {need(key), place(key)}; }

std::vector<JsonObject> JsonObject::objects(std::string_view key) {
  std::vector<JsonObject> all;
  for (const auto& value : list(key)) all.emplace_back(value, entry_of(place(key), all.size()));
  return all;
}

void JsonObject::done() const {
  for (const auto& entry : *object_)
    if (!asked_.contains(std::string_view(entry.key().data(), entry.key().size())))
      throw BadInput(place({entry.key().data(), entry.key().size()}), "an unknown key");
}

}  // namespace feldsher::central
