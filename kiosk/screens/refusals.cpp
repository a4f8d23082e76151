#include "kiosk/screens/refusals.hpp"

namespace feldsher::kiosk {

std::string patient_sentence(v1::AskRefusal refusal, const Words& words) {
  switch (refusal) {
    case v1::ASK_PASS_INVALID:
      return words.tr("We cannot read this pass. Please check in by phone, or go to reception.");
    case v1::ASK_PASS_OTHER_DAY:
      return words.tr("This pass is for another day. Reception will gladly help you.");
    case v1::ASK_PASS_OTHER_POINT:
      return words.tr("This pass is for another of our clinics. Reception will tell you how to get there.");
    case v1::ASK_NOT_FOUND:
      return words.tr(
          "We did not find an appointment here today with this phone and date of birth. Please check them, "
          "or go "
          "to reception.");
    case v1::ASK_NOT_TODAY:
      return words.tr("Your appointment is on another day. Reception will gladly help you.");
    case v1::ASK_TOO_MANY_TRIES:
    case v1::ASK_LOCKED:
      return words.tr("There were several tries in a row. Please wait a little, or go to reception.");
    case v1::ASK_ALREADY_ANSWERED:
      return words.tr("This survey has been answered already. Thank you!");
    case v1::ASK_CODE_UNKNOWN:
      return words.tr("We do not know this code. Please compare it with the code on your ticket.");
    case v1::ASK_CLOCK_UNSET:
      return words.tr("Our clock is being set. Reception will check you in.");
    case v1::ASK_FINISHED_ALREADY:
      return words.tr("Your visit today is complete. If you need anything else, please go to reception.");
    case v1::ASK_DISK_FULL:
      return words.tr(
          "This screen cannot take anybody new just now. Please go to reception: they will see that you are "
          "called.");
    case v1::ASK_CLASH:
    case v1::ASK_BEFORE_FLOOR:
    case v1::ASK_ROOM_NOT_READY:
    case v1::ASK_TAKEN:
    case v1::ASK_TOO_LATE:
    case v1::ASK_QUEUE_EMPTY:
    case v1::ASK_WRONG_STATE:
    case v1::ASK_NOT_MINE:
    case v1::ASK_NOT_SIGNED_IN:
    case v1::ASK_NOT_ALLOWED:
    case v1::ASK_PIN_WRONG:
    case v1::ASK_MALFORMED:
    case v1::ASK_BUSY:
    case v1::ASK_GRANTED:
    default:
      break;
  }
  return words.tr("This did not work here. Please go to reception: they will help you.");
}

std::string survey_sentence(v1::AskRefusal refusal, const Words& words) {
  // At check-in the same refusal is for reception to look at.
  if (refusal == v1::ASK_WRONG_STATE)
    return words.tr("Your visit is not over yet. Please come back after it.");
  return patient_sentence(refusal, words);
}

std::string staff_sentence(v1::AskRefusal refusal, const Words& words) {
  switch (refusal) {
    case v1::ASK_GRANTED:
      return words.tr("Done");
    case v1::ASK_MALFORMED:
      return words.tr("The desk did not understand this. Please report it.");
    case v1::ASK_PASS_INVALID:
      return words.tr("This is not a valid pass.");
    case v1::ASK_PASS_OTHER_DAY:
      return words.tr("The pass is for another day.");
    case v1::ASK_PASS_OTHER_POINT:
      return words.tr("The pass is for another point.");
    case v1::ASK_NOT_FOUND:
      return words.tr("Not found.");
    case v1::ASK_TOO_MANY_TRIES:
      return words.tr("Too many tries. Please wait.");
    case v1::ASK_ALREADY_ANSWERED:
      return words.tr("Answered already.");
    case v1::ASK_CODE_UNKNOWN:
      return words.tr("No visit has this code.");
    case v1::ASK_QUEUE_EMPTY:
      return words.tr("Nobody is waiting for this room.");
    case v1::ASK_WRONG_STATE:
      return words.tr("The ticket has moved on: look at its state.");
    case v1::ASK_NOT_SIGNED_IN:
      return words.tr("Please enter your PIN again.");
    case v1::ASK_NOT_ALLOWED:
      return words.tr("You may not do this here.");
    case v1::ASK_PIN_WRONG:
      return words.tr("Wrong PIN.");
    case v1::ASK_LOCKED:
      return words.tr("Locked after several wrong PINs. Please wait.");
    case v1::ASK_TAKEN:
      return words.tr("Those minutes are taken.");
    case v1::ASK_NOT_MINE:
      return words.tr("The centre decides this, and there is no answer yet.");
    case v1::ASK_TOO_LATE:
      return words.tr("Too late to undo: 30 seconds have passed.");
    case v1::ASK_CLOCK_UNSET:
      return words.tr("Set the date and time first.");
    case v1::ASK_ROOM_NOT_READY:
      return words.tr("The room is marked as not ready.");
    case v1::ASK_NOT_TODAY:
      return words.tr("The appointment is on another day.");
    case v1::ASK_BUSY:
      return words.tr("The desk is busy. Try again.");
    case v1::ASK_FINISHED_ALREADY:
      return words.tr("The visit is complete already.");
    case v1::ASK_CLASH:
      return words.tr("The patient has another appointment at that time.");
    case v1::ASK_BEFORE_FLOOR:
      return words.tr("That time is in the past: later things are recorded already. Check date and time.");
    case v1::ASK_DISK_FULL:
      return words.tr("The disk is full: nobody new can be checked in. Note them on paper and call support.");
    default:
      return words.tr("The desk refused for a reason that this version does not know.");
  }
}

std::string wait_words(int seconds, const Words& words) {
  constexpr int a_minute = 60;
  if (seconds <= 2 * a_minute) return words.trn("Wait {n} second", "Wait {n} seconds", seconds);
  return words.trn("Wait {n} minute", "Wait {n} minutes", (seconds + a_minute - 1) / a_minute);
}

bool may_try_again(v1::AskRefusal refusal) {
  switch (refusal) {
    case v1::ASK_NOT_FOUND:
    case v1::ASK_TOO_MANY_TRIES:
    case v1::ASK_LOCKED:
    case v1::ASK_CODE_UNKNOWN:
    case v1::ASK_MALFORMED:
    case v1::ASK_BUSY:
      return true;
    default:
      return false;
  }
}

}  // namespace feldsher::kiosk
