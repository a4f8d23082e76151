#include "protocol/bus/topics.hpp"

#include <algorithm>

#include "protocol/record/result.hpp"

namespace feldsher::bus {
namespace {

constexpr std::string_view ops = "ops/";
constexpr std::string_view things = "things/";

std::string topic(std::string_view tree, std::string_view name, std::string_view leaf) {
  ensure(is_topic_name(name), "a topic of something that cannot be named in a topic");
  std::string made(tree);
  made += name;
  made += leaf;
  return made;
}

std::optional<std::string> name_in(std::string_view topic, std::string_view tree, std::string_view leaf) {
  if (!topic.starts_with(tree) || !topic.ends_with(leaf)) return std::nullopt;
  if (topic.size() < tree.size() + leaf.size()) return std::nullopt;
  const auto name = topic.substr(tree.size(), topic.size() - tree.size() - leaf.size());
  if (!is_topic_name(name)) return std::nullopt;
  return std::string(name);
}

}  // namespace

bool is_topic_name(std::string_view name) {
  return !name.empty() && name.size() <= 64 && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
}

std::string ask_topic(std::string_view terminal) { return topic(ops, terminal, "/ask"); }
std::string answer_topic(std::string_view terminal) { return topic(ops, terminal, "/answer"); }
std::string readings_topic(std::string_view device) { return topic(things, device, "/readings"); }
std::string receipt_topic(std::string_view device) { return topic(things, device, "/receipt"); }

std::optional<std::string> terminal_of_ask(std::string_view topic) { return name_in(topic, ops, "/ask"); }
std::optional<std::string> device_of_readings(std::string_view topic) {
  return name_in(topic, things, "/readings");
}

}  // namespace feldsher::bus
