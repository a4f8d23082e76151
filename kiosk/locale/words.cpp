#include "kiosk/locale/words.hpp"

#include <algorithm>
#include <boost/locale/gnu_gettext.hpp>
#include <boost/locale/message.hpp>

#include "kiosk/locale/catalogues.hpp"

namespace feldsher::kiosk {
namespace {

std::locale locale_of(const std::string& language) {
  boost::locale::gnu_gettext::messages_info info;
  info.language = language;
  info.encoding = "UTF-8";
  info.paths = {""};
  info.domains = {boost::locale::gnu_gettext::messages_info::domain("kiosk")};
  // Boost asks for "/<language>/LC_MESSAGES/kiosk.mo"; ours is in the program, so that a kiosk never
  // stands there without words.
  info.callback = [language](const std::string& file, const std::string&) {
    const auto compiled = catalogue_of(language);
    if (file.find("/" + language + "/") == std::string::npos) return std::vector<char>();
    return std::vector<char>(compiled.begin(), compiled.end());
  };
  return std::locale(std::locale::classic(), boost::locale::gnu_gettext::create_messages_facet<char>(info));
}

}  // namespace

const std::vector<std::string>& known_languages() {
  static const std::vector<std::string> all{"uk", "ru", "en"};
  return all;
}

std::string own_name(std::string_view language) {
  if (language == "uk") return "Українська";
  if (language == "ru") return "Русский";
  if (language == "en") return "English";
  return std::string(language);
}

std::string short_name(std::string_view language) {
  if (language == "uk") return "Укр";
  if (language == "ru") return "Рус";
  if (language == "en") return "Eng";
  return std::string(language);
}

Words::Words(const std::string& language)
    : language_(std::ranges::count(known_languages(), language) ? language : "en"),
      locale_(locale_of(language_)) {}

std::string Words::tr(const char* msgid) const { return boost::locale::translate(msgid).str(locale_); }

std::string Words::trn(const char* one, const char* many, std::int64_t n) const {
  const auto form = boost::locale::translate(one, many, n).str(locale_);
  return fmt::format(fmt::runtime(form), fmt::arg("n", n));
}

std::string Words::of(const v1::LocalText& text) const {
  const v1::Translation* best = nullptr;
  for (const auto& one : text.translations()) {
    if (one.language() == language_) return one.text();
    if (!best || one.language() == "en") best = &one;
  }
  return best ? best->text() : std::string();
}

}  // namespace feldsher::kiosk
