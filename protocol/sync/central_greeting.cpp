// The greeting of CentralLink: whether a box is the node that it says it is, and what its disk has lost.
#include <algorithm>

#include "protocol/record/result.hpp"
#include "protocol/sync/central_link.hpp"
#include "protocol/sync/refusals.hpp"

namespace feldsher::sync {
namespace {

const std::string another_journal =
    std::string("its journal is another than the one held here") + anew_remedy;

}  // namespace

void CentralLink::on_hello(const v1::Hello& hello) {
  if (hello.ticket().size() != 16 || hello.next_ticket().size() != 16 || hello.epoch() == 0)
    return refuse(hello, v1::REFUSAL_MALFORMED);
  // A repeat of the hello that is being answered, or of one whose welcome arrived: what came since would look
  // lost, and its ticket a copy's.
  if (greeting_ == hello.next_ticket() || gone_on_.contains(hello.next_ticket())) return;
  if (hello.version() != protocol_version) return refuse(hello, v1::REFUSAL_VERSION);
  if (hello.tenant() != tenant_.to_octets() || hello.node() != node_.to_octets())
    return refuse(hello, v1::REFUSAL_FOREIGN);
  if (!host_.enrolled(node_) || is_over(hello)) {
    if (!lives_.empty() && reported_.insert("ended " + std::to_string(hello.epoch()) + hello.ticket()).second)
      host_.incident(v1::INCIDENT_ENDED, node_,
                     std::string("a box whose lives two people have ended asked to come in") + anew_remedy);
    return refuse(hello, v1::REFUSAL_UNKNOWN_NODE);
  }
  phase_ = Phase::greeted;
  greeting_ = hello.next_ticket();
  if (hello.ticket() == tickets_.next) gone_on_.insert(hello.ticket());
  unsealed_ = hello.unsealed();

  // What the node says it holds must be what we hold, as far as we hold it; and what it heard of central too.
  Greeting greeting{.hello = hello, .to_compare = {}};
  for (const v1::JournalMark& mark : hello.heard())
    if (mark.seq() != 0 && !mark.chain().empty())
      greeting.to_compare.emplace_back(JournalId{central_, v1::ACTS, Epoch{mark.epoch()}}, mark);
  for (const v1::JournalMark& mark : hello.held()) {
    auto at = journals_.find({Epoch{mark.epoch()}, mark.stream()});
    if (at == journals_.end() || mark.seq() == 0 || mark.seq() > at->second.tip.seq) continue;
    auto recent = at->second.recent.find(mark.seq());
    if (recent == at->second.recent.end())
      greeting.to_compare.emplace_back(at->second.tip.journal, mark);
    else if (mark.chain() != view_of(recent->second))
      return clone(hello, another_journal);
  }
  compare(std::move(greeting));
}

void CentralLink::compare(Greeting greeting) {
  if (greeting.to_compare.empty()) return judge_tickets(greeting);
  const auto journal = greeting.to_compare.back().first;
  const auto mark = greeting.to_compare.back().second;
  greeting.to_compare.pop_back();
  // A commit in front of the read: what was submitted is durable by then.
  durably({}, [this, journal, mark, greeting = std::move(greeting)]() mutable {
    ledger_.read(journal, mark.seq(), {.records = 1, .octets = 1},
                 [this, connection = connection_, journal, mark,
                  greeting = std::move(greeting)](std::vector<Record> records) mutable {
                   if (connection != connection_) return;
                   const bool same = !records.empty() && mark.chain() == view_of(records.front().stored.hash);
                   if (!same && journal.origin == node_) return clone(greeting.hello, another_journal);
                   // What is not held here at all is counted as forgotten.
                   greeting.heard_another = greeting.heard_another || (!same && !records.empty());
                   compare(std::move(greeting));
                 });
  });
}

bool CentralLink::judge_heard(const Greeting& greeting, bool first_contact) {
  const std::uint64_t forgotten = host_.forgotten(greeting.hello);
  // What was refused once stays refused: central goes on, and would reach the number that the node has heard.
  if (forgotten == 0 && !greeting.heard_another && !ahead_) return true;
  const std::string heard = greeting.heard_another
                                ? "acts of central that are others than those held here"
                                : std::to_string(forgotten) + " acts of central that are not held here";
  if (!ahead_ && (first_contact || forgiven_)) {
    // Central was restored: what it acknowledged by itself since is with its points only, as far as they
    // heard.
    if (!forgiven_) put_ahead(forgiven_value);
    forgive();
    if (reported_.insert("forgotten").second)
      host_.incident(v1::INCIDENT_FORGOTTEN, node_, "it has heard " + heard);
    return true;
  }
  if (!ahead_) {
    ahead_ = true;
    put_ahead(std::to_string(forgotten));
  }
  const std::string why = "it has heard a younger central than this one";
  // The incident is itself an act of central: counted anew it would be another each time.
  if (reported_.insert("ahead").second)
    host_.incident(v1::INCIDENT_FORGOTTEN, node_,
                   why + ", " + heard + ": another has taken this one's place, or its disk was set back" +
                       younger_central_remedy);
  drop(why);
  return false;
}

void CentralLink::judge_tickets(const Greeting& greeting) {
  const v1::Hello& hello = greeting.hello;
  const bool first_contact = tickets_.current.empty();
  if (!judge_heard(greeting, first_contact)) return;
  const bool retry = hello.ticket() == tickets_.current && hello.next_ticket() == tickets_.next;
  const bool goes_on = hello.ticket() == tickets_.next;
  const bool behind = !missing(hello).empty();
  const bool rival = now_ms_ < rival_until_ms_;
  greeted_lives_.clear();
  for (const v1::JournalMark& mark : hello.held())
    if (mark.stream() == v1::ACTS) greeted_lives_.push_back({Epoch{mark.epoch()}, mark.seq() != 0});
  if (!was_greeted(Epoch{hello.epoch()})) greeted_lives_.push_back({Epoch{hello.epoch()}});
  const bool excused = pardoned_ || (retry && by_pardon_);
  if (!excused && !lives_.empty() && !was_greeted(life()))
    return clone(hello,
                 std::string("it does not know the youngest life of the node: its disk is older than one "
                             "that was here since") +
                     older_disk_remedy);
  // A restored disk shows an old ticket and holds less than we do: it gets back what it lost, and goes on in
  // a new life. If it was a copy, the original does not know that life, and is noticed then.
  if (!first_contact && !retry && !goes_on && (!behind || rival))
    return clone(hello,
                 std::string("its ticket was not the next one: another disk of this point was here since, "
                             "or is here now") +
                     older_disk_remedy);
  by_pardon_ = excused;
  pardoned_ = false;
  Tickets accepted{hello.ticket(), hello.next_ticket()};
  Transaction transaction;
  transaction.values[tickets_value(node_)] = accepted.current + accepted.next;
  if (by_pardon_) transaction.values[tickets_value(node_)] += by_pardon_mark;
  // Durable before it is said: a central that forgot an accepted ticket would take its node for a clone.
  tickets_ = accepted;
  durably(std::move(transaction), [this, hello, behind] {
    FeedLog& feed = host_.feed(node_);
    note_cut(hello);
    // States are fewer than what has changed in a year, or since the feed began.
    const bool resumes =
        feed.epoch() != 0 && hello.feed_epoch() == feed.epoch() && feed.worth_resuming(hello.feed_position());
    const bool fresh = feed.epoch() != 0 && feed.worth_resuming(0);
    const bool suits = resumes || (hello.feed_epoch() != feed.epoch() && fresh);
    // A feed that it took up before it was forgiven may be another central's.
    const bool ours = !forgiven_ || hello.feed_epoch() == anew_feed_;
    if (behind || (suits && ours)) return welcome(hello, behind);
    host_.renew_feed(node_, [this, connection = connection_, hello] {
      if (connection == connection_) welcome(hello, false);
    });
  });
}

bool CentralLink::was_greeted(Epoch life) const {
  return std::any_of(greeted_lives_.begin(), greeted_lives_.end(),
                     [life](const GreetedLife& each) { return each.life == life; });
}

bool CentralLink::is_over(const v1::Hello& hello) const {
  const auto ended = [this](std::uint64_t epoch) { return host_.ended(node_, Epoch{epoch}); };
  if (ended(hello.epoch())) return true;
  // The box that took over was handed the ended lives back; its tickets tell it from the one before. Where
  // none are known it must know a life that goes on.
  if (!tickets_.current.empty()) return false;
  bool knows_ended = false, goes_on = false;
  for (const v1::JournalMark& mark : hello.held()) {
    const bool over = ended(mark.epoch());
    // A welcome names ended lives to every box: one that was handed nothing of them back is empty there.
    knows_ended = knows_ended || (over && mark.seq() != 0);
    goes_on = goes_on || (!over && lives_.contains(Epoch{mark.epoch()}));
  }
  return knows_ended && !goes_on;
}

void CentralLink::refuse(const v1::Hello& hello, v1::Refusal why) {
  v1::Frame frame;
  frame.mutable_welcome()->set_refusal(why);
  frame.mutable_welcome()->set_next_ticket(hello.next_ticket());
  wire_->send(frame);
  // The connection ends at the next tick: the answer has to arrive first.
  phase_ = Phase::refused;
}

void CentralLink::clone(const v1::Hello& hello, const std::string& detail) {
  // One report a box: a clone that keeps knocking is one incident.
  if (reported_.insert("clone " + std::to_string(hello.epoch()) + hello.ticket()).second)
    host_.incident(v1::INCIDENT_CLONE, node_, detail);
  greeting_.clear();
  refuse(hello, v1::REFUSAL_CLONE);
}

void CentralLink::welcome(const v1::Hello& hello, bool behind) {
  FeedLog& feed = host_.feed(node_);
  v1::Frame frame;
  v1::Welcome& welcome = *frame.mutable_welcome();
  welcome.set_next_ticket(hello.next_ticket());
  welcome.set_behind(behind);
  for (Epoch life : lives_.all())
    for (v1::Stream stream : {v1::ACTS, v1::READINGS}) *welcome.add_held() = journal(stream, life).tip.mark();
  if (now_.trust == v1::SYNCHRONISED) {
    welcome.set_wall_ms(now_.wall_ms);
    welcome.set_uncertainty_ms(now_.uncertainty_ms);
  }
  welcome.set_feed_epoch(feed.epoch());
  fed_epoch_ = feed.epoch();
  welcome.set_central(central_.to_octets());
  welcome.set_central_head_key(signer_.public_key());
  for (v1::HeadKeyHandover& handover : host_.handovers()) *welcome.add_handovers() = std::move(handover);
  wire_->send(frame);
  greeting_.clear();
  when_arrived_ = nullptr;
  if (behind && may_rebuild(hello)) return begin_rebuild(missing(hello));
  if (behind) return hand_back(missing(hello));
  anew_feed_ = feed.epoch();
  down_ = Outgoing{};
  down_.offer(feed.last());
  down_.restart(hello.feed_epoch() == feed.epoch() ? hello.feed_position() : 0, now_ms_);
  marked_feed_ = marked_up_ = {};
  phase_ = Phase::live;
  part_size_.reset();
  for (const auto& [journal, at] : journals_)
    if (at.safe != 0) acknowledge(at.tip.journal, std::nullopt);
  pump_feed();
}

std::vector<CentralLink::Missing> CentralLink::missing(const v1::Hello& hello) const {
  std::map<std::pair<Epoch, v1::Stream>, std::uint64_t> held;
  for (const v1::JournalMark& mark : hello.held()) held[{Epoch{mark.epoch()}, mark.stream()}] = mark.seq();
  std::vector<Missing> missing;
  for (Epoch life : lives_.all())
    for (v1::Stream stream : {v1::ACTS, v1::READINGS})
      if (auto at = journals_.find({life, stream}); at != journals_.end())
        if (const std::uint64_t seq = held[{life, stream}]; at->second.tip.seq > seq)
          missing.push_back({{node_, stream, life}, seq + 1});
  return missing;
}

void CentralLink::hand_back(std::vector<Missing> missing) {
  if (missing.empty()) return;
  durably({}, [this, missing = std::move(missing)]() mutable {
    const Missing next = missing.front();
    ledger_.read(
        next.journal, next.from, {.octets = part_size_.octets()},
        [this, connection = connection_, missing = std::move(missing)](std::vector<Record> records) mutable {
          if (connection != connection_) return;
          auto& [journal, from] = missing.front();
          v1::Frame frame;
          v1::Restore& restore = *frame.mutable_restore();
          restore.set_stream(journal.stream);
          restore.set_epoch(journal.epoch.value);
          restore.set_first_seq(from);
          for (const Record& record : records) *restore.add_records() = to_wire(record.stored, true);
          from += records.size();
          if (from > this->journal(journal.stream, journal.epoch).tip.seq) missing.erase(missing.begin());
          send_paced(frame, [this, missing = std::move(missing)] { hand_back(missing); });
        });
  });
}

}  // namespace feldsher::sync
