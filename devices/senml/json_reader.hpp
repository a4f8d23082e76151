#pragma once
#include "devices/senml/senml.hpp"

namespace feldsher::senml {

/// A label's value as it stands in the text: numbers keep their digits.
struct Field {
  enum class Label { bn, bt, bu, bv, bs, bver, n, u, v, vs, vb, vd, s, t, ut, epoch, seq };
  enum class Type { number, text, boolean };
  Label label{};
  Type type{};
  std::string text;  ///< The number's text, or the string.
  bool truth = false;
};

/// A record before it is resolved: each label at most once.
using RawRecord = std::vector<Field>;

/// Reads the array of flat objects that a pack is. Labels that are not known are skipped, whatever they hold.
boost::system::result<std::vector<RawRecord>, SenmlError> read_raw(OctetsView json);

}  // namespace feldsher::senml
