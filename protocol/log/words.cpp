#include "protocol/log/words.hpp"

#include <boost/core/demangle.hpp>
#include <boost/system/system_error.hpp>
#include <filesystem>
#include <stdexcept>
#include <system_error>
#include <typeinfo>

#include "protocol/record/result.hpp"

namespace feldsher {

Reason::Reason(std::string_view said) : text_("\"") {
  for (char c : said.substr(0, 300)) {
    const auto octet = static_cast<unsigned char>(c);
    text_ += octet >= 0x7f ? '?' : octet < 0x20 || c == '"' ? ' ' : c;
  }
  text_ += '"';
}

Reason Reason::of(const std::exception& exception) {
  if (dynamic_cast<const Fault*>(&exception) != nullptr) return Reason(exception.what());
  if (const auto* of_files = dynamic_cast<const std::filesystem::filesystem_error*>(&exception)) {
    std::string said = of_files->code().message();
    for (const auto* path : {&of_files->path1(), &of_files->path2()})
      if (!path->empty()) said += ": " + path->string();
    return Reason(said);
  }
  // What such an exception adds to its code is whatever its thrower thought of.
  if (const auto* of_boost = dynamic_cast<const boost::system::system_error*>(&exception))
    return Reason(of_boost->code().message());
  if (const auto* of_system = dynamic_cast<const std::system_error*>(&exception))
    return Reason(of_system->code().message());
  if (typeid(exception) == typeid(std::logic_error)) return Reason(exception.what());  // `ensure`.
  return Reason(boost::core::demangle(typeid(exception).name()));
}

}  // namespace feldsher
