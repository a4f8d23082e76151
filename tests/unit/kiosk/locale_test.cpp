#include <catch2/catch_test_macros.hpp>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>

#include "kiosk/locale/wall_clock.hpp"
#include "kiosk/locale/words.hpp"
#include "kiosk/screens/refusals.hpp"
#include "kiosk/screens/ticket.hpp"
#include "kiosk/theme/theme.hpp"

namespace feldsher::kiosk {
namespace {

struct Entry {
  std::string id, plural;
  std::vector<std::string> words;
};

std::vector<Entry> catalogue(const std::string& language) {
  std::ifstream in(std::string(FELDSHER_SOURCE_DIR) + "/kiosk/locale/" + language + ".po");
  std::vector<Entry> out;
  const std::regex line_of("^(msgid|msgid_plural|msgstr(?:\\[\\d\\])?) \"(.*)\"$");
  for (std::string line; std::getline(in, line);) {
    std::smatch found;
    if (!std::regex_match(line, found, line_of)) continue;
    if (found[1] == "msgid")
      out.push_back({found[2], {}, {}});
    else if (found[1] == "msgid_plural")
      out.back().plural = found[2];
    else
      out.back().words.push_back(found[2]);
  }
  std::erase_if(out, [](const Entry& entry) { return entry.id.empty(); });
  return out;
}

std::multiset<std::string> places(const std::string& text) {
  static const std::regex place("\\{[a-z]*\\}");
  return {std::sregex_token_iterator(text.begin(), text.end(), place), std::sregex_token_iterator()};
}

TEST_CASE("every message is translated, with the same places to fill in", "[kiosk][O6]") {
  for (const char* language : {"uk", "ru"}) {
    const auto entries = catalogue(language);
    CHECK(entries.size() > 150);
    for (const auto& entry : entries) {
      CAPTURE(language, entry.id);
      CHECK(entry.words.size() == (entry.plural.empty() ? 1u : 3u));
      for (const auto& words : entry.words) {
        CHECK_FALSE(words.empty());
        CHECK(places(words) == places(entry.id));
      }
    }
  }
}

TEST_CASE("every letter of every catalogue is in the font", "[kiosk][O6]") {
  ImGui::CreateContext();
  ImGui::GetIO().IniFilename = nullptr;
  {
    const Theme theme(*ImGui::GetIO().Fonts, {1080, 1920}, 4);
    for (const char* language : {"uk", "ru"}) {
      for (const auto& entry : catalogue(language))
        for (const auto& words : entry.words)
          for (const char* at = words.c_str(); *at;) {
            unsigned letter = static_cast<unsigned char>(*at);
            const int length = letter < 0x80 ? 1 : letter < 0xe0 ? 2 : 3;
            if (length == 2) letter = (letter & 0x1f) << 6 | (static_cast<unsigned char>(at[1]) & 0x3f);
            if (length == 3)
              letter = (letter & 0x0f) << 12 | (static_cast<unsigned char>(at[1]) & 0x3fu) << 6 |
                       (static_cast<unsigned char>(at[2]) & 0x3f);
            at += length;
            CAPTURE(language, words, letter);
            for (const Type type :
                 {Type::small, Type::body, Type::body_bold, Type::heading, Type::title, Type::display})
              CHECK(theme.font(type)->FindGlyphNoFallback(static_cast<ImWchar>(letter)) != nullptr);
          }
    }
  }
  ImGui::DestroyContext();
}

TEST_CASE("plural forms are right in three languages at once", "[kiosk][O6]") {
  const Words uk("uk"), ru("ru"), en("en");
  const auto before = [](const Words& words, int n) {
    return words.trn("{n} person is before you.", "{n} people are before you.", n);
  };
  CHECK(before(en, 1) == "1 person is before you.");
  CHECK(before(en, 2) == "2 people are before you.");
  CHECK(before(uk, 1) == "Перед вами 1 людина.");
  CHECK(before(uk, 3) == "Перед вами 3 людини.");
  CHECK(before(uk, 11) == "Перед вами 11 людей.");
  CHECK(before(uk, 22) == "Перед вами 22 людини.");
  CHECK(before(ru, 21) == "Перед вами 21 человек.");
  CHECK(before(ru, 4) == "Перед вами 4 человека.");
  CHECK(before(ru, 14) == "Перед вами 14 человек.");
}

TEST_CASE("each refusal has its sentence in each language", "[kiosk][O6]") {
  const auto* kinds = v1::AskRefusal_descriptor();
  std::map<std::string, std::set<std::string>> patients;
  for (const char* language : {"uk", "ru", "en"}) {
    const Words words{language};
    for (int i = 0; i < kinds->value_count(); ++i) {
      const auto refusal = static_cast<v1::AskRefusal>(kinds->value(i)->number());
      CAPTURE(language, kinds->value(i)->name());
      CHECK_FALSE(patient_sentence(refusal, words).empty());
      CHECK(staff_sentence(refusal, words) !=
            words.tr("The desk refused for a reason that this version does not know."));
      patients[language].insert(patient_sentence(refusal, words));
    }
    CHECK(patients[language].size() >= 11);
  }
  CHECK(patients["uk"] != patients["ru"]);
}

TEST_CASE("a clinic's text falls back to English, then to what there is", "[kiosk]") {
  v1::LocalText text;
  CHECK(Words("uk").of(text).empty());
  auto* one = text.add_translations();
  one->set_language("ru");
  one->set_text("Терапевт");
  CHECK(Words("uk").of(text) == "Терапевт");
  one = text.add_translations();
  one->set_language("en");
  one->set_text("Doctor");
  CHECK(Words("uk").of(text) == "Doctor");
  CHECK(Words("ru").of(text) == "Терапевт");
}

TEST_CASE("the wall's clock: zones, summer time, times that are skipped", "[kiosk]") {
  const auto ms = instant_of("2026-11-22T10:43", "Europe/Kyiv");
  REQUIRE(ms);
  CHECK(*ms == 1'795'336'980'000);
  CHECK(wall_time(*ms, "Europe/Kyiv") == "10:43");
  CHECK(wall_time(*ms, "Asia/Almaty") == "13:43");
  CHECK(wall_date(*ms, "Europe/Kyiv", Words("en")) == "Sunday, 22 November");
  CHECK(wall_date(*ms, "Europe/Kyiv", Words("uk")) == "неділя, 22 листопада");
  CHECK_FALSE(instant_of("2026-03-29T03:30", "Europe/Kyiv"));
  CHECK_FALSE(instant_of("2026-02-30T10:00", "Europe/Kyiv"));
  CHECK_FALSE(instant_of("2026-11-22T24:00", "Europe/Kyiv"));
  CHECK_FALSE(instant_of("2026-11-22T10:43", "Mars/Base"));
  CHECK(wall_time(*ms, "Mars/Base").empty());
}

TEST_CASE("preparation words that this version does not know are not shown to patients", "[kiosk][K1]") {
  CHECK_FALSE(preparation_sentence("fasting", Words("uk")).empty());
  CHECK(preparation_sentence("dance", Words("uk")).empty());
}

}  // namespace
}  // namespace feldsher::kiosk
