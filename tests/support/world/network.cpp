#include "tests/support/world/network.hpp"

namespace feldsher::testing {

/// One end of a line: what is sent into it comes out at the other machine when the network settles.
class Network::End final : public sync::Wire {
 public:
  End(Network& network, Box& box, bool upward)
      : network_(network), box_(box), upward_(upward), line_(box.line) {}

  void send(const v1::Frame& frame) override {
    network_.sent.push_back(frame);
    v1::Frame crossing = frame;
    if (network_.lose(crossing)) return;
    network_.in_flight_.emplace_back([&network = network_, &box = box_, upward = upward_, line = line_,
                                      octets = crossing.SerializeAsString()] {
      if (box.line != line || !box.node) return;
      v1::Frame heard;
      heard.ParseFromString(octets);
      if (upward)
        network.central->receive(box.identity.node, heard);
      else
        box.node->link().receive(heard, box.node->now());
    });
  }
  void close(const std::string&) override {
    network_.in_flight_.emplace_back([&network = network_, &box = box_, line = line_] {
      if (box.line == line) network.cut(box);
    });
  }

 private:
  Network& network_;
  Box& box_;
  bool upward_;
  std::uint64_t line_;
};

Network::Network() {
  restart_central();
  clinic = std::make_unique<Clinic>([this](const Draft& draft) { central->write({draft}, [] {}); });
}

Network::Network(const Network& before) : clock(before.clock), store(before.store), random_(before.random_) {
  restart_central();
  for (const auto& box : before.boxes) copy_of(*box).random = box->random;
}

Network::~Network() = default;

Box& Network::add_point(const std::string& name) {
  Box& box = *boxes.emplace_back(std::make_unique<Box>(++seeds_));
  box.identity = {.tenant = tenant_of_tests,
                  .node = NodeId{clinic->id()},
                  .point = {},
                  .zone = "Europe/Kyiv",
                  .software = "test"};
  box.identity.point = clinic->found_point(name, box.identity.node);
  clinic->terminals(box.identity.point);
  box.signer = std::make_unique<CheapSigner>(name);
  start(box);
  return box;
}

Box& Network::copy_of(const Box& original) {
  Box& box = *boxes.emplace_back(std::make_unique<Box>(++seeds_));
  box.identity = original.identity;
  box.signer = std::make_unique<CheapSigner>(*original.signer);
  box.store = original.store;
  box.clock = original.clock;
  start(box);
  return box;
}

void Network::start(Box& box) {
  box.ledger = std::make_unique<StepLedger>(*box.disk);
  box.node = std::make_unique<edge::PointNode>(
      box.identity,
      edge::PointWorld{.clock = box.clock,
                       .random = box.random,
                       .ledger = *box.ledger,
                       .signer = *box.signer,
                       .check = check_,
                       .read_pass =
                           [&box](const std::string& text) {
                             auto known = box.passes.find(text);
                             if (known != box.passes.end()) return known->second;
                             return edge::ReadPass{v1::ASK_PASS_INVALID, {}, {}, {}, {}};
                           },
                       .check_pin = [](const std::string& verifier, const std::string& pin,
                                       const std::function<void(bool)>& done) { done(verifier == pin); }});
  box.node->start(*box.disk);
}

void Network::connect(Box& box) {
  cut(box);
  ++box.line;
  box.up = std::make_unique<End>(*this, box, true);
  box.down = std::make_unique<End>(*this, box, false);
  central->connected(box.identity.node, *box.down, box.serial);
  box.node->link().connected(*box.up, box.node->now());
}

void Network::cut(Box& box) {
  if (!box.up) return;
  ++box.line;
  if (box.node) box.node->link().disconnected();
  central->disconnected(box.identity.node, *box.down);
  box.up.reset();
  box.down.reset();
}

void Network::settle() {
  while (!in_flight_.empty()) {
    auto next = std::move(in_flight_.front());
    in_flight_.pop_front();
    next();
  }
}

void Network::pass_seconds(int seconds) {
  for (int i = 0; i < seconds; ++i) {
    clock.pass_ms(1000);
    central->tick();
    for (auto& box : boxes) {
      box->clock.pass_ms(1000);
      if (box->node) box->node->tick();
    }
    settle();
  }
}

void Network::restart(Box& box, v1::Trust trust) {
  cut(box);
  box.node.reset();
  box.clock.reboot(trust);
  start(box);
}

void Network::restart_central() {
  for (auto& box : boxes) cut(*box);
  central.reset();
  ledger = std::make_unique<StepLedger>(store);
  clock.reboot();
  central = std::make_unique<central::CentralNode>(
      tenant_of_tests, central_of_tests,
      central::CentralWorld{
          .clock = clock, .random = random_, .ledger = *ledger, .signer = central_signer, .check = check_});
  central->start(store);
}

std::optional<v1::Answer> Network::ask(Box& box, const std::string& terminal, v1::Ask ask) {
  if (ask.id().empty()) ask.set_id(box.random.octets(16));
  // It may be answered when this call is long over.
  auto answer = std::make_shared<std::optional<v1::Answer>>();
  box.node->ask(terminal, ask.SerializeAsString(), [answer](const Octets& octets) {
    answer->emplace();
    (*answer)->ParseFromString(octets);
  });
  settle();
  return *answer;
}

Octets Network::sign_in(Box& box, const std::string& terminal, const Uuid& person) {
  v1::Ask ask;
  ask.mutable_sign_in()->set_practitioner(person.to_octets());
  ask.mutable_sign_in()->set_pin("1234");
  return this->ask(box, terminal, ask)->signed_in().session();
}

std::size_t Network::incidents(v1::IncidentKind kind) const {
  std::size_t count = 0;
  for (const auto& [id, row] : central->state().incidents.rows()) count += row.state.kind() == kind;
  return count;
}

bool Network::same_state(Box& box) const {
  return box.node->link().feed().scope().hash() == central->feed_of(box.identity.node).scope().hash() &&
         box.node->link().own_subjects().hash() == central->state().state_hash_of_acts(box.identity.node);
}

std::uint64_t Network::held(const Box& box, v1::Stream stream) {
  for (const JournalTip& tip : store.tips())
    if (tip.journal == JournalId{box.identity.node, stream, box.node->writer().epoch()}) return tip.seq;
  return 0;
}

}  // namespace feldsher::testing
