#pragma once

#include "store/database.h"

#include <optional>
#include <string>
#include <vector>

namespace clarion::store {

/// A verified debunk as stored; what is in it is library's.
struct DebunkRow {
  std::string id;
  std::string record;  ///< the line as JSON (contract section 2); empty when withdrawn
  std::string url;     ///< of the publisher's page, or empty
  std::string origin;  ///< who brought it: cli:USER or an account
  model::Time imported_at;
  bool withdrawn = false;
  std::int64_t change = 0;  ///< rises with every change of the library
};

enum class Put { added, changed, unchanged };
/// Writes or replaces by id; gives it the transaction's time and the next `change`. The same record
/// again changes nothing.
Result<Put> put_debunk(Tx& tx, const DebunkRow& row);
/// Takes the debunks of that page out; returns how many.
Result<std::size_t> withdraw_debunks(Tx& tx, std::string_view url);

/// A debunk that is not withdrawn.
[[nodiscard]] Result<std::optional<DebunkRow>> find_debunk(View& view, std::string_view id);
/// Those that are not withdrawn, by id, after one.
[[nodiscard]] Result<std::vector<DebunkRow>> list_debunks(View& view, std::string_view after_id,
                                                          std::int64_t most);
/// The last change; 0 in a new library.
[[nodiscard]] Result<std::int64_t> library_change(View& view);
/// What changed after a change, in order, withdrawn ones too.
[[nodiscard]] Result<std::vector<DebunkRow>> debunks_after(View& view, std::int64_t change,
                                                           std::int64_t most);

}  // namespace clarion::store
