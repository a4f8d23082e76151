#pragma once
#include <boost/json.hpp>
#include <memory>
#include <sstream>
#include <utility>

#include "journals.hpp"
#include "protocol/journal/data_folder.hpp"
#include "protocol/journal/ed25519.hpp"
#include "protocol/journal/journal_commands.hpp"

namespace feldsher::testing {

/// A node's folder with 12 acts (the first is `opened`) and 3 blocks of readings, a signed head at acts 10
/// and readings 3, closed.
struct NodeFolder {
  NodeFolder() {
    auto data = DataFolder::open_or_create(path, node.random);
    key = data.key();
    store = data.open_store(node.tenant);
    commit(*store, node.open(signer.public_key()));
    for (int i = 2; i <= 10; ++i) commit(*store, node.write({"act " + std::to_string(i)}));
    for (int i = 1; i <= 3; ++i) commit(*store, node.write({"block"}, v1::READINGS));
    Transaction heads;
    heads.heads = {sign_head(node.tenant, node.writer.tip(v1::ACTS), signer),
                   sign_head(node.tenant, node.writer.tip(v1::READINGS), signer)};
    commit(*store, heads);
    commit(*store, node.write({"act 11", "act 12"}));
    store.reset();
  }

  /// What somebody with the key does by SQL.
  void tamper(const std::string& sql) {
    sqlcipher::Database(path / "journal.db", key, sqlcipher::Access::write).execute(sql.c_str());
  }
  /// Central countersigns what the node has signed so far.
  void countersign_all(const Ed25519Signer& by) {
    auto opened = DataFolder::open(path).open_store(node.tenant);
    Transaction countersigned;
    countersigned.heads = opened->heads();
    for (auto& head : countersigned.heads) countersign(head, by);
    commit(*opened, countersigned);
  }
  /// The node goes on, and signs its acts again.
  void go_on(v1::Stream stream = v1::ACTS) {
    auto opened = DataFolder::open(path).open_store(node.tenant);
    commit(*opened, node.write({"later"}, stream));
    Transaction head;
    head.heads = {sign_head(node.tenant, node.writer.tip(stream), signer)};
    commit(*opened, head);
  }
  std::pair<Verdict, boost::json::object> verify(bool live = false) const {
    std::ostringstream out;
    const Verdict verdict = verify_journals({.folder = path, .live = live}, true, out);
    return {verdict, boost::json::parse(out.str()).as_object()};
  }

  TemporaryFolder outer;
  std::filesystem::path path = outer.path() / "node";
  WritingNode node;
  Ed25519Signer signer{SigningKey::from_seed({7})};
  DatabaseKey key;
  std::unique_ptr<SqlcipherStore> store;
};

}  // namespace feldsher::testing
