#pragma once
#include <string>
#include <string_view>

namespace feldsher::edge {

/// Whether two telephone numbers can be the same, however each was written: only digits count, and the
/// last nine of them must be equal. So 8 (044) 123-45-67, +380 44 1234567 and 044 123 45 67 are one.
/// That is enough here, since the birth date must be equal too and a point knows few people.
bool same_phone(std::string_view one, std::string_view other);

}  // namespace feldsher::edge
