#pragma once
#include <boost/json/value.hpp>
#include <initializer_list>
#include <iosfwd>
#include <string>

#include "central/commands/api_client.hpp"
#include "central/commands/look.hpp"

namespace feldsher::central {

// What the commands that ask a running central share. Each throws Fault.

ApiClient client(const LookWish& wish);
boost::json::value ask(const LookWish& wish, const std::string& target);

/// What a cell of a table shows of a value: "-" for nothing, the parts of a list or of a text in several
/// languages side by side.
std::string cell(const boost::json::value& value);

struct Column {
  const char* head;
  const char* key;
};
/// A list as a table; or as the JSON that it is, when that was wished for.
void show(const LookWish& wish, const boost::json::value& list, std::initializer_list<Column> columns,
          std::ostream& out);
/// The JSON, when that was wished for; else the sentence.
void say(const LookWish& wish, const boost::json::value& answer, const std::string& sentence,
         std::ostream& out);

}  // namespace feldsher::central
