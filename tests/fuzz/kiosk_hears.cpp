#include "kiosk/model/board.hpp"
#include "kiosk/model/check_in.hpp"
#include "kiosk/model/reception.hpp"
#include "kiosk/model/room.hpp"
#include "kiosk/model/survey.hpp"
#include "tests/fuzz/input.hpp"

using namespace feldsher;
using namespace feldsher::kiosk;

namespace {

/// A screen that people touch while the desk, a scanner and a keyboard talk to it: an octet says what
/// happens, two how many octets belong to it.
template <class Screen>
void play(fuzz::Input& input) {
  std::uint8_t ids = 0;
  Settings settings;
  settings.room = Octets(16, 'r');
  settings.instant_of = [](const std::string&, const std::string&) { return std::optional<std::int64_t>(1); };
  Screen screen(settings, [&ids] { return Octets(16, static_cast<char>(++ids)); });
  Moment now{0};
  Octets last_ask;
  screen.on(Connection{true}, now);
  while (!input.empty()) {
    const std::uint8_t what = input.octet();
    const Octets octets(input.part(input.two_octets()));
    const auto event = [&]<class Body>(Body body) {
      if (body.ParseFromString(octets)) screen.on(Event(std::move(body)), now);
    };
    switch (what % 16) {
      case 0: {
        v1::Answer answer;
        if (!answer.ParseFromString(octets)) break;
        // An answer to what was asked last, or one that nobody waits for.
        if (what < 128) answer.set_ask(last_ask);
        screen.on(Event(answer), now);
        break;
      }
      case 1:
        event(v1::Pulse());
        break;
      case 2:
        event(v1::BoardSnapshot());
        break;
      case 3:
        for (const char each : octets) screen.on(Typed{static_cast<unsigned char>(each)}, now);
        screen.on(Entered{}, now);
        break;
      case 4:
        screen.on(Connection{octets.empty()}, now);
        break;
      case 5:
        now += Moment(octets.size() * 100);
        screen.on(Tick{}, now);
        break;
      case 6:
        for (const char each : octets) screen.on(Intent(intent::Digit{each}), now);
        break;
      case 7:
        screen.on(Intent(intent::Forward{}), now);
        break;
      case 8:
        screen.on(Intent(intent::Back{}), now);
        break;
      case 9:
        screen.on(what < 128 ? Intent(intent::HaveAppointment{}) : Intent(intent::NoAppointment{}), now);
        break;
      case 10:
        screen.on(Intent(intent::ChooseService{octets}), now);
        break;
      case 11:
        screen.on(Intent(intent::Rate{static_cast<std::uint32_t>(octets.size())}), now);
        break;
      case 12:
        screen.on(Intent(intent::ChoosePerson{octets}), now);
        break;
      case 13:
        screen.on(Intent(intent::OpenLine{octets.size()}), now);
        break;
      case 14:
        screen.on(what < 128 ? Intent(intent::TurnPage{1}) : Intent(intent::TurnPage{-1}), now);
        break;
      case 15: {
        static const Intent acts[]{
            intent::CallNextTicket{}, intent::SkipTicket{},  intent::StartTicket{}, intent::FinishTicket{},
            intent::OpenTransfer{},   intent::ToggleReady{}, intent::MarkHere{},    intent::OpenPriorities{},
            intent::OpenWalkIn{},     intent::OpenClock{},   intent::UndoLast{},    intent::Lock{},
            intent::CloseDialog{},    intent::Home{},        intent::Erase{},       intent::Stay{}};
        screen.on(acts[octets.size() % std::size(acts)], now);
        break;
      }
    }
    for (const v1::Ask& ask : screen.take_outgoing()) last_ask = ask.id();
    (void)screen.screen_name(now);
  }
}

}  // namespace

/// What a kiosk hears from its broker, its scanner and its glass. The first octet says which screen.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Input input(data, size);
  switch (input.octet() % 5) {
    case 0:
      play<CheckIn>(input);
      break;
    case 1:
      play<Board>(input);
      break;
    case 2:
      play<SurveyDesk>(input);
      break;
    case 3:
      play<RoomDesk>(input);
      break;
    default:
      play<ReceptionDesk>(input);
      break;
  }
  return 0;
}
