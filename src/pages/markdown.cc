#include "pages/markdown.h"

#include "pages/html.h"

#include <cmark-gfm.h>

#include <algorithm>
#include <cstdlib>
#include <memory>

namespace clarion::pages {
namespace {

struct FreeNode {
  void operator()(cmark_node* node) const { cmark_node_free(node); }
};
struct FreeIterator {
  void operator()(cmark_iter* iterator) const { cmark_iter_free(iterator); }
};

/// Puts `with` in the node's place, with its children, and frees the node.
void replace(cmark_node* node, cmark_node* with) {
  while (cmark_node* child = cmark_node_first_child(node)) cmark_node_append_child(with, child);
  cmark_node_replace(node, with);
  cmark_node_free(node);
}

/// The node's children take its place.
void unwrap(cmark_node* node) {
  while (cmark_node* child = cmark_node_first_child(node)) cmark_node_insert_before(node, child);
  cmark_node_free(node);
}

bool is_reference(cmark_node* node) {
  return cmark_node_get_type(node) == CMARK_NODE_LINK ||
         cmark_node_get_type(node) == CMARK_NODE_IMAGE;
}

void settle_reference(cmark_node* node) {
  const char* url = cmark_node_get_url(node);
  // A picture inside a link would make a link inside a link.
  bool nested = false;
  for (cmark_node* up = cmark_node_parent(node); up != nullptr && !nested;
       up = cmark_node_parent(up))
    nested = cmark_node_get_type(up) == CMARK_NODE_CUSTOM_INLINE || is_reference(up);
  if (url == nullptr || !is_web_link(url) || nested) {
    unwrap(node);
    return;
  }
  Markup open;
  open.raw("<a").attribute("href", url).raw(" rel=\"nofollow noopener noreferrer\">");
  cmark_node* link = cmark_node_new(CMARK_NODE_CUSTOM_INLINE);
  cmark_node_set_on_enter(link, open.take().c_str());
  cmark_node_set_on_exit(link, "</a>");
  replace(node, link);
}

}  // namespace

std::string render_markdown(std::string_view body) {
  const std::string text = clean(body);
  const std::unique_ptr<cmark_node, FreeNode> root(
      cmark_parse_document(text.data(), text.size(), CMARK_OPT_VALIDATE_UTF8));
  // The tree must not change under the iterator: what is to change is gathered first.
  std::vector<cmark_node*> references;
  const std::unique_ptr<cmark_iter, FreeIterator> iterator(cmark_iter_new(root.get()));
  while (true) {
    const cmark_event_type event = cmark_iter_next(iterator.get());
    if (event == CMARK_EVENT_DONE) break;
    cmark_node* node = cmark_iter_get_node(iterator.get());
    if (event == CMARK_EVENT_ENTER && cmark_node_get_type(node) == CMARK_NODE_HEADING)
      cmark_node_set_heading_level(node, std::min(6, cmark_node_get_heading_level(node) + 2));
    if (event == CMARK_EVENT_EXIT && is_reference(node)) references.push_back(node);
  }
  for (cmark_node* node : references) settle_reference(node);
  const std::unique_ptr<char, decltype(&std::free)> html(
      cmark_render_html(root.get(), CMARK_OPT_VALIDATE_UTF8, nullptr), &std::free);
  return html.get();
}

}  // namespace clarion::pages
