// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#include "text_clean.h"
#include "text_hash.h"
#include "text_ngrams.h"
#include "text_tokenize.h"

WF_PLUGIN(weirflow::text::Clean, weirflow::text::Tokenize, weirflow::text::Ngrams,
          weirflow::text::Hash)
