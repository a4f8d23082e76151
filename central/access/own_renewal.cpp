#include "central/access/own_renewal.hpp"

#include "protocol/record/result.hpp"

namespace feldsher::central {

void certify_again(const CertificateFiles& own, const CertificateAuthority& authority, std::int64_t now_s,
                   const std::optional<std::vector<std::string>>& hosts) {
  const OwnCertificate present = own.present();
  const bool is_server = present.identity.kind == PeerKind::server;
  const auto next = authority.issue({.kind = present.identity.kind,
                                     .name = is_server ? "central" : "standby",
                                     .id = present.identity.uuid(),
                                     .hosts = hosts.value_or(present.hosts)},
                                    now_s);
  if (!next)
    throw Fault("no certificate for " + own.certificate.string() + ": " + std::string(to_text(next.error())));
  install(own, next->certificate, next->key);
}

OwnRenewal::OwnRenewal(CertificateFiles own, std::filesystem::path authority)
    : own_(std::move(own)), authority_(std::move(authority)) {
  finish_install(own_);
  present_ = own_.present();
}

bool OwnRenewal::tick(const Instant& now) {
  const std::int64_t now_s = now.wall_ms / 1000;
  if (now.trust == v1::TRUST_UNSET) return false;
  if (!renewal_is_due(present_, now_s) && now_s >= present_.not_before_s) return false;
  certify_again(own_, CertificateAuthority::load(authority_), now_s);
  present_ = own_.present();
  return true;
}

}  // namespace feldsher::central
