#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "protocol/crypto/certificate_authority.hpp"
#include "protocol/crypto/certificate_files.hpp"
#include "protocol/record/world.hpp"

namespace feldsher::central {

/// So long before its end a certificate of central's or of a standby's is worth a warning: it should have
/// been renewed long ago.
inline constexpr std::int64_t worth_a_warning_s = 30 * 86'400;

/// A new key and certificate of the same holder in the place of the present ones, as `install` puts them
/// there. `hosts`: of a server, besides those that every one has; unset: those of the present one. Throws
/// Fault.
void certify_again(const CertificateFiles& own, const CertificateAuthority& authority, std::int64_t now_s,
                   const std::optional<std::vector<std::string>>& hosts = {});

/// The certificate that central, or a standby, shows: whose folder holds the authority renews it by itself.
class OwnRenewal {
 public:
  /// `authority`: its folder. Ends a renewal that was cut off. Throws Fault.
  OwnRenewal(CertificateFiles own, std::filesystem::path authority);

  /// Makes another one when a third of its life is left, and when it is not valid yet, since a clock that ran
  /// ahead made it. True: the files are others. Nothing while the clock is unset. Throws Fault.
  bool tick(const Instant& now);
  std::int64_t ends_s() const { return present_.not_after_s; }

 private:
  CertificateFiles own_;
  std::filesystem::path authority_;
  OwnCertificate present_;
};

}  // namespace feldsher::central
