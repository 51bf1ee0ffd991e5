// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
// wordnet_lemmas FOLDER OUTPUT: makes the list "form TAB lemma" from WordNet's index, exception and
// count files. A form with several lemmas takes the verb's, then the noun's, then the adjective's.
// Regular forms are made by the endings that WordNet's own morphology removes; one that is itself a
// WordNet word stands for itself unless the lemma is the more frequent word in WordNet's own counts
// ("years" is "year", "evening" is not "even").

#include <algorithm>
#include <array>
#include <cstdio>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>

namespace {

using Table = std::map<std::string, std::string>;
using Words = std::set<std::string>;
using Counts = std::map<std::string, long>;

bool is_plain(const std::string& word, size_t least = 3) {
  return word.size() >= least &&
         std::all_of(word.begin(), word.end(), [](char c) { return c >= 'a' && c <= 'z'; });
}

Words read_index(const std::string& path) {
  Words words;
  std::ifstream in(path);
  for (std::string line; std::getline(in, line);) {
    if (!line.empty() && line[0] != ' ') words.insert(line.substr(0, line.find(' ')));
  }
  return words;
}

/// Part of speech in WordNet's sense keys; satellites (5) count as adjectives.
enum class Part : char { any = 0, noun = '1', verb = '2', adjective = '3' };

/// Occurrences in the texts that WordNet's authors tagged, by word and part of speech, and over
/// all.
std::map<Part, Counts> read_counts(const std::string& path) {
  std::map<Part, Counts> counts;
  std::ifstream in(path);
  for (std::string line; std::getline(in, line);) {
    std::istringstream fields(line);
    std::string sense;
    long number = 0;
    long count = 0;
    const size_t mark = line.find('%');
    if (mark == std::string::npos || !(fields >> sense >> number >> count)) continue;
    const std::string word = sense.substr(0, mark);
    const char part = sense[mark + 1] == '5' ? '3' : sense[mark + 1];
    counts[Part::any][word] += count;
    counts[static_cast<Part>(part)][word] += count;
  }
  return counts;
}

void read_exceptions(const std::string& path, Table& table) {
  std::ifstream in(path);
  for (std::string line; std::getline(in, line);) {
    std::istringstream fields(line);
    std::string form;
    std::string lemma;
    fields >> form >> lemma;
    if (!lemma.empty() && form != lemma && form.find('_') == std::string::npos) {
      table.emplace(form, lemma);
    }
  }
}

bool ends_in(const std::string& word, std::string_view ending) {
  return std::string_view(word).ends_with(ending);
}

bool consonant_y(const std::string& word) {
  return ends_in(word, "y") &&
         std::string_view("aeiou").find(word[word.size() - 2]) == std::string_view::npos;
}

std::string with_s(const std::string& word) {
  if (consonant_y(word)) return word.substr(0, word.size() - 1) + "ies";
  for (const char* ending : {"s", "x", "z", "ch", "sh"}) {
    if (ends_in(word, ending)) return word + "es";
  }
  return word + "s";
}

std::string with_ed(const std::string& word) {
  if (consonant_y(word)) return word.substr(0, word.size() - 1) + "ied";
  return word + (ends_in(word, "e") ? "d" : "ed");
}

std::string with_ing(const std::string& word) {
  const bool drops =
      ends_in(word, "e") && !ends_in(word, "ee") && !ends_in(word, "ye") && !ends_in(word, "oe");
  return (drops ? word.substr(0, word.size() - 1) : word) + "ing";
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: wordnet_lemmas FOLDER OUTPUT\n");
    return 2;
  }
  const std::string folder = std::string(argv[1]) + "/";
  const Words nouns = read_index(folder + "index.noun");
  const Words verbs = read_index(folder + "index.verb");
  const Words adjectives = read_index(folder + "index.adj");
  Words all = read_index(folder + "index.adv");
  for (const Words& words : {nouns, verbs, adjectives}) all.insert(words.begin(), words.end());

  Table table;
  for (const char* kind : {"verb", "noun", "adj", "adv"}) {
    read_exceptions(folder + kind + ".exc", table);
  }
  std::map<Part, Counts> counts = read_counts(folder + "cntlist.rev");
  const auto add = [&](const std::string& form, const std::string& lemma, Part part) {
    // "seed" and "see" are two words.
    const bool own = all.contains(form) &&
                     (counts[Part::any][form] >= counts[part][lemma] || ends_in(form, "eed"));
    if (!own) table.emplace(form, lemma);
  };
  for (const std::string& verb : verbs) {
    if (is_plain(verb, 2)) add(with_ing(verb), verb, Part::verb);
    if (!is_plain(verb)) continue;
    add(with_s(verb), verb, Part::verb);
    add(with_ed(verb), verb, Part::verb);
  }
  for (const std::string& noun : nouns) {
    if (!is_plain(noun)) continue;
    add(with_s(noun), noun, Part::noun);
    if (ends_in(noun, "man")) add(noun.substr(0, noun.size() - 2) + "en", noun, Part::noun);
  }
  for (const std::string& adjective : adjectives) {
    // The rare ones are seldom compared, and their forms would double the list.
    if (!is_plain(adjective) || counts[Part::adjective][adjective] == 0) continue;
    const std::string past = with_ed(adjective);  // its last "d" gives way to "r" and "st"
    const std::string base = past.substr(0, past.size() - 1);
    add(base + "r", adjective, Part::adjective);
    add(base + "st", adjective, Part::adjective);
  }

  std::ofstream out(argv[2], std::ios::binary);
  for (const auto& [form, lemma] : table) out << form << '\t' << lemma << '\n';
  out.close();
  if (nouns.empty() || verbs.empty() || counts.size() < 4 || !out) {
    std::fprintf(stderr, "wordnet_lemmas: cannot read %s or write %s\n", argv[1], argv[2]);
    return 1;
  }
  return 0;
}
