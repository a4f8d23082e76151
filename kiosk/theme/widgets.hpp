#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kiosk/theme/canvas.hpp"

namespace feldsher::kiosk {

inline constexpr float margin = 64;  ///< Around a screen.
inline constexpr float gap = 24;     ///< Between things.
inline constexpr float key_height =
    96;  ///< The least height of what is tapped: 12 mm on a 15.6-inch screen is 67.

enum class Look {
  primary,    ///< The one thing to do next.
  secondary,  ///< Other things that can be done.
  quiet,      ///< Ways out.
};

struct ButtonSpec {
  const char* id;
  Box box;
  std::string label;
  std::string_view icon = {};
  Look look = Look::secondary;
  bool possible = true;  ///< False: drawn faded, and not a target.
  Type type = Type::body_bold;
};

/// A button. True when it was tapped.
bool button(Canvas& canvas, const ButtonSpec& spec);

struct TileSpec {
  const char* id;
  Box box;
  std::string_view icon;
  std::string title;
  std::string hint = {};
  Look look = Look::secondary;
};

/// A large choice: icon above (tall boxes) or beside (wide ones) its words. True when it was tapped.
bool tile(Canvas& canvas, const TileSpec& spec);

enum class Tone { plain, good, amber, red };

/// A strip that says one thing.
void banner(Canvas& canvas, const Box& box, Tone tone, std::string_view icon, std::string_view text,
            Type type = Type::body);
/// A small rounded label, as wide as its text; `right` is where it ends. Returns its box.
float chip_width(const Canvas& canvas, std::string_view text);
Box chip(Canvas& canvas, float x, const Box& row, Tone tone, std::string_view text);

/// Digits, erase, and "+" where a number may begin with it. Intends `Digit` and `Erase`.
void keypad(Canvas& canvas, const Box& box, bool plus = false);

/// One tap for each language, with its short name where its own has no room. Intends `ChooseLanguage`.
void language_switch(Canvas& canvas, const Box& box, const std::vector<std::string>& languages,
                     const std::string& current);

/// The brand mark, the name of the point and its clock. Takes its height off `area`. `words` is larger where
/// it is read from across a room.
void header(Canvas& canvas, Box& area, std::string_view name, std::string_view time,
            Type words = Type::body_bold);

/// A large icon, a title and a sentence in the middle of `box`.
void message(Canvas& canvas, const Box& box, std::string_view icon, Tone tone, std::string_view title,
             std::string_view sentence);

/// Darkens what is below, draws a sheet of that size in the middle and returns its inside. What was
/// drawn before can no longer be tapped if it was drawn with `Canvas::enable(false)`.
Box dialog_sheet(Canvas& canvas, float width, float height);

/// "Are you still here?" with the seconds left. Intends `Stay` and `Home`.
void countdown_dialog(Canvas& canvas, int seconds_left);

/// Separate boxes for digits that are being typed: "22", "11", "1956" with captions below. The next one
/// to be typed is marked while `active`.
struct DigitGroup {
  int digits;
  std::string caption;
};
void digit_boxes(Canvas& canvas, const Box& box, const std::string& typed,
                 const std::vector<DigitGroup>& groups, bool wrong = false, bool active = true);

}  // namespace feldsher::kiosk
