#pragma once
#include "central/commands/look.hpp"

namespace feldsher::central {

// What the clinic is made of; at one point (its short name), or everywhere when that is empty. Throws Fault.
void look_at_departments(const LookWish& wish, const std::string& point, std::ostream& out);
void look_at_rooms(const LookWish& wish, const std::string& point, std::ostream& out);
void look_at_services(const LookWish& wish, const std::string& point, std::ostream& out);
void look_at_practitioners(const LookWish& wish, const std::string& point, std::ostream& out);
/// Of a local day, with the minutes that are free at central and, as far as it has heard, at the point.
void look_at_shifts(const LookWish& wish, const std::string& day, const std::string& point,
                    std::ostream& out);

}  // namespace feldsher::central
