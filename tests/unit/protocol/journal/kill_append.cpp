// Appends groups of records to a journal until it is killed, and says after each commit how many are durable:
//   journal_kill_append FOLDER SEED
// prints "durable N M" lines: what a test looks at meanwhile, and then ends.
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include "journals.hpp"
#include "protocol/crypto/system_world.hpp"
#include "protocol/journal/data_folder.hpp"
#include "protocol/record/result.hpp"

using namespace feldsher;

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  try {
    SystemRandom random;
    testing::WritingNode node(std::strtoull(argv[2], nullptr, 10));
    auto store = DataFolder::open_or_create(argv[1], random).open_store(node.tenant);
    // Every start is the same node in the same life: it goes on where the file ends.
    for (const JournalTip& tip : store->tips()) node.writer.resume(tip);
    for (std::uint64_t round = 0;; ++round) {
      const std::uint64_t first = node.writer.tip(v1::ACTS).seq + 1;
      std::vector<Transaction> group;
      for (std::uint64_t i = 0; i < 1 + round % 7; ++i)
        group.push_back(node.write({"first of the pair", "second of the pair, Наталья Kowalenko"}));
      group.push_back(node.write({"reading"}, v1::READINGS));
      group.back().values["first"] = std::to_string(first);
      store->commit(group);
      std::printf("durable %llu %llu\n", static_cast<unsigned long long>(node.writer.tip(v1::ACTS).seq),
                  static_cast<unsigned long long>(node.writer.tip(v1::READINGS).seq));
      std::fflush(stdout);
    }
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
