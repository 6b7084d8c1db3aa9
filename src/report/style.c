/* How a report looks: calm, by day and by night, on a phone and on paper. Colours: Okabe & Ito's, which the colour-blind tell
 * apart, lightened where the ground is dark. */
#include "report/chart.h"

#include <stddef.h>

/* clang-format off */
const char *const mg__report_style[] = {
    ":root{color-scheme:light dark;--paper:#fbfaf8;--card:#fff;--ink:#1d2126;--soft:#5d656e;--line:#e4e1dc;--axis:#a9adb2;--good:#1a7f5a;--bad:#c4472b;--warn:#8a5a00;--warn-ground:#fdf4de;",
    "--c0:#0b6fb8;--c1:#d2601a;--c2:#12825f;--c3:#b3497f;--c4:#7a6400;--c5:#2a8fc9;--c6:#6a4bc0;--c7:#5d656e}\n",
    "@media (prefers-color-scheme:dark){:root{--paper:#14171a;--card:#1c2024;--ink:#e8e6e1;--soft:#a0a7ae;--line:#30363c;--axis:#59616a;--good:#4cc394;--bad:#f08162;--warn:#f0c468;--warn-ground:#2c2618;",
    "--c0:#5db2f0;--c1:#f0935a;--c2:#4cc394;--c3:#e58ab8;--c4:#d8c452;--c5:#8ad0f5;--c6:#a78ff0;--c7:#a0a7ae}}\n",
    "*{box-sizing:border-box}\n",
    "body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.5 system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif;overflow-wrap:anywhere}\n",
    "main{max-width:1080px;margin:0 auto;padding:2rem 1.25rem 4rem}\n",
    "h1{font-size:1.7rem;line-height:1.2;margin:0 0 .25rem;font-weight:650;letter-spacing:-.01em}\n",
    "h2{font-size:1.15rem;margin:3rem 0 .75rem;font-weight:650;padding-top:.75rem;border-top:1px solid var(--line)}\n",
    "p{margin:.4rem 0;max-width:46rem}.soft,figcaption span{color:var(--soft)}\n",
    "pre{margin:1rem 0;padding:.75rem 1rem;background:var(--card);border:1px solid var(--line);border-radius:6px;font:13.5px/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;white-space:pre-wrap}\n",
    ".tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(140px,1fr));gap:.75rem;margin:1.25rem 0}\n",
    ".tile{background:var(--card);border:1px solid var(--line);border-radius:8px;padding:.7rem .9rem}\n",
    ".tile b{display:block;font-size:1.5rem;font-weight:650;line-height:1.25;font-variant-numeric:tabular-nums}.tile span{color:var(--soft);font-size:.85rem;display:block}\n",
    ".charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,420px),1fr));gap:1rem;align-items:start}\n",
    ".chart,.pictures{margin:0;background:var(--card);border:1px solid var(--line);border-radius:8px;padding:.9rem 1rem;min-width:0;break-inside:avoid}\n",
    "figcaption{margin:0 0 .5rem;font-size:.875rem;line-height:1.4}figcaption b{display:block;font-size:.975rem;font-weight:650}\n",
    "svg{display:block;width:100%;height:auto;max-width:620px;margin:0 auto;overflow:visible}\n",
    "svg text{font:12px system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif;fill:var(--soft);font-variant-numeric:tabular-nums}\n",
    "svg .mid{text-anchor:middle}svg .end{text-anchor:end}svg .cell{fill:var(--ink)}svg .name{font-weight:600}\n",
    ".grid{stroke:var(--line);fill:none}.axis,.tick{stroke:var(--axis);fill:none}.mark{stroke:var(--axis);stroke-dasharray:4 3;fill:none}.whisker{stroke:var(--ink);stroke-opacity:.55;fill:none}\n",
    ".line{fill:none;stroke-width:1.9;stroke-linejoin:round;stroke-linecap:round}.thin{stroke-width:1.2}.point{fill-opacity:.45;stroke:none}.band{fill-opacity:.15;stroke:none}.spot{stroke:var(--card);stroke-width:.8}.ring{fill:none;stroke:var(--c1);stroke-width:2.4}.hollow{fill:none;stroke:var(--c7);stroke-opacity:.75}.cross{fill:none;stroke:var(--bad);stroke-width:1.4}.halo{paint-order:stroke;stroke:var(--card);stroke-width:3.5px;stroke-linejoin:round}\n",
    ".field{shape-rendering:crispEdges}.bar,.heat{fill:var(--c0)}.right{fill:var(--c2)}.wrong{fill:var(--c1)}\n",
    ".line.c0{stroke:var(--c0)}.line.c1{stroke:var(--c1)}.line.c2{stroke:var(--c2)}.line.c3{stroke:var(--c3)}.line.c4{stroke:var(--c4)}.line.c5{stroke:var(--c5)}.line.c6{stroke:var(--c6)}.line.c7{stroke:var(--c7)}\n",
    "circle.c0,.f0,svg .t0{fill:var(--c0)}circle.c1,.f1,svg .t1{fill:var(--c1)}circle.c2,.f2,svg .t2{fill:var(--c2)}circle.c3,.f3,svg .t3{fill:var(--c3)}circle.c4,.f4,svg .t4{fill:var(--c4)}circle.c5,.f5,svg .t5{fill:var(--c5)}circle.c6,.f6,svg .t6{fill:var(--c6)}circle.c7,.f7,svg .t7{fill:var(--c7)}\n",
    ".b0{background:var(--c0)}.b1{background:var(--c1)}.b2{background:var(--c2)}.b3{background:var(--c3)}.b4{background:var(--c4)}.b5{background:var(--c5)}.b6{background:var(--c6)}.b7{background:var(--c7)}\n",
    ".legend{display:flex;flex-wrap:wrap;gap:.2rem 1rem;font-size:.85rem;color:var(--soft);margin-top:.5rem}.legend .failed{background:var(--bad)}.legend i{display:inline-block;width:.7em;height:.7em;border-radius:2px;margin-right:.4em}\n",
    ".scroll{overflow-x:auto;margin:.75rem 0}table{border-collapse:collapse;font-size:.9rem;font-variant-numeric:tabular-nums;overflow-wrap:normal}\n",
    "th,td{text-align:left;padding:.32rem .9rem .32rem 0;border-bottom:1px solid var(--line);vertical-align:top}th{font-weight:600;color:var(--soft)}td.r,th.r{text-align:right;white-space:nowrap}tr.total td{font-weight:650;border-bottom:0}\n",
    "td.wide{min-width:15rem}.best{color:var(--good);font-weight:650}\n",
    ".warn{margin:.75rem 0;padding:.6rem 1rem;background:var(--warn-ground);border-left:3px solid var(--warn);border-radius:0 6px 6px 0}.warn ul{margin:.2rem 0;padding-left:1.1rem}\n",
    ".pictures>div{display:flex;flex-wrap:wrap;gap:.75rem}.pictures.small>div{gap:4px}.pictures div div{width:84px;font-size:.8rem;line-height:1.3;color:var(--soft)}.pictures.small div div{width:52px}\n",
    ".pictures b{color:var(--ink)}img{display:block;width:100%;image-rendering:pixelated;border-radius:3px;background:#000}\n",
    "details{margin:.5rem 0}summary{cursor:pointer;color:var(--soft)}footer{margin-top:3rem;color:var(--soft);font-size:.85rem}\n",
    "@media (max-width:520px){main{padding:1.25rem .9rem 3rem}.chart,.pictures{padding:.75rem .6rem}svg text{font-size:13px}}\n",
    "@media print{:root{color-scheme:light;--paper:#fff;--card:#fff;--ink:#000;--soft:#444;--line:#ccc;--axis:#888;--good:#1a7f5a;--bad:#c4472b;--warn:#8a5a00;--warn-ground:#fdf4de;",
    "--c0:#0b6fb8;--c1:#d2601a;--c2:#12825f;--c3:#b3497f;--c4:#7a6400;--c5:#2a8fc9;--c6:#6a4bc0;--c7:#5d656e}main{max-width:none;padding:0}.charts{grid-template-columns:1fr 1fr}h2{break-after:avoid}svg{print-color-adjust:exact;-webkit-print-color-adjust:exact}}\n",
    NULL,
};
/* clang-format on */
