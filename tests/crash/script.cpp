#include "tests/crash/script.hpp"

#include <functional>

#include "tests/crash/author.hpp"

namespace feldsher::crash {
namespace {

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
       add(script, author.marked());
       commits(script, author, 2, [&] { return author.received(); });
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
    {"rebuilt",
     [](Script& script, Author& author) {
       add(script, author.rebuilt());
       for (int i = 0; i < 2; ++i) {
         commits(script, author, 2, [&] { return author.handed_back(); });
         commits(script, author, 1, [&] { return author.any(); });
         if (i == 0) add(script, Step::Kind::reopen);
         add(script, author.former_cut());
       }
       add(script, author.erasure());
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
