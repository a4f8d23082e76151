// How central begins: from its journal, in the life that it finds there or in a new one.
#include <boost/endian/conversion.hpp>

#include "central/feed/derivation.hpp"
#include "central/node/central_node.hpp"
#include "central/node/quarantine.hpp"
#include "central/registry/archive.hpp"
#include "protocol/record/result.hpp"

namespace feldsher::central {
namespace {

constexpr const char* take_over_value = "central/take-over";

const unsigned char* bytes(const Octets& octets) {
  return reinterpret_cast<const unsigned char*>(octets.data());
}

}  // namespace

Transaction CentralNode::take_over(JournalStore& store, const std::string& why) {
  Transaction transaction;
  // Tickets and feeds of before are another disk's: a node shows younger ones.
  for (const auto& [name, value] : store.values("node/")) transaction.values[name] = "";
  transaction.values[take_over_value] = why;
  return transaction;
}

void CentralNode::open_life(const std::optional<JournalTip>& parent, const Octets& why) {
  v1::NodeLife opened;
  opened.set_reason(!parent ? v1::OPEN_ENROLLED : why.empty() ? v1::OPEN_KEY_ROTATED : v1::OPEN_WAS_BEHIND);
  if (parent) {
    opened.set_parent_epoch(parent->journal.epoch.value);
    opened.set_parent_seq(parent->seq);
    opened.set_parent_hash(to_octets(parent->hash));
    if (head_key_ == world_.signer.public_key()) {
      // Its writer died without a last word.
      Transaction end;
      end.heads.push_back(sign_head(tenant_, *parent, world_.signer));
      world_.ledger.submit(std::move(end), [] {});
    }
  }
  opened.set_head_key(world_.signer.public_key());
  opened.set_handover(world_.signer.handover());
  note_own_key(opened);
  Draft draft;
  draft.actor = self();
  draft.subject = {v1::NODE, node_.uuid};
  draft.verb = v1::OPENED;
  draft.message = opened.SerializeAsString();
  write(
      {draft}, [] {},
      [&why] {
        std::map<std::string, Octets> values;
        if (!why.empty()) values[take_over_value] = "";
        return values;
      });
  if (!why.empty()) incident(v1::INCIDENT_BRANCH, node_, why);
}

void CentralNode::note_own_key(const v1::NodeLife& opened) {
  if (!opened.handover().empty() && opened.head_key() != head_key_) {
    v1::HeadKeyHandover& handover = handovers_.emplace_back();
    handover.set_key(opened.head_key());
    handover.set_signature(opened.handover());
  }
  head_key_ = opened.head_key();
}

void CentralNode::watch_standby() {
  if (!world_.safekeeping) return;
  world_.safekeeping->on_safe = [this](const JournalId& journal, std::uint64_t seq) {
    if (journal.origin != node_) link(journal.origin).safe(journal, seq);
  };
  // One that is slow has its disk and catches up; one that is gone, or another, may have nothing.
  world_.safekeeping->on_safe_anew = world_.safekeeping->on_gone = [this] {
    for (auto& [node, each] : links_) each->safe_anew();
  };
  world_.safekeeping->on_away = [this] {
    incident(v1::INCIDENT_STANDBY, node_,
             "the standby is away: what is acknowledged now is on one disk only");
  };
  world_.safekeeping->on_disk = [this](const Uuid& standby, const std::string& detail) {
    incident(v1::INCIDENT_DISK, NodeId{standby}, detail);
  };
  world_.safekeeping->on_differs = [this](const std::string& detail) {
    incident(v1::INCIDENT_FORK, node_, "a copy of central's journal: " + detail);
  };
}

void CentralNode::start(JournalStore& store) {
  watch_standby();
  const Octets took_over = store.value(take_over_value).value_or("");
  std::optional<Epoch> life;
  std::optional<JournalTip> last;  // The end of the life before, when a new one is to begin.
  std::map<std::uint64_t, std::vector<std::pair<NodeId, std::uint64_t>>>
      feeds_begun;  // Intake → node, feed epoch.
  auto begin_feeds = [&](std::uint64_t intake) {
    if (auto at = feeds_begun.find(intake); at != feeds_begun.end())
      for (const auto& [node, epoch] : at->second) feeds_.begin(node, epoch);
  };
  for (const auto& [name, value] : store.values("node/")) {
    // A feed that another version derived begins anew at its node's next hello.
    if (!name.ends_with("/feed") || value.size() != 24 ||
        boost::endian::load_big_u64(bytes(value) + 16) != feed_derivation)
      continue;
    auto node = Uuid::from_text(name.substr(5, 36));
    if (node)
      feeds_begun[boost::endian::load_big_u64(bytes(value) + 8)].emplace_back(
          NodeId{*node}, boost::endian::load_big_u64(bytes(value)));
  }
  begin_feeds(0);
  Unreported unreported(node_);
  std::vector<Record> late_blocks;  // Of somebody erased: the order did not go out again before we ended.
  store.replay(0, [&](std::uint64_t, Record&& record) {
    if (record.tenant != tenant_) throw Fault("this journal is of another tenant");
    unreported.take(record, state_.apply(record));
    if (record.subject.type == v1::READING_BLOCK && !erasures_.late({&record, 1}, now()).empty())
      late_blocks.push_back(record);
    intake_record(record);
    begin_feeds(feeds_.applied());
    if (record.header.verb() == v1::OPENED) {
      if (record.key.origin == node_) {
        life = record.key.epoch;
        if (const auto opened = record.body<v1::NodeLife>()) note_own_key(*opened);
      } else {
        link(record.key.origin).resume_life(record);
      }
    }
    writer_.resume_after(record.header.at());
  });
  const bool goes_on = life && took_over.empty() && head_key_ == world_.signer.public_key();
  if (goes_on) writer_.begin(*life);
  for (const JournalTip& tip : store.tips()) {
    if (tip.journal.origin != node_)
      link(tip.journal.origin).resume(tip);
    else if (goes_on && tip.journal.epoch == *life)
      writer_.resume(tip);
    else if (life && tip.journal.epoch == *life && tip.journal.stream == v1::ACTS)
      last = tip;
    if (tip.journal.origin == node_ && tip.journal.stream == v1::ACTS) lives_[tip.journal.epoch] = tip.seq;
  }
  for (auto& [node, each] : links_) {
    if (auto tickets = store.value(sync::CentralLink::tickets_value(node))) each->resume_tickets(*tickets);
    each->resume_cut(store.value(sync::CentralLink::cut_value(node)).value_or(""));
    each->resume_ahead(store.value(sync::CentralLink::ahead_value(node)).value_or(""));
  }
  if (!goes_on) open_life(last, took_over);
  // A record may have become durable when what answers it had not.
  for (const auto& [what, node] : unreported.left(state_)) incident(v1::INCIDENT_QUARANTINE, node, what);
  for (const auto& [id, row] : state_.requests.rows())
    if (auto drafts = scheduling_.answer_request(id, now()); !drafts.empty()) write(drafts, [] {});
  for (const auto& drafts : tasks_.left_over(now())) write(drafts, [] {});
  for (const Draft& draft : Archive(state_).left_over(now())) write({draft}, [] {});
  for (const Draft& draft : erasures_.left_over()) write({draft}, [] {});
  for (const Draft& draft : erasures_.late(late_blocks, now())) write({draft}, [] {});
  for (const Draft& draft : decommissions_.left_over()) write({draft}, [] {});
}

}  // namespace feldsher::central
