#include "tests/crash/script.hpp"

#include <deque>
#include <functional>

#include "tests/unit/protocol/journal/journals.hpp"

namespace feldsher::crash {
namespace {

using testing::WritingNode;

/// A signature is octets to a store.
class NameSigner final : public Signer {
 public:
  Octets key_id() const override { return "key"; }
  Octets public_key() const override { return "public key"; }
  Octets sign(OctetsView message) const override { return Octets(message.substr(0, 16)); }
};

/// Makes transactions as the programs do.
class Author {
 public:
  explicit Author(std::uint64_t seed) : random(seed), self(seed) {
    peers_.emplace_back(seed + 1);
    peers_.emplace_back(seed + 2);
  }

  TenantId tenant() const { return self.tenant; }
  Octets text(std::size_t least, std::size_t most) {
    return random.octets(least + random.below(most - least + 1));
  }

  Transaction opened() { return self.open("the key that signs this life's heads"); }

  /// What a person did at a terminal: records of one transaction, and the answer.
  Transaction act() {
    std::vector<std::string> messages(1 + random.below(4));
    for (auto& message : messages) message = text(0, 300);
    Transaction act = self.write(messages);
    act.answered.push_back({AskId{random.uuid_v7(1)}, text(0, 200)});
    return act;
  }

  Transaction chunk() {
    Transaction chunk;
    chunk.intake.push_back({++last_chunk_, text(100, 1500)});
    return chunk;
  }

  /// A sealed block, and the chunks whose readings are all in it.
  Transaction block() {
    Transaction block = self.write({text(500, 6000)}, v1::READINGS);
    while (emptied_ < last_chunk_ && random.below(4) != 0) block.emptied.push_back(++emptied_);
    return block;
  }

  /// What came from another node: its records, some without a body, and what they change in the scope.
  Transaction received() {
    WritingNode& peer = peers_[random.below(peers_.size())];
    Transaction batch =
        peer.write({text(10, 400), text(10, 400)}, random.below(4) == 0 ? v1::READINGS : v1::ACTS);
    for (Record& record : batch.records) {
      if (random.below(5) == 0) record.stored.body.reset();
      if (random.below(3) == 0) continue;
      batch.scope.push_back({record.subject, record.stored});
      if (random.below(4) == 0) batch.scope.back().record->body.reset();
      subjects_.push_back(record.subject);
    }
    if (!subjects_.empty() && random.below(3) == 0) {
      const std::size_t leaving = random.below(subjects_.size());
      batch.scope.push_back({subjects_[leaving], std::nullopt});
    }
    return batch;
  }

  Transaction new_feed() {
    Transaction begins = received();
    begins.clear_scope = true;
    begins.values["feed"] = text(16, 16);
    return begins;
  }

  Transaction values() {
    Transaction values;
    values.values["ticket"] = text(16, 16);
    values.values["position/" + std::to_string(random.below(4))] = text(0, 40);
    if (random.below(2) == 0)
      values.values["acknowledged/" + std::to_string(random.below(20))] = text(0, 3000);
    return values;
  }

  Transaction head() {
    Transaction head;
    for (v1::Stream stream : {v1::ACTS, v1::READINGS})
      head.heads.push_back(sign_head(self.tenant, self.writer.tip(stream), NameSigner()));
    return head;
  }

  /// A person is erased: what two people asked for.
  Transaction erasure() {
    Transaction erasure = act();
    const std::uint64_t which = random.below(3);
    erasure.erased.push_back(
        [which](const Record& record) { return record.key.seq > 1 && record.key.seq % 3 == which; });
    return erasure;
  }

  /// A journal is cut where it stood a while ago, with the checkpoint's octets beside it.
  Transaction cut() {
    Transaction cut;
    for (v1::Stream stream : {v1::ACTS, v1::READINGS}) {
      const JournalTip tip = std::exchange(stood_[stream], self.writer.tip(stream));
      JournalTip& last = cuts_[stream];
      if (tip.seq == 0 || tip.journal != self.writer.tip(stream).journal) continue;
      if (last.journal == tip.journal && last.seq >= tip.seq) continue;
      last = tip;
      if (stream == v1::READINGS) last.edge = {};
      cut.cuts.push_back(last);
    }
    cut.values["window/checkpoint"] = text(200, 900);
    return cut;
  }

  /// Some of what lies before the cuts goes, once or again.
  Transaction drop() {
    Transaction drop;
    for (const auto& [stream, cut] : cuts_) {
      if (cut.seq == 0) continue;
      const std::uint64_t first = 1 + random.below(cut.seq);
      drop.dropped.push_back({cut.journal, first, first + random.below(cut.seq - first + 1)});
    }
    return drop;
  }

  Transaction new_life() {
    self.writer.begin(Epoch{random.u64() | 1});
    return opened();
  }

  Transaction large(std::size_t records) {
    std::vector<std::string> messages(records);
    for (auto& message : messages) message = text(100, 600);
    return self.write(messages);
  }

  Transaction any() {
    switch (random.below(8)) {
      case 0:
        return chunk();
      case 1:
        return block();
      case 2:
        return received();
      case 3:
        return values();
      case 4:
        return head();
      default:
        return act();
    }
  }

  testing::SeededRandom random;
  WritingNode self;

 private:
  std::deque<WritingNode> peers_;  // Never moved: a writer refers to its node's random numbers.
  std::uint64_t last_chunk_ = 0, emptied_ = 0;
  std::vector<SubjectKey> subjects_;
  std::map<v1::Stream, JournalTip> stood_, cuts_;
};

using Make = std::function<Transaction()>;

void commits(Script& script, Author& author, std::size_t count, const Make& make) {
  for (std::size_t i = 0; i < count; ++i) {
    Step step;
    for (std::uint64_t n = 1 + author.random.below(4); n > 0; --n) step.group.push_back(make());
    script.steps.push_back(std::move(step));
  }
}

void add(Script& script, Step::Kind kind) { script.steps.push_back({.kind = kind, .group = {}}); }
void add(Script& script, Transaction transaction) {
  script.steps.push_back({});
  script.steps.back().group.push_back(std::move(transaction));
}

struct Named {
  const char* name;
  void (*write)(Script&, Author&);
};

const Named scripts[]{
    {"first-start", [](Script&, Author&) {}},
    {"acts",
     [](Script& script, Author& author) { commits(script, author, 12, [&] { return author.act(); }); }},
    {"readings",
     [](Script& script, Author& author) {
       for (int i = 0; i < 5; ++i) {
         commits(script, author, 2, [&] { return author.chunk(); });
         add(script, author.block());
       }
     }},
    {"feed",
     [](Script& script, Author& author) {
       commits(script, author, 5, [&] { return author.received(); });
       add(script, author.new_feed());
       commits(script, author, 5, [&] { return author.received(); });
     }},
    {"values",
     [](Script& script, Author& author) { commits(script, author, 12, [&] { return author.values(); }); }},
    {"heads-and-lives",
     [](Script& script, Author& author) {
       for (int life = 0; life < 3; ++life) {
         commits(script, author, 2, [&] { return author.act(); });
         add(script, author.head());
         add(script, author.new_life());
       }
     }},
    {"idle-checkpoints",
     [](Script& script, Author& author) {
       for (int i = 0; i < 6; ++i) {
         commits(script, author, 2, [&] { return author.any(); });
         add(script, Step::Kind::checkpoint);
       }
     }},
    {"full-log",
     [](Script& script, Author& author) {
       script.pragmas = {"PRAGMA wal_autocheckpoint=12"};
       commits(script, author, 14, [&] { return author.any(); });
     }},
    {"large-transaction",
     [](Script& script, Author& author) {
       script.pragmas = {"PRAGMA cache_size=12"};  // Its pages go to the log long before its commit.
       commits(script, author, 2, [&] { return author.any(); });
       add(script, author.large(120));
       commits(script, author, 2, [&] { return author.any(); });
     }},
    {"erasures",
     [](Script& script, Author& author) {
       for (int i = 0; i < 3; ++i) {
         commits(script, author, 3, [&] { return author.any(); });
         add(script, author.erasure());
       }
     }},
    {"trimming",
     [](Script& script, Author& author) {
       for (int i = 0; i < 4; ++i) {
         commits(script, author, 3,
                 [&] { return author.random.below(3) == 0 ? author.block() : author.act(); });
         add(script, author.cut());
         commits(script, author, 2, [&] { return author.drop(); });
         if (i == 1) add(script, Step::Kind::reopen);
         if (i == 2) add(script, author.new_life());
       }
     }},
    {"starts",
     [](Script& script, Author& author) {
       for (int i = 0; i < 4; ++i) {
         commits(script, author, 2, [&] { return author.any(); });
         add(script, Step::Kind::reopen);
       }
       commits(script, author, 1, [&] { return author.any(); });
     }},
};

}  // namespace

const std::vector<std::string>& script_names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all;
    for (const Named& script : scripts) all.emplace_back(script.name);
    return all;
  }();
  return names;
}

Script make_script(const std::string& name, std::uint64_t seed) {
  for (const Named& each : scripts) {
    if (name != each.name) continue;
    Author author(seed);
    Script script{.name = name, .tenant = author.tenant(), .pragmas = {}, .steps = {}, .sequel = {}};
    add(script, author.opened());
    each.write(script, author);
    for (int i = 0; i < 3; ++i) {
      script.sequel.emplace_back();
      script.sequel.back().push_back(author.act());
      script.sequel.back().push_back(author.any());
    }
    return script;
  }
  throw std::invalid_argument("there is no script " + name);
}

std::vector<const std::vector<Transaction>*> Script::groups() const {
  std::vector<const std::vector<Transaction>*> all;
  for (const Step& step : steps)
    if (step.kind == Step::Kind::commit) all.push_back(&step.group);
  for (const auto& group : sequel) all.push_back(&group);
  return all;
}

std::size_t Script::commits() const {
  std::size_t count = 0;
  for (const Step& step : steps) count += step.kind == Step::Kind::commit;
  return count;
}

}  // namespace feldsher::crash
