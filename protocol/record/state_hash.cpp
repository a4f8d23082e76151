#include "protocol/record/state_hash.hpp"

#include <boost/endian/conversion.hpp>
#include <cstring>

namespace feldsher {
namespace {

std::array<std::uint64_t, 4> term(const SubjectKey& subject, const RecordKey& current) {
  const char type = static_cast<char>(subject.type);
  const Octets id = subject.id.to_octets(), record = current.to_octets();
  Digest digest = sha256({OctetsView(&type, 1), id, record});
  std::array<std::uint64_t, 4> limbs;
  for (std::size_t i = 0; i < 4; ++i) limbs[3 - i] = boost::endian::load_big_u64(digest.data() + 8 * i);
  return limbs;
}

}  // namespace

void StateHash::add(const SubjectKey& subject, const RecordKey& current) {
  auto addend = term(subject, current);
  unsigned carry = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    std::uint64_t sum = limbs_[i] + addend[i];
    unsigned over = sum < addend[i];
    sum += carry;
    over |= sum < carry;
    limbs_[i] = sum;
    carry = over;
  }
}

void StateHash::subtract(const SubjectKey& subject, const RecordKey& current) {
  auto subtrahend = term(subject, current);
  unsigned borrow = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    std::uint64_t difference = limbs_[i] - subtrahend[i];
    unsigned under = limbs_[i] < subtrahend[i];
    unsigned under_again = difference < borrow;
    limbs_[i] = difference - borrow;
    borrow = under | under_again;
  }
}

Digest StateHash::value() const {
  Digest digest;
  for (std::size_t i = 0; i < 4; ++i) boost::endian::store_big_u64(digest.data() + 8 * i, limbs_[3 - i]);
  return digest;
}

void SubjectSet::put(const SubjectKey& subject, const RecordKey& current) {
  auto [at, is_new] = current_.try_emplace(subject, current);
  if (!is_new) {
    hash_.subtract(subject, at->second);
    at->second = current;
  }
  hash_.add(subject, current);
}

void SubjectSet::drop(const SubjectKey& subject) {
  auto at = current_.find(subject);
  if (at == current_.end()) return;
  hash_.subtract(subject, at->second);
  current_.erase(at);
}

void SubjectSet::clear() {
  current_.clear();
  hash_ = {};
}

std::optional<RecordKey> SubjectSet::current(const SubjectKey& subject) const {
  auto at = current_.find(subject);
  return at == current_.end() ? std::nullopt : std::optional(at->second);
}

}  // namespace feldsher
