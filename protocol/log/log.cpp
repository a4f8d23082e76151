#include "protocol/log/log.hpp"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

namespace feldsher {
namespace {

void write(spdlog::level::level_enum level, Words event, Log::Fields fields) {
  if (spdlog::should_log(level)) spdlog::log(level, spdlog::string_view_t(Log::line(event, fields)));
}

}  // namespace

void Log::begin(const std::string& level) {
  auto logger = std::make_shared<spdlog::logger>("", std::make_shared<spdlog::sinks::stderr_sink_mt>());
  logger->set_pattern("%Y-%m-%dT%H:%M:%S.%e%z %l %v");
  logger->set_level(spdlog::level::from_str(level));
  logger->flush_on(spdlog::level::info);
  spdlog::set_default_logger(std::move(logger));
}

void Log::info(Words event, Fields fields) { write(spdlog::level::info, event, fields); }
void Log::warn(Words event, Fields fields) { write(spdlog::level::warn, event, fields); }
void Log::error(Words event, Fields fields) { write(spdlog::level::err, event, fields); }

std::string Log::line(Words event, Fields fields) {
  std::string line(event.text());
  for (const LogField& field : fields) line += field.text();
  return line;
}

}  // namespace feldsher
