#include <unicode/unistr.h>

#include <sstream>

#include "central/history/projector.hpp"

namespace feldsher::central {
namespace {

/// Full case folding (Unicode §3.13): "КОВАЛЬ" and "коваль" are one, "ß" and "SS" too.
std::string fold(std::string_view text) {
  std::string folded;
  icu::UnicodeString::fromUTF8({text.data(), static_cast<std::int32_t>(text.size())})
      .foldCase()
      .toUTF8String(folded);
  return folded;
}

}  // namespace

std::string search_text(const v1::Patient& patient) {
  return fold(patient.family_name() + " " + patient.given_name()) + " " + patient.phone() + " " +
         patient.birth_date();
}

std::vector<std::string> search_words(std::string_view typed) {
  std::istringstream in(fold(typed));
  std::vector<std::string> words;
  for (std::string word; in >> word && words.size() < 8;) words.push_back(word);
  return words;
}

}  // namespace feldsher::central
