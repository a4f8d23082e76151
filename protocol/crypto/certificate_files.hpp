#pragma once
#include <filesystem>
#include <string>

#include "protocol/crypto/own_certificate.hpp"

namespace feldsher {

/// Where a program's own certificate and its key lie, in PEM, in one folder.
struct CertificateFiles {
  std::filesystem::path certificate, key;

  /// What lies there now. Throws Fault when that is no certificate of a network.
  OwnCertificate present() const;
};

/// Whether it is time for the next certificate: a third of the life of this one is left, or less.
bool renewal_is_due(const OwnCertificate& present, std::int64_t now_s);

/// Puts a new key and its certificate in the place of the present ones. They change together, also when the
/// power fails between the two: what is under way lies in `renewed.pem` first. Throws Fault, and changes
/// nothing, when the two do not belong together or are somebody else's than the present one's.
void install(const CertificateFiles& present, const std::string& certificate, const std::string& key);

/// Ends an `install` that was cut off. Nothing to do: nothing done.
void finish_install(const CertificateFiles& present);

}  // namespace feldsher
