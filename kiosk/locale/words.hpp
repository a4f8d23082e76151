#pragma once
#include <fmt/format.h>

#include <cstdint>
#include <locale>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/contracts/clinic.pb.h"

namespace feldsher::kiosk {

/// The words of one screen, in its language. A language belongs to a screen, not to the process, so
/// this is a value that is passed to what draws.
///
/// The msgid is the English sentence; the catalogues (`ru.po`, `uk.po`) are compiled into the program.
class Words {
 public:
  /// Unknown languages speak English.
  explicit Words(const std::string& language);

  const std::string& language() const { return language_; }
  /// `msgid` in this language.
  std::string tr(const char* msgid) const;
  /// The plural form that `n` asks for, with `{n}` filled in.
  std::string trn(const char* one, const char* many, std::int64_t n) const;
  /// `msgid` with `{name}` places filled in: `tr_with("Room {room}", fmt::arg("room", label))`.
  template <class... Args>
  std::string tr_with(const char* msgid, const Args&... args) const {
    return fmt::format(fmt::runtime(tr(msgid)), args...);
  }
  /// The clinic's own text in this language, else in English, else in whatever it has.
  std::string of(const v1::LocalText& text) const;

 private:
  std::string language_;
  std::locale locale_;
};

/// What a language calls itself: "Українська".
std::string own_name(std::string_view language);
/// The same where there is little room: "Укр".
std::string short_name(std::string_view language);
/// Languages that have a catalogue, and English.
const std::vector<std::string>& known_languages();

}  // namespace feldsher::kiosk
