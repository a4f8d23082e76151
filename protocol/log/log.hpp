#pragma once
#include <concepts>
#include <initializer_list>
#include <string>
#include <string_view>

#include "protocol/log/words.hpp"
#include "protocol/record/ids.hpp"

namespace feldsher {

/// "node=0190…": an id, a count, words of the source or a reason. There is no field of any other text, so
/// that a patient's data can't be logged by mistake.
class LogField {
 public:
  template <class Tag>
  LogField(Words name, const Id<Tag>& id) : name_(name.text()), value_(id.to_text()) {}
  LogField(Words name, std::integral auto number) : name_(name.text()), value_(std::to_string(number)) {}
  LogField(Words name, Words value) : name_(name.text()), value_(value.text()) {}
  LogField(Words name, const Reason& reason) : name_(name.text()), value_(reason.text()) {}

  std::string text() const { return " " + std::string(name_) + "=" + value_; }

 private:
  std::string_view name_;
  std::string value_;
};

/// One line an event, to standard error: the one log of all our programs.
class Log {
 public:
  using Fields = std::initializer_list<LogField>;

  /// From `level` on.
  static void begin(const std::string& level);
  static void info(Words event, Fields fields = {});
  static void warn(Words event, Fields fields = {});
  static void error(Words event, Fields fields = {});

  /// The line without its time and level.
  static std::string line(Words event, Fields fields);
};

}  // namespace feldsher
