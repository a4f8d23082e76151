#include "edge-agent/agent/revoked_list.hpp"

#include <fstream>
#include <sstream>

#include "protocol/crypto/own_certificate.hpp"
#include "protocol/crypto/secret_file.hpp"

namespace feldsher::edge {

RevokedList::RevokedList(std::filesystem::path file, const std::filesystem::path& own)
    : file_(std::move(file)) {
  std::ostringstream pem;
  pem << std::ifstream(own, std::ios::binary).rdbuf();
  if (const auto certificate = read_own_certificate(pem.str())) own_ = to_hex(certificate->identity.serial);
  std::ifstream in(file_);
  for (std::string line; std::getline(in, line);)
    if (!line.empty()) serials_.insert(line);
  // The broker's user may have been unable to read what an earlier run left.
  written_ = serials_.empty();
  serials_.erase(own_);
}

std::size_t RevokedList::look(const Tables& tables) {
  const std::size_t before = serials_.size();
  for (const auto& [id, row] : tables.credentials.rows())
    if (const std::string serial = to_hex(row.state.serial());
        row.state.revoked() && !serial.empty() && serial != own_)
      serials_.insert(serial);
  const std::size_t fresh = serials_.size() - before;
  if (fresh == 0 && written_) return 0;
  std::string text;
  for (const std::string& serial : serials_) text += serial + "\n";
  try {
    write_public_file(file_, text);
    written_ = true;
    fault_.clear();
  } catch (const std::exception& fault) {
    written_ = false;
    fault_ = fault.what();
  }
  return fresh;
}

}  // namespace feldsher::edge
