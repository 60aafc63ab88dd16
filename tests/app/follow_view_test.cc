#include "app/follow_view.h"

#include <gtest/gtest.h>

namespace clarion::app {
namespace {

TEST(Printable, LeavesTextAloneAndTakesTheSenseFromControlsAndTurns) {
  EXPECT_EQ(printable("台风 \"A\" \U0001F600 é"), "台风 \"A\" \U0001F600 é");
  EXPECT_EQ(printable("a\x1b[2J\tb\nc\x7f"), "a?[2J?b?c?");
  EXPECT_EQ(printable("a\u009b2J\u0085b\u00a0c"), "a?2J?b\u00a0c");
  EXPECT_EQ(printable("a\u202eb\u2066c\u2069d\u200fe\u2028f"), "a?b?c?d?e?f");
  EXPECT_EQ(printable("\u2026\u2070\u200d"), "\u2026\u2070\u200d") << "their neighbours stay";
}

/// What a view prints for one event or frame.
class Printed {
 public:
  Printed() : file_(::open_memstream(&bytes_, &size_)) {}
  ~Printed() {
    std::fclose(file_);
    std::free(bytes_);
  }
  Printed(const Printed&) = delete;
  Printed& operator=(const Printed&) = delete;
  std::FILE* file() { return file_; }
  std::string text() {
    std::fflush(file_);
    return {bytes_, size_};
  }

 private:
  char* bytes_ = nullptr;
  std::size_t size_ = 0;
  std::FILE* file_;
};

TEST(JsonView, KeepsOneMessageOnOneLine) {
  Printed printed;
  const auto view = make_json_view(printed.file());
  const std::string bytes = "{\n\"type\" : \"heartbeat\"\r\n}";
  ASSERT_TRUE(view->frame(bytes, json::parse(bytes).as_object(), {}));
  ASSERT_TRUE(view->event("missed", {{"reason", "a\"b\n"}}));
  EXPECT_EQ(printed.text(),
            "{ \"type\" : \"heartbeat\"  }\n"
            "{\"type\":\"follow\",\"event\":\"missed\",\"reason\":\"a\\\"b\\n\"}\n");
}

TEST(TextView, PutsWhatWasMissedAmongTheNoticesAndConnectionsBesideThem) {
  Printed out, err;
  const auto view = make_text_view(out.file(), err.file(), ops::Lang::en, true);
  ASSERT_TRUE(view->event("cut", {{"why", "x\x1b[0m"}, {"seconds", "1.0"}}));
  ASSERT_TRUE(view->event("missed", {{"reason", "gap"}, {"after", "e:1"}, {"until", "e:3"}}));
  EXPECT_EQ(err.text().find('\x1b'), std::string::npos) << err.text();
  EXPECT_NE(out.text().find("e:3"), std::string::npos);
  EXPECT_EQ(out.text().find("\x1b[1;31m!!"), 0U) << "coloured where colour is";
}

}  // namespace
}  // namespace clarion::app
