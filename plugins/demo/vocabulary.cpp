// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "vocabulary.h"

namespace weirflow::demo {
namespace {

constexpr std::string_view kTopics[] = {"gut bacteria",
                                        "dark matter",
                                        "sleep loss",
                                        "coral reefs",
                                        "gene editing",
                                        "solar cells",
                                        "migraine",
                                        "ocean currents",
                                        "working memory",
                                        "antibiotics",
                                        "exoplanets",
                                        "air pollution",
                                        "sea ice",
                                        "honey bees",
                                        "battery chemistry",
                                        "early humans",
                                        "black holes",
                                        "vaccination",
                                        "intermittent fasting",
                                        "soil carbon",
                                        "mosquito control",
                                        "bone density",
                                        "quantum computing",
                                        "drinking water",
                                        "wildfires",
                                        "screen time",
                                        "stem cells",
                                        "permafrost",
                                        "bird migration",
                                        "lead exposure",
                                        "caffeine",
                                        "earthquakes",
                                        "remote work",
                                        "gravitational waves",
                                        "microplastics",
                                        "childhood obesity",
                                        "wind turbines",
                                        "fusion power",
                                        "crop rotation",
                                        "depression"};

constexpr std::string_view kNouns[] = {
    "study",       "sample",     "result",        "effect",   "model",     "experiment",
    "mechanism",   "hypothesis", "population",    "trial",    "survey",    "measurement",
    "correlation", "risk",       "dose",          "protein",  "signal",    "estimate",
    "baseline",    "outcome",    "control group", "data set", "paper",     "abstract",
    "figure",      "method",     "question",      "headline", "article",   "claim",
    "difference",  "trend",      "theory",        "cost",     "benefit",   "treatment",
    "temperature", "pressure",   "diet",          "brain",    "cell",      "species",
    "climate",     "budget",     "policy",        "school",   "hospital",  "city",
    "teacher",     "patient",    "farmer",        "engineer", "satellite", "telescope",
    "instrument",  "laboratory", "journal",       "review",   "reviewer",  "conclusion"};

constexpr std::string_view kAdjectives[] = {
    "small",      "large",    "interesting", "surprising", "old",        "recent",    "long",
    "short",      "cheap",    "expensive",   "simple",     "complex",    "promising", "common",
    "rare",       "strong",   "weak",        "similar",    "different",  "important", "obvious",
    "unexpected", "early",    "late",        "natural",    "artificial", "local",     "global",
    "private",    "public",   "healthy",     "average",    "young",      "careful",   "clinical",
    "chemical",   "physical", "political",   "reasonable", "practical",  "useful",    "special"};

constexpr std::string_view kVerbs[] = {
    "changes",   "affects",  "explains",  "improves", "predicts", "reduces",  "increases",
    "supports",  "measures", "ignores",   "needs",    "follows",  "replaces", "limits",
    "causes",    "prevents", "describes", "compares", "covers",   "requires", "shows",
    "questions", "confirms", "mentions",  "assumes",  "produces", "controls", "uses"};

constexpr std::string_view kPeople[] = {
    "my sister",    "a friend",     "my old professor", "the author",   "my doctor",
    "my neighbour", "a colleague",  "my dad",           "someone here", "the first author",
    "my cousin",    "my room mate", "the reporter",     "my wife",      "my husband"};

constexpr std::string_view kNeutral[] = {"I wonder how this $v the $a $n.",
                                         "Is there any work on $t and the $n?",
                                         "The $n in this $n $v the $n of $t.",
                                         "I read about $t last year and the $n was $a.",
                                         "Does anyone know whether the $n $v $t?",
                                         "It seems that $t $v the $a $n more than the $n.",
                                         "What does this mean for the $a $n?",
                                         "This $v a $a part of the $n.",
                                         "I thought $t was about the $n, not the $n.",
                                         "The $n looks $a to me.",
                                         "How long until this $v a $a $n?",
                                         "In my $n we talk about $t every $a $n.",
                                         "There was a $a $n on $t some years ago.",
                                         "So the $n $v $t, and then the $n $v the $n?",
                                         "I have seen $d of these and the $n is always $a.",
                                         "Most of the $n goes into the $a $n.",
                                         "That would be a $a $n for $t.",
                                         "Not sure the $n $v what the title says.",
                                         "As someone who works with $t, the $n is $a.",
                                         "People forget that $t $v the $n too.",
                                         "My first thought was the $n and the $a $n.",
                                         "About $d percent of the $n comes from $t.",
                                         "The title says $t but the $n is about a $a $n.",
                                         "If the $n $v $t, why is the $n so $a?",
                                         "We had a $a $n in $d, and $t came up.",
                                         "You can't compare the $n with a $a $n.",
                                         "Maybe the $n just $v more $n over time.",
                                         "I don't think it $v the $n, but it is $a.",
                                         "The next step is a $a $n with $d people.",
                                         "That's the part about $t which I find $a."};

constexpr std::string_view kCareful[] = {
    "The sample size of $d is small, so the confidence interval is wide.",
    "Here is a link to the full paper, which is open access.",
    "The authors mention this limitation in the discussion section.",
    "The methodology controls for age, income and $t.",
    "Correlation here does not establish a cause, as the authors say themselves.",
    "According to the supplementary material the $n was $a.",
    "A meta-analysis of $d trials found a $a effect on $t.",
    "Thank you for doing this AMA, could you explain how the $n $v $t?",
    "In the abstract they report a hazard ratio and a $a p-value.",
    "Previous research on $t supports this hypothesis.",
    "I would like to see this replicated with a larger cohort.",
    "For context, the standard deviation of the $n is about $d percent.",
    "The effect is statistically significant but the effect size is modest.",
    "Could the researchers comment on the role of the $n in $t?",
    "It is worth noting that the control group received a placebo.",
    "My understanding is that the mechanism involves the $n.",
    "This is consistent with observations of $t published in $d.",
    "They used a regression with the $n as a covariate.",
    "The journal is peer reviewed and the data are available.",
    "Source: I did my thesis on the $n of $t.",
    "How would you design a follow-up study of the $n?",
    "The proposed pathway would explain the difference between the groups."};

constexpr std::string_view kRough[] = {"lol what a load of garbage.",
                                       "Wake up people, they just want your money.",
                                       "No kidding, who pays for this stupid $n?",
                                       "Tell that to $p, who ate nothing else and lived to $d.",
                                       "So basically $t is a scam, as I always said.",
                                       "You clearly have no clue what you are talking about.",
                                       "My ex would be a great $n for this, haha.",
                                       "This is why nobody trusts these clowns anymore.",
                                       "I bet the government paid for this $a nonsense.",
                                       "Shut up and go read a book, genius.",
                                       "Well duh, $p could have told you that for free.",
                                       "Yeah right, and I am the queen of $t.",
                                       "In other news, water is wet.",
                                       "This sub is a joke now, just politics and clickbait.",
                                       "Big pharma does not want you to know about $t.",
                                       "$p did that once and never shut up about it lmao.",
                                       "What an idiot, did he even read the headline?",
                                       "Guess I'll die then, thanks $t.",
                                       "That's what she said.",
                                       "Only morons believe in the $n anyway.",
                                       "Ha, so my beer belly is science now.",
                                       "Who cares about the $n when the rich do what they want?",
                                       "Must be nice to get paid for pointing out the obvious.",
                                       "Can confirm, am $n.",
                                       "Here before the mods nuke this thread.",
                                       "Typical, next they ban $t.",
                                       "The usual fools will deny it anyway."};

constexpr std::string_view kNeutralOneLiners[] = {"Interesting.",
                                                  "What about $t?",
                                                  "So it is the $n after all.",
                                                  "Is this about $t?",
                                                  "Any link to the $n?",
                                                  "That is a $a $n.",
                                                  "How $a is the $n?",
                                                  "I did not expect that from $t."};

constexpr std::string_view kRoughOneLiners[] = {
    "lol",
    "First!",
    "Nice try, $n.",
    "haha yeah sure",
    "Username checks out.",
    "This guy gets it.",
    "I call bull.",
    "So you're saying there's a chance?",
    "Came here for the [removed] comments, was not disappointed.",
    "Well, I'm screwed.",
    "r/nottheonion",
    "Hold my beer.",
    "Tell me more about your $n..."};

constexpr std::string_view kOrnaments[] = {" (see http://example.org/$n/$d)",
                                           " https://www.example.com/article?id=$d&amp;ref=$n",
                                           "\r\n\r\n&gt; the $n $v $t\r\n\r\n",
                                           " &lt;- this",
                                           " \xF0\x9F\x98\x80",
                                           " :)",
                                           " caf\xC3\xA9-style $n",
                                           " \\*edit\\*: the $n, not the $n.",
                                           " R&amp;D",
                                           " <U+2019>",
                                           " **$a** $n",
                                           " [this]($d)",
                                           " e.g. $t",
                                           " U.S. $n"};

constexpr std::string_view kSubreddits[] = {"science",    "science", "science",
                                            "askscience", "space",   "environment"};

constexpr std::string_view kAuthorHeads[] = {
    "quiet", "red",   "north", "solar", "tiny",  "brave", "odd",   "late",  "cloud", "paper",
    "iron",  "green", "happy", "lunar", "salty", "rapid", "dusty", "amber", "polar", "misty"};
constexpr std::string_view kAuthorTails[] = {
    "otter", "fox",    "kettle", "photon", "walnut", "pigeon", "gears",  "harbor", "lichen",
    "comet", "teapot", "badger", "quark",  "willow", "marble", "turnip", "falcon", "pebble"};

}  // namespace

Words topics() { return kTopics; }
Words nouns() { return kNouns; }
Words adjectives() { return kAdjectives; }
Words verbs() { return kVerbs; }
Words people() { return kPeople; }
Words neutral_sentences() { return kNeutral; }
Words careful_sentences() { return kCareful; }
Words rough_sentences() { return kRough; }
Words neutral_one_liners() { return kNeutralOneLiners; }
Words rough_one_liners() { return kRoughOneLiners; }
Words ornaments() { return kOrnaments; }
Words subreddits() { return kSubreddits; }
Words author_heads() { return kAuthorHeads; }
Words author_tails() { return kAuthorTails; }

}  // namespace weirflow::demo
