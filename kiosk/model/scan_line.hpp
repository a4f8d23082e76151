#pragma once
#include <optional>
#include <string>
#include <utility>

#include "kiosk/model/events.hpp"

namespace feldsher::kiosk {

/// Reads a USB scanner, which is a keyboard that types fast and ends with Enter.
///
/// A text is taken for scanned when it begins with "F" (both of our kinds do: "FP1:" is a pass,
/// "FS1:" a survey code). Everything else is left to the screen's own keypad. A second of silence
/// drops what was begun: a cable pulled in the middle must not eat the next person's digits.
class ScanLine {
 public:
  static constexpr std::size_t longest = 2048;  ///< A pass has about 200 characters.

  /// True when the character belongs to a scan.
  bool typed(char32_t character, Moment now) {
    drop_if_stale(now);
    last_ = now;
    if (text_.empty() && character != U'F') return false;
    unreadable_ = unreadable_ || character < 0x20 || character > 0x7e || text_.size() >= longest;
    if (!unreadable_) text_ += static_cast<char>(character);
    return true;
  }
  /// The scanned text, if Enter ended one. Empty when what was scanned is none of ours.
  std::optional<std::string> entered(Moment now) {
    drop_if_stale(now);
    if (text_.empty()) return std::nullopt;
    const bool unreadable = std::exchange(unreadable_, false);
    std::string text = std::exchange(text_, {});
    return unreadable ? std::string() : text;
  }

 private:
  void drop_if_stale(Moment now) {
    if (now - last_ <= std::chrono::seconds(1)) return;
    text_.clear();
    unreadable_ = false;
  }

  std::string text_;
  bool unreadable_ = false;
  Moment last_{};
};

}  // namespace feldsher::kiosk
