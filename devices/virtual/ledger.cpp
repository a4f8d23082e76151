#include "devices/virtual/ledger.hpp"

#include <boost/json.hpp>
#include <chrono>

#include "protocol/record/result.hpp"

namespace feldsher::virtual_world {

Ledger::Ledger(const std::string& file) : name_(file), out_(file, std::ios::app | std::ios::binary) {
  if (!out_) throw Fault("cannot write the ledger " + file);
}

void Ledger::write(const boost::json::object& entry) {
  using namespace std::chrono;
  boost::json::object line;
  line["t"] = duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
  for (const auto& [key, value] : entry) line[key] = value;
  out_ << boost::json::serialize(line) << '\n';
  out_.flush();
  if (!out_) throw Fault("cannot write the ledger " + name_);
}

}  // namespace feldsher::virtual_world
