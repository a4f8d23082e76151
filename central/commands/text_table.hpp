#pragma once
#include <iosfwd>
#include <string>
#include <vector>

namespace feldsher::central {

/// A table for people: columns as wide as their longest cell, counted in characters.
class TextTable {
 public:
  explicit TextTable(std::vector<std::string> heads) : rows_{std::move(heads)} {}
  /// As many cells as there are heads.
  void row(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }
  void print(std::ostream& out) const;

 private:
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace feldsher::central
