// Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
#pragma once

namespace weirflow::cli {

inline constexpr const char* kReportStyle = R"CSS(
:root{color-scheme:light dark;--ink:#1c2530;--soft:#5b6877;--paper:#fff;--card:#f6f8fa;--edge:#d5dce3;--accent:#2563a8;--good:#2b8a4b;--bad:#c0392b;--dim:#a0a8b0}
@media (prefers-color-scheme:dark){:root{--ink:#e6ebf0;--soft:#9fabb8;--paper:#14191f;--card:#1b222a;--edge:#35404c;--accent:#6fb1f5;--good:#58b876;--bad:#e5695c;--dim:#6b7682}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:1100px;padding:24px;font:15px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--paper)}
h1{font-size:26px;margin:0}
h2{font-size:19px;margin:34px 0 10px}
h3{font-size:16px;margin:22px 0 8px}
.meta{color:var(--soft);margin:4px 0 0}
.badge{display:inline-block;border-radius:10px;padding:1px 10px;font-size:13px;font-weight:600;color:#fff;background:var(--dim);vertical-align:middle}
.badge.success{background:var(--good)}
.badge.failed,.badge.upstream_failed{background:var(--bad)}
.error{border-left:4px solid var(--bad);background:var(--card);padding:10px 14px;margin:16px 0;white-space:pre-wrap}
.scroll{overflow-x:auto;border:1px solid var(--edge);border-radius:8px;padding:10px}
table{border-collapse:collapse;width:100%;font-size:14px}
th,td{text-align:left;padding:4px 10px;border-bottom:1px solid var(--edge);vertical-align:top}
th{color:var(--soft);font-weight:600}
td.number,th.number{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
td.raw{font:12px/1.4 ui-monospace,monospace;overflow-wrap:anywhere}
.tables{display:flex;flex-wrap:wrap;gap:18px;align-items:flex-start}
.tables>div{flex:1 1 260px;overflow-x:auto}
figure{display:inline-block;margin:0 18px 12px 0}
figcaption{font-weight:600;font-size:14px}
svg{max-width:100%;height:auto}
.scroll svg{max-width:none}
.chart text{font:11px system-ui,sans-serif;fill:var(--soft)}
.chart .grid{stroke:var(--edge)}
.chart .chance{stroke:var(--dim);stroke-dasharray:4 4}
.chart .curve{fill:none;stroke:var(--accent);stroke-width:2}
.chart .dot{fill:var(--accent)}
.chart .bar{fill:var(--accent)}
.chart .failed .bar,.chart .cancelled .bar{fill:var(--bad)}
footer{margin-top:40px;color:var(--soft);font-size:13px}
)CSS";

}  // namespace weirflow::cli
