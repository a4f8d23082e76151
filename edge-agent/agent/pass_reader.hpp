#pragma once
#include "edge-agent/desk/desk.hpp"

namespace feldsher::edge {

/// Reads a pass offline, with the keys that the feed brought: central's, and this network's points'. A
/// retired key signs nothing any more, and a point's key only passes for that point.
ReadPass read_pass_with(const Table<v1::PassKey>& keys, const std::string& text);

}  // namespace feldsher::edge
