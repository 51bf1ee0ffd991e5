// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "cli/plan_text.h"

#include <algorithm>

#include "cli/figures.h"
#include "cli/json_text.h"
#include "cli/json_value.h"
#include "cli/picture.h"
#include "cli/plan_facts.h"
#include "core/text.h"

namespace weirflow::cli {

namespace {

bool has_port_data(const dag::PlanNode& node) {
  return !node.inputs.empty() || !node.outputs.empty();
}

/// What an output has that the first input has not, and the other way round.
std::string columns_text(const dag::PlanNode& node, size_t port) {
  const auto& out = port < node.output_schemas.size() ? node.output_schemas[port] : std::nullopt;
  if (!out) return "columns known when it starts";
  const bool has_input = !node.input_schemas.empty() && node.input_schemas[0];
  if (!has_input) return out->to_string();
  const wf::Schema& in = *node.input_schemas[0];
  std::string added, gone;
  for (const wf::Field& f : out->fields()) {
    const int at = in.index_of(f.name);
    if (at < 0 || !(in.field(at).type == f.type))
      added += (added.empty() ? "" : ", ") + f.name + ": " + f.type.to_string();
  }
  for (const wf::Field& f : in.fields())
    if (out->index_of(f.name) < 0) gone += (gone.empty() ? "" : ", ") + f.name;
  if (added.empty() && gone.empty()) return "the columns of its input";
  std::string text;
  if (!added.empty()) text = "+ " + added;
  if (!gone.empty()) text += (text.empty() ? "" : "; ") + std::string("- ") + gone;
  return text;
}

std::string chain_text(const dag::Plan& plan, const dag::PlanChain& chain) {
  std::string text;
  for (const int id : chain.nodes)
    text += (text.empty() ? "" : " > ") + node_title(node_of(plan, id));
  if (chain.blocking)
    text += "  [own thread]";
  else if (chain.concurrent)
    text += "  [" + counted(cores(), "lane") + "]";
  return text;
}

std::string source_port(const dag::Plan& plan, const dag::PlanEdge& e) {
  const dag::PlanNode& from = node_of(plan, e.from);
  if (e.from_port == dag::kErrorsPort) return node_title(from) + ".errors";
  if (from.outputs.size() < 2) return node_title(from);
  return node_title(from) + "." + from.outputs[static_cast<size_t>(e.from_port)];
}

std::string policy_text(const dag::PlanNode& node) {
  std::string text;
  const auto add = [&](const std::string& part) { text += (text.empty() ? "" : ", ") + part; };
  if (has_port_data(node) && node.on_error != dag::OnError::fail)
    add("on_error " + dag::to_string(node.on_error));
  if (node.retries > 0)
    add(count_text(node.retries) + (node.retries == 1 ? " retry" : " retries") + " after " +
        format_duration(node.retry_delay_us));
  if (node.timeout_us > 0) add("timeout " + format_duration(node.timeout_us));
  return text;
}

std::string start_text(const dag::Plan& plan, const dag::PlanNode& node) {
  std::string names;
  for (const int id : node.after)
    names += (names.empty() ? "" : ", ") + node_title(node_of(plan, id));
  std::string text = names.empty() ? "" : "after " + names;
  if (node.trigger != dag::TriggerRule::all_success)
    text += " (" + dag::to_string(node.trigger) + ")";
  if (!node.when.empty()) text += (text.empty() ? "" : "; ") + std::string("when ") + node.when;
  return text;
}

class PlanWriter {
 public:
  PlanWriter(const dag::Plan& plan, int width) : plan_(plan), width_(width) {}

  std::string write() {
    head();
    int phase = -1;
    for (const dag::PlanRegion& region : plan_.regions) {
      if (region.phase != phase) line(0, "\nPHASE " + std::to_string(phase = region.phase));
      write_region(region);
    }
    return std::move(out_);
  }

 private:
  void line(int indent, const std::string& text, int hang = 4) {
    out_ +=
        wrapped(std::string(static_cast<size_t>(indent), ' ') + text, width_, indent + hang) + '\n';
  }

  void head() {
    int phases = 0, own = 0;
    for (const dag::PlanRegion& r : plan_.regions) phases = std::max(phases, r.phase + 1);
    for (const dag::PlanChain& c : plan_.chains) own += c.blocking;
    line(0, plan_.dag + (plan_.file.empty() ? "" : "  (" + plan_.file + ")"));
    line(0,
         "version  " + plan_.version.substr(0, 16) + (plan_.bounded ? ", bounded" : ", unbounded"));
    line(0,
         "work     " + counted(static_cast<int64_t>(plan_.nodes.size()), "step") + " in " +
             counted(static_cast<int64_t>(plan_.regions.size()), "region") + ", " +
             counted(phases, "phase"),
         9);
    line(0,
         "threads  " + std::to_string(cores()) + " shared by all" +
             (own > 0 ? ", and one each for " + counted(own, "chain") + " that wait for I/O" : "") +
             " (--threads)",
         9);
    line(0, "memory   " + bytes_text(memory_budget()) + ", half of the machine (--memory)", 9);
    for (const auto& [name, value] : plan_.params)
      line(0, "param    " + name + " = " + json_text(to_json(value), -1), 9);
  }

  void write_region(const dag::PlanRegion& region) {
    line(0, "region " + std::to_string(region.id));
    for (const dag::PlanChain& c : plan_.chains)
      if (c.region == region.id) line(2, "chain   " + chain_text(plan_, c), 8);
    bool holds = false;
    for (const int id : region.nodes) holds |= keeps_rows(node_of(plan_, id));
    if (holds)
      line(2,
           "memory  " + bytes_text(memory_share(plan_, region)) + " for each task that keeps rows",
           8);
    for (const int id : region.nodes) write_node(node_of(plan_, id));
    for (const dag::PlanEdge& e : plan_.edges)
      if (node_of(plan_, e.from).region == region.id && e.kind == dag::EdgeKind::materialised)
        line(2,
             "stored  " + source_port(plan_, e) + " -> " + node_title(node_of(plan_, e.to)) + ": " +
                 e.why,
             8);
    for (const dag::PlanEdge& e : plan_.edges)
      if (node_of(plan_, e.from).region == region.id && e.kind == dag::EdgeKind::pipelined &&
          e.when_full != dag::WhenFull::block)
        line(2,
             (e.when_full == dag::WhenFull::spill ? "spills  " : "sheds   ") +
                 source_port(plan_, e) + " -> " + node_title(node_of(plan_, e.to)) +
                 (e.why.empty() ? "" : ": " + e.why),
             8);
    const char* label = "commit  ";
    for (const std::string& text : guarantee_lines(plan_, region)) {
      line(2, label + text, 8);
      label = "        ";
    }
  }

  void write_node(const dag::PlanNode& node) {
    const std::string component = node.component.id.empty()
                                      ? "stores the version"
                                      : node.component.id + " " + node.component.version;
    line(2, "task    " + node_title(node) + "  " + component, 8);
    if (const std::string text = start_text(plan_, node); !text.empty()) line(10, text);
    if (node.kind == dag::NodeKind::fit)
      line(10, "reads its rows as often as it wants, makes the state `" + node.model->member + "`");
    else
      for (size_t i = 0; i < node.outputs.size(); ++i)
        line(10, node.outputs[i] + ": " + columns_text(node, i));
    if (node.ordered_union) line(10, "inputs are read in list order");
    if (const std::string text = policy_text(node); !text.empty()) line(10, text);
  }

  const dag::Plan& plan_;
  const int width_;
  std::string out_;
};

}  // namespace

std::string wrapped(const std::string& text, int width, int indent) {
  if (width <= 0) return text;
  const auto most = static_cast<size_t>(width);
  std::string out;
  size_t used = 0, at = 0;
  bool first = true;
  while (at < text.size()) {
    const size_t word = std::min(text.find_first_not_of(' ', at), text.size());
    const size_t end = std::min(text.find(' ', word), text.size());
    const std::string_view blanks = std::string_view(text).substr(at, word - at);
    const std::string_view letters = std::string_view(text).substr(word, end - word);
    if (!first && used + blanks.size() + display_width(letters) > most) {
      out += '\n' + std::string(static_cast<size_t>(indent), ' ');
      used = static_cast<size_t>(indent);
    } else {
      out += blanks;
      used += blanks.size();
    }
    out += letters;
    used += display_width(letters);
    first = false;
    at = end;
  }
  return out;
}

std::string plan_text(const dag::Plan& plan, int width) { return PlanWriter(plan, width).write(); }

}  // namespace weirflow::cli
