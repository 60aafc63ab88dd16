#pragma once

#include "model/post.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace clarion::group {

/// An address as it is compared: without scheme, "www.", fragment, utm_ parameters and the last
/// slash, the host in lower case. Empty for what is no http(s) address and for a bare host, which
/// unlike posts share.
[[nodiscard]] std::string comparable_address(std::string_view address);
/// The first 8 bytes of SHA-256 of an address, as keys_of() gives it; 0 for none.
[[nodiscard]] std::int64_t address_key(std::string_view address);

/// What makes two posts one matter whatever they say: the post's own address, links in its text,
/// hashes of its media as the source gave them. Distinct, at most 20, hashed so that they say
/// nothing when read.
[[nodiscard]] std::vector<std::int64_t> keys_of(const model::Post& post);

}  // namespace clarion::group
