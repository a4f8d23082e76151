#include "central/commands/last_backup.hpp"

#include <boost/json/serialize.hpp>
#include <limits>

#include "central/commands/json_input.hpp"
#include "protocol/crypto/secret_file.hpp"
#include "protocol/record/result.hpp"

namespace feldsher::central {

std::optional<LastBackup> LastBackup::read(const std::filesystem::path& file) try {
  if (!std::filesystem::exists(file)) return std::nullopt;
  constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
  const boost::json::value text = read_json_file(file);
  JsonObject fields(text, "");
  LastBackup last{.made_ms = fields.integer("made_ms", 0, most),
                  .records = static_cast<std::uint64_t>(fields.integer("records", 0, most))};
  fields.done();
  return last;
} catch (const std::exception&) {
  return std::nullopt;
}

void LastBackup::write(const std::filesystem::path& file) const {
  replace_secret_file(
      file, boost::json::serialize(boost::json::object{{"made_ms", made_ms}, {"records", records}}) + "\n");
}

}  // namespace feldsher::central
