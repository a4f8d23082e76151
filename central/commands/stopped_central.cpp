#include "central/commands/stopped_central.hpp"

#include "protocol/journal/head_key_file.hpp"
#include "protocol/record/result.hpp"

namespace feldsher::central {

std::unique_ptr<SqlcipherStore> open_stopped(const CentralFolder& folder) {
  if (std::filesystem::exists(folder.standby_file()))
    throw Fault(folder.path().string() + " is a standby's folder: only its central writes what is in it");
  try {
    return DataFolder::open(folder.path()).open_store(folder.identity().tenant);
  } catch (const Fault& fault) {
    if (std::string_view(fault.what()).find("another feldsher process") == std::string_view::npos) throw;
    throw RunningElsewhere("a central runs in " + folder.path().string());
  }
}

/// Collects transactions, so that a command's are one group: durable together.
class StoppedCentral::DirectLedger final : public Ledger {
 public:
  explicit DirectLedger(SqlcipherStore& store) : store_(store) {}

  void submit(Transaction transaction, std::function<void()> on_durable) override {
    transactions_.push_back(std::move(transaction));
    then_.push_back(std::move(on_durable));
  }
  void read(const JournalId& journal, std::uint64_t from, const ReadLimits& limits,
            std::function<void(std::vector<Record>)> done) override {
    flush();
    done(store_.read(journal, from, limits));
  }
  void read_intake(std::uint64_t after, const ReadLimits& limits,
                   std::function<void(std::vector<Record>)> done) override {
    flush();
    done(store_.read_intake(after, limits));
  }
  void flush() {
    while (!transactions_.empty()) {
      store_.commit(std::exchange(transactions_, {}));
      for (const auto& then : std::exchange(then_, {}))
        if (then) then();
    }
  }

 private:
  SqlcipherStore& store_;
  std::vector<Transaction> transactions_;
  std::vector<std::function<void()>> then_;
};

StoppedCentral::StoppedCentral(const CentralFolder& folder) : StoppedCentral(folder, open_stopped(folder)) {}

StoppedCentral::StoppedCentral(const CentralFolder& folder, std::unique_ptr<SqlcipherStore> store)
    : signer_(load_head_key(folder.head_key())),
      store_(std::move(store)),
      ledger_(std::make_unique<DirectLedger>(*store_)),
      node_(std::make_unique<CentralNode>(
          folder.identity().tenant, folder.identity().node,
          CentralWorld{
              .clock = clock_, .random = random_, .ledger = *ledger_, .signer = signer_, .check = check_})) {
  node_->start(*store_);
}

StoppedCentral::~StoppedCentral() = default;

void StoppedCentral::commit() { ledger_->flush(); }

}  // namespace feldsher::central
