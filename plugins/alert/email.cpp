// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "email.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <ctime>

#include "channel.h"

namespace weirflow::alert {
namespace {

std::string base64(std::string_view bytes) {
  std::string text(4 * ((bytes.size() + 2) / 3) + 1, '\0');
  const int length = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                                     reinterpret_cast<const unsigned char*>(bytes.data()),
                                     static_cast<int>(bytes.size()));
  text.resize(static_cast<size_t>(length));
  return text;
}

std::string one_line(std::string_view text) {
  std::string line(text);
  for (char& c : line)
    if (static_cast<uint8_t>(c) < 0x20 || c == 0x7F) c = ' ';
  return line;
}

/// RFC 2047: pieces of whole characters, so short that "=?UTF-8?B?...?=" stays below 75 bytes.
std::string encoded_words(std::string_view text) {
  constexpr size_t kMostBytes = 42;
  std::string out;
  while (!text.empty()) {
    size_t n = std::min(text.size(), kMostBytes);
    while (n > 1 && n < text.size() && (static_cast<uint8_t>(text[n]) & 0xC0) == 0x80) --n;
    out += (out.empty() ? "" : "\r\n ") + ("=?UTF-8?B?" + base64(text.substr(0, n)) + "?=");
    text.remove_prefix(n);
  }
  return out;
}

std::string subject_text(std::string_view subject) {
  constexpr size_t kMostLine = 200;
  const std::string line = one_line(subject);
  const bool plain = line.size() <= kMostLine && std::all_of(line.begin(), line.end(), [](char c) {
                       return static_cast<uint8_t>(c) < 0x7F;
                     });
  return plain ? line : encoded_words(line);
}

/// The address alone, without a name: "a@b".
bool is_address(const std::string& text) {
  const size_t at = text.find('@');
  return at != std::string::npos && at > 0 && at + 1 < text.size() &&
         text.find_first_of(" <>\r\n\t,;\"") == std::string::npos;
}

class Email final : public Channel {
 public:
  Email(const ChannelSettings& settings, std::unique_ptr<Courier> courier, AlertTemplate title,
        AlertTemplate text)
      : settings_(settings),
        courier_(std::move(courier)),
        title_(std::move(title)),
        text_(std::move(text)) {}

  Verdict send(const Notification& message, int64_t now_us) override {
    MailParts parts;
    parts.from = settings_.option("from");
    parts.to = split(settings_.option("to"));
    parts.subject = message.is_digest ? digest_text(message, settings_.option("rate"))
                                      : title_.of(message, message.alerts.front());
    for (const Alert& alert : message.alerts) parts.body += text_.of(message, alert) + "\r\n\r\n";
    if (const auto n = message.total - static_cast<int64_t>(message.alerts.size()); n > 0)
      parts.body += "and " + std::to_string(n) + " more\r\n";
    parts.id = message.id;
    parts.now_us = now_us;
    Mail mail;
    mail.server = settings_.option("server");
    mail.needs_tls = settings_.option("tls_required") == "true";
    mail.from = parts.from;
    mail.to = parts.to;
    mail.text = mail_text(parts);
    return judge(courier_->mail(mail));
  }
  void stop() override { courier_->stop(); }

 private:
  static Verdict judge(const Reply& reply) {
    if (reply.error.empty()) return {};
    Verdict verdict;
    const bool refused = reply.is_final || reply.status >= 500;
    verdict.kind = refused ? Verdict::Kind::refused : Verdict::Kind::retry;
    verdict.code = reply.status > 0 ? "smtp_" + std::to_string(reply.status)
                   : refused        ? "not_sent"
                                    : "no_answer";
    verdict.message = reply.error;
    return verdict;
  }

  const ChannelSettings settings_;
  const std::unique_ptr<Courier> courier_;
  const AlertTemplate title_, text_;
};

}  // namespace

std::string mail_date(int64_t us) {
  constexpr std::array kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                  "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::time_t seconds = us / 1'000'000;
  std::tm tm{};
  gmtime_r(&seconds, &tm);
  std::array<char, 64> text;
  std::snprintf(text.data(), text.size(), "%s, %02d %s %d %02d:%02d:%02d +0000",
                kDays[static_cast<size_t>(tm.tm_wday)], tm.tm_mday,
                kMonths[static_cast<size_t>(tm.tm_mon)], tm.tm_year + 1900, tm.tm_hour, tm.tm_min,
                tm.tm_sec);
  return text.data();
}

std::string mail_text(const MailParts& parts) {
  constexpr size_t kLine = 76;
  std::string to;
  for (const std::string& address : parts.to) to += (to.empty() ? "" : ",\r\n ") + address;
  const std::string host = parts.from.substr(parts.from.find('@') + 1);
  std::string text =
      "From: " + parts.from + "\r\nTo: " + to + "\r\nSubject: " + subject_text(parts.subject) +
      "\r\nDate: " + mail_date(parts.now_us) + "\r\nMessage-ID: <" + parts.id + "@" + host +
      ">\r\nAuto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n"
      "Content-Type: text/plain; charset=utf-8\r\n"
      "Content-Transfer-Encoding: base64\r\n\r\n";
  const std::string body = base64(parts.body);
  for (size_t at = 0; at < body.size(); at += kLine) text += body.substr(at, kLine) + "\r\n";
  return text;
}

wf::Result<std::unique_ptr<Channel>> make_email(const ChannelSettings& settings) {
  const std::string server = settings.option("server");
  if (!server.starts_with("smtp://") && !server.starts_with("smtps://"))
    return wf::invalid_config("the mail server must begin with smtp:// or smtps://")
        .at({"server", 0, 0, "as in \"smtp://mail.example.org:587\""});
  if (server.find('@') != std::string::npos)
    return wf::invalid_config("the mail server's URL may not carry a user and password")
        .at({"server", 0, 0, "use user and password"});
  if (!is_address(settings.option("from")))
    return wf::invalid_config("'" + settings.option("from") + "' is no mail address")
        .at({"from", 0, 0, "as in alerts@example.org"});
  const auto to = split(settings.option("to"));
  if (to.empty())
    return wf::invalid_config("nobody gets the mail")
        .at({"to", 0, 0, "as in [\"team@example.org\"]"});
  for (size_t i = 0; i < to.size(); ++i)
    if (!is_address(to[i]))
      return wf::invalid_config("'" + to[i] + "' is no mail address")
          .at({"to[" + std::to_string(i) + "]", 0, 0, "as in team@example.org"});
  WF_ASSIGN(AlertTemplate title, AlertTemplate::make(settings.option("title"), "title"));
  WF_ASSIGN(AlertTemplate text, AlertTemplate::make(settings.option("text"), "text"));
  WF_ASSIGN(auto courier, make_courier(settings));
  return std::unique_ptr<Channel>(
      new Email(settings, std::move(courier), std::move(title), std::move(text)));
}

}  // namespace weirflow::alert
