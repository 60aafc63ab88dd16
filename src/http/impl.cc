// Asio and Beast, compiled once for the whole program (BOOST_ASIO_ and
// BOOST_BEAST_SEPARATE_COMPILATION).
#include <boost/asio/impl/src.hpp>
#include <boost/beast/src.hpp>
