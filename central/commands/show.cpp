#include "central/commands/show.hpp"

#include <fmt/format.h>

#include <boost/json/serialize.hpp>
#include <ostream>

#include "central/commands/text_table.hpp"

namespace feldsher::central {

namespace json = boost::json;

ApiClient client(const LookWish& wish) {
  const Config config = read_config(wish.config);
  return {CentralFolder::open(config.dir), config, wish.token};
}

json::value ask(const LookWish& wish, const std::string& target) { return client(wish).get(target); }

std::string cell(const json::value& value) {
  if (value.is_null()) return "-";
  if (value.is_string()) return std::string(value.get_string());
  if (value.is_bool()) return value.get_bool() ? "yes" : "no";
  if (value.is_double()) return fmt::format("{:g}", value.get_double());
  std::string text;
  if (value.is_array()) {
    for (const json::value& each : value.get_array()) text += (text.empty() ? "" : ", ") + cell(each);
    return text.empty() ? "-" : text;
  }
  if (value.is_object()) {
    for (const auto& each : value.get_object()) text += (text.empty() ? "" : " / ") + cell(each.value());
    return text.empty() ? "-" : text;
  }
  return json::serialize(value);
}

void show(const LookWish& wish, const json::value& list, std::initializer_list<Column> columns,
          std::ostream& out) {
  if (wish.json) {
    out << json::serialize(list) << "\n";
    return;
  }
  std::vector<std::string> heads;
  for (const Column& column : columns) heads.emplace_back(column.head);
  TextTable table(heads);
  for (const json::value& entry : list.as_array()) {
    std::vector<std::string> cells;
    for (const Column& column : columns) cells.push_back(cell(entry.at(column.key)));
    table.row(std::move(cells));
  }
  table.print(out);
}

void say(const LookWish& wish, const json::value& answer, const std::string& sentence, std::ostream& out) {
  out << (wish.json ? json::serialize(answer) : sentence) << "\n";
}

}  // namespace feldsher::central
