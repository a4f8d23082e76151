#pragma once
#include <string>

#include "kiosk/locale/words.hpp"
#include "protocol/contracts/bus.pb.h"

namespace feldsher::kiosk {

/// The one place where a refusal becomes the sentence that a patient reads.
std::string patient_sentence(v1::AskRefusal refusal, const Words& words);
/// The same at the survey.
std::string survey_sentence(v1::AskRefusal refusal, const Words& words);
/// The same for those who work here; "Done" when granted.
std::string staff_sentence(v1::AskRefusal refusal, const Words& words);

/// "Wait 42 seconds", and minutes when it is longer.
std::string wait_words(int seconds, const Words& words);

/// True when trying again at the same terminal can help.
bool may_try_again(v1::AskRefusal refusal);

}  // namespace feldsher::kiosk
