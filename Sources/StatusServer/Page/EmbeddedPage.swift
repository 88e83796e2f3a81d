// swift-format-ignore-file

/// The files of the Flow Management page. Made by `Page/embed.sh`; edit `Page/` instead.
enum EmbeddedPage {
    static let files: [(name: String, text: String)] = [
        ("index.html", ##"""
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <meta name="description" content="What the flows of this Headgate do right now">
            <title>Flows – Headgate</title>
            <link rel="icon" href="page/icon.svg" type="image/svg+xml">
            <link rel="stylesheet" href="page/style.css">
            <link rel="modulepreload" href="page/dom.js">
            <link rel="modulepreload" href="page/format.js">
            <link rel="modulepreload" href="page/gateway.js">
            <link rel="modulepreload" href="page/states.js">
            <link rel="modulepreload" href="page/problems.js">
            <link rel="modulepreload" href="page/chart.js">
            <link rel="modulepreload" href="page/flow-list.js">
            <link rel="modulepreload" href="page/flow-view.js">
            <link rel="modulepreload" href="page/endpoints.js">
            <link rel="modulepreload" href="page/parts.js">
            <link rel="modulepreload" href="page/commands.js">
            <link rel="modulepreload" href="page/player.js">
            <link rel="modulepreload" href="page/playlist.js">
            <script type="module" src="page/main.js"></script>
            </head>
            <body>
            <a class="skip" href="#main">Skip to the content</a>
            <header class="bar">
              <a class="brand" href="#/"><img src="page/icon.svg" alt="" width="26" height="26"><span>Headgate</span></a>
              <p id="gateway" class="gateway"></p>
              <p id="connection" class="connection" data-state="connecting" role="status"><span class="dot" aria-hidden="true"></span><span id="connection-text">Connecting</span></p>
            </header>
            <div id="lost" class="banner lost" role="alert" hidden></div>
            <main id="main" tabindex="-1">
              <noscript><p class="empty">This page needs JavaScript. <code>headgate status</code> shows the same in a terminal.</p></noscript>
            </main>
            <dialog id="token" aria-labelledby="token-title">
              <form>
                <h2 id="token-title">This gateway asks for a token</h2>
                <p>It is the content of the file that <code>--http-token-file</code> names. It stays in this tab and goes nowhere but to this gateway.</p>
                <label for="token-value">Token</label>
                <input id="token-value" type="password" autocomplete="off" spellcheck="false" required>
                <p id="token-error" class="error" role="alert"></p>
                <button class="primary" type="submit">Use it</button>
              </form>
            </dialog>
            </body>
            </html>

            """##),
        ("style.css", ##"""
            /* Headgate's page. Colours by the reader's scheme; sizes in rem, so that the reader's text size counts. */

            :root {
              color-scheme: light dark;
              --page: #f3f5f7;
              --surface: #ffffff;
              --sunken: #f0f3f6;
              --line: #d9dfe5;
              --text: #16202a;
              --muted: #586674;
              --accent: #0f5f8c;
              --accent-soft: #e2f0f8;
              --good: #17693a;
              --good-soft: #def3e5;
              --warn: #855300;
              --warn-soft: #fdf0d3;
              --bad: #a8231c;
              --bad-soft: #fce4e2;
              --idle-soft: #e6eaee;
              --line-0: #1273a8;
              --line-1: #b3541e;
              --mark: #ffdf80;
              --radius: 0.625rem;
              --mono: ui-monospace, "SF Mono", "Cascadia Mono", "DejaVu Sans Mono", Menlo, Consolas, monospace;
              font: 100%/1.45 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif;
              font-variant-numeric: tabular-nums;
            }

            @media (prefers-color-scheme: dark) {
              :root {
                --page: #0e141a;
                --surface: #172029;
                --sunken: #10181f;
                --line: #2b3742;
                --text: #e4eaf0;
                --muted: #9aa8b5;
                --accent: #6cc0ee;
                --accent-soft: #12344a;
                --good: #74d99a;
                --good-soft: #123522;
                --warn: #f0b95a;
                --warn-soft: #3b2a0c;
                --bad: #ff9d94;
                --bad-soft: #451a18;
                --idle-soft: #26313b;
                --line-0: #5bb8ea;
                --line-1: #f0a173;
                --mark: #6b5310;
              }
            }

            * { box-sizing: border-box; }
            [hidden] { display: none !important; }
            body { margin: 0; background: var(--page); color: var(--text); font-size: 0.9375rem; }
            h1, h2, h3, h4, p, ul, ol, dl, dd, figure, pre { margin: 0; padding: 0; }
            h1 { font-size: 1.5rem; line-height: 1.2; letter-spacing: -0.01em; overflow-wrap: anywhere; }
            h2 { font-size: 1.0625rem; }
            h3 { font-size: 1rem; }
            h4 { font-size: 0.875rem; }
            ul, ol { list-style: none; }
            a { color: var(--accent); }
            code, pre { font-family: var(--mono); font-size: 0.8125rem; }
            :focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; border-radius: 0.25rem; }
            h1:focus, main:focus { outline: none; }
            .visually-hidden, .offscreen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
            .skip { position: absolute; left: -100rem; top: 0; z-index: 3; padding: 0.5rem 1rem; background: var(--surface); }
            .skip:focus { left: 0.5rem; }

            button {
              font: inherit; font-size: 0.8125rem; color: var(--text); background: var(--surface); cursor: pointer;
              border: 1px solid var(--line); border-radius: 0.375rem; padding: 0.3125rem 0.625rem; min-height: 2rem;
            }
            button:hover { border-color: var(--accent); }
            button[aria-pressed="true"] { background: var(--accent-soft); border-color: var(--accent); color: var(--accent); font-weight: 600; }
            button.primary { background: var(--accent); border-color: var(--accent); color: var(--page); font-weight: 600; }
            input { font: inherit; color: inherit; background: var(--surface); border: 1px solid var(--line); border-radius: 0.375rem; padding: 0.375rem 0.625rem; min-height: 2.25rem; }

            /* The bar */

            .bar { position: sticky; top: 0; z-index: 2; display: flex; align-items: center; gap: 1rem; padding: 0.5rem 1.25rem; background: var(--surface); border-bottom: 1px solid var(--line); }
            .brand { display: flex; align-items: center; gap: 0.5rem; color: inherit; font-weight: 700; font-size: 1.0625rem; text-decoration: none; }
            .gateway { color: var(--muted); font-size: 0.8125rem; flex: 1; min-width: 0; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
            .connection { display: flex; align-items: center; gap: 0.4375rem; margin-left: auto; padding: 0.1875rem 0.625rem; border-radius: 1rem; background: var(--idle-soft); font-size: 0.8125rem; font-weight: 600; white-space: nowrap; }
            .connection .dot { width: 0.5625rem; height: 0.5625rem; border-radius: 50%; background: var(--muted); }
            .connection[data-state="live"], .connection[data-state="polling"] { background: var(--good-soft); color: var(--good); }
            .connection[data-state="live"] .dot, .connection[data-state="polling"] .dot { background: currentColor; }
            .connection[data-state="lost"], .connection[data-state="token"] { background: var(--bad-soft); color: var(--bad); }
            .connection[data-state="lost"] .dot, .connection[data-state="token"] .dot { background: currentColor; }
            .banner { display: flex; flex-wrap: wrap; align-items: center; justify-content: space-between; gap: 0.5rem 1rem; padding: 0.625rem 1.25rem; position: sticky; top: 3rem; z-index: 2; }
            .banner.lost { background: var(--bad-soft); color: var(--bad); border-bottom: 1px solid var(--bad); }
            .is-stale main { opacity: 0.55; }

            main { max-width: 90rem; margin: 0 auto; padding: 1.25rem; }
            .empty { padding: 2rem 1rem; text-align: center; color: var(--muted); background: var(--surface); border: 1px dashed var(--line); border-radius: var(--radius); }
            .minor, .kind, .note, .more, .since { color: var(--muted); font-size: 0.8125rem; }
            .error { color: var(--bad); overflow-wrap: anywhere; }
            p.error:empty { display: none; }

            /* Small labels */

            .badge, .chip { display: inline-block; padding: 0.0625rem 0.5rem; border-radius: 1rem; font-size: 0.75rem; font-weight: 600; background: var(--idle-soft); color: var(--muted); white-space: nowrap; }
            .badge[data-state="Ready"], .badge[data-state="Connected"], .chip[data-level="good"] { background: var(--good-soft); color: var(--good); }
            .badge[data-state="Reconciling"], .chip[data-level="warn"] { background: var(--warn-soft); color: var(--warn); }
            .badge[data-state="Stalled"], .badge[data-state="NotReady"], .chip[data-level="bad"] { background: var(--bad-soft); color: var(--bad); }
            .badge[data-state="Active"] { background: var(--accent); color: var(--page); }
            .chip { max-width: 100%; overflow: hidden; text-overflow: ellipsis; vertical-align: top; }
            .meter { display: block; height: 0.25rem; margin-top: 0.25rem; border-radius: 0.125rem; background: var(--idle-soft); overflow: hidden; }
            .meter i { display: block; height: 100%; width: 0; background: var(--line-0); }
            .meter[data-level="warn"] i { background: var(--warn); }
            .meter[data-level="bad"] i { background: var(--bad); }
            [data-level="warn"].loss { color: var(--warn); font-weight: 600; }
            [data-level="bad"].loss { color: var(--bad); font-weight: 600; }

            /* The list */

            .toolbar { display: flex; flex-wrap: wrap; align-items: center; gap: 0.75rem 1.25rem; margin-bottom: 1rem; }
            .toolbar search { display: flex; flex-wrap: wrap; align-items: center; gap: 0.625rem 0.75rem; }
            .toolbar input { width: 19rem; max-width: 100%; }
            .filters { display: flex; flex-wrap: wrap; gap: 0.375rem; }
            .filters .count { opacity: 0.7; font-weight: 400; }
            .found { margin-left: auto; color: var(--muted); font-size: 0.8125rem; }

            /* Each row is a grid of the same columns, which unlike a table row need not be laid out while it is out of view. */
            table.flows { display: block; background: var(--surface); border: 1px solid var(--line); border-radius: var(--radius); overflow: hidden; }
            table.flows thead, table.flows tbody { display: block; }
            table.flows tr {
              display: grid; align-items: center; column-gap: 1rem; padding: 0 1rem;
              grid-template-columns: minmax(9rem, 2fr) 6.5rem minmax(7rem, 1.3fr) minmax(8rem, 1.1fr) 6.5rem 4rem 4.5rem minmax(11rem, 2fr);
            }
            table.flows thead tr { background: var(--sunken); border-bottom: 1px solid var(--line); }
            table.flows thead th { padding: 0.5rem 0; text-align: left; font-size: 0.75rem; font-weight: 600; color: var(--muted); white-space: nowrap; }
            table.flows tbody tr { content-visibility: auto; contain-intrinsic-size: auto 3.5rem; min-height: 3.5rem; border-top: 1px solid var(--line); }
            table.flows tbody tr:first-child { border-top: 0; }
            table.flows tbody tr:hover { background: var(--sunken); }
            table.flows tbody :is(th, td) { display: block; min-width: 0; padding: 0.375rem 0; text-align: left; font-weight: 400; line-height: 1.3; }
            table.flows .name a { display: block; font-weight: 600; text-decoration: none; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
            table.flows .name a:hover { text-decoration: underline; }
            table.flows .minor, table.flows .major { display: block; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
            table.flows .bitrate .minor { display: inline; }
            table.flows .bitrate .major { display: inline; margin-right: 0.3125rem; font-weight: 600; }
            table.flows .minor:empty { display: none; }
            table.flows .chips { display: flex; flex-wrap: wrap; gap: 0.25rem; }
            .sparkline { display: block; width: 6rem; height: 1.75rem; }
            .line { fill: none; stroke: var(--line-0); stroke-width: 1.5; stroke-linejoin: round; }
            .area { fill: var(--line-0); opacity: 0.14; stroke: none; }
            .line.line-1 { stroke: var(--line-1); }
            .area.line-1 { fill: var(--line-1); }

            /* Problems of files */

            .problem-list { display: grid; gap: 0.625rem; margin-bottom: 1rem; }
            .problems { padding: 0.75rem 1rem; background: var(--surface); border: 1px solid var(--bad); border-left-width: 0.3125rem; border-radius: var(--radius); overflow-wrap: anywhere; }
            .problems.warnings { border-color: var(--warn); }
            .problems h3 { font-size: 0.9375rem; }
            .problems li { margin-top: 0.625rem; }
            .problems .place { font-weight: 600; }
            .problems .rule { color: var(--muted); font-size: 0.75rem; }
            .severity { font-weight: 700; color: var(--bad); }
            .severity.warning { color: var(--warn); }
            .excerpt { display: flex; gap: 0.75rem; margin-top: 0.375rem; padding: 0.4375rem 0.625rem; background: var(--sunken); border-radius: 0.375rem; overflow-x: auto; white-space: pre; }
            .excerpt .line-number { color: var(--muted); user-select: none; }
            mark { background: var(--mark); color: inherit; border-radius: 0.1875rem; padding: 0 0.125rem; }

            /* One flow */

            .flow-page > nav { margin-bottom: 0.5rem; font-size: 0.875rem; }
            .flow-page .title { display: flex; flex-wrap: wrap; align-items: center; gap: 0.75rem; }
            .description { color: var(--muted); margin-top: 0.25rem; overflow-wrap: anywhere; }
            .flow-content { display: grid; grid-template-columns: minmax(0, 1fr); gap: 1.5rem; margin-top: 1.25rem; }
            .flow-content > section > h2 { margin-bottom: 0.625rem; }
            .problem-list:not([hidden]) ~ .overview { margin-top: 0; }
            .flow-content .problem-list { margin-bottom: 0; }
            .overview { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); gap: 1rem; align-items: stretch; }
            .now, .preview, .card, .chart, .table { background: var(--surface); border: 1px solid var(--line); border-radius: var(--radius); padding: 1rem; }
            .rate { margin: 0.375rem 0 0.75rem; }
            .rate b { font-size: 1.75rem; line-height: 1.2; margin-right: 0.5rem; letter-spacing: -0.01em; }
            .rate .meter { margin-top: 0.5rem; height: 0.375rem; border-radius: 0.1875rem; }
            .facts { display: grid; gap: 0.1875rem 0; }
            .facts > div { display: grid; grid-template-columns: 7.5rem minmax(0, 1fr); gap: 0.5rem; }
            .facts dt { color: var(--muted); }
            .facts dd { overflow-wrap: anywhere; }
            .is-behind .now .facts > div:nth-child(5) dd, .is-behind .now .facts > div:nth-child(6) dd { color: var(--warn); font-weight: 600; }
            .conditions { margin-top: 0.75rem; display: grid; gap: 0.375rem; overflow-wrap: anywhere; }
            .preview { display: flex; flex-direction: column; gap: 0.625rem; }
            .screen { position: relative; display: grid; place-items: center; flex: 1; min-height: 10rem; background: #05080b; border-radius: 0.375rem; overflow: hidden; }
            .screen video { width: 100%; max-height: 24rem; aspect-ratio: 16 / 9; object-fit: contain; display: block; }
            .preview:not([data-state="playing"]) video { opacity: 0.25; }
            .preview[data-state="none"] video { display: none; }
            .preview[data-state="none"] .screen { background: var(--sunken); border: 1px dashed var(--line); }
            .preview[data-state="none"] .preview-message { color: var(--muted); }
            .preview-message { position: absolute; inset: auto 1rem; text-align: center; color: #d6dee6; }
            .preview-message:empty { display: none; }
            .preview-tools { display: flex; gap: 0.5rem; }

            .cards { display: grid; gap: 1rem; grid-template-columns: minmax(0, 1fr); }
            .card { min-width: 0; }
            .card > header, .leg > header { display: flex; flex-wrap: wrap; align-items: baseline; gap: 0.5rem; margin-bottom: 0.5rem; }
            .legs { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 24rem), 1fr)); }
            .leg { min-width: 0; padding: 0.75rem; border: 1px solid var(--line); border-radius: 0.5rem; background: var(--sunken); }
            .leg.is-active { border-color: var(--accent); box-shadow: inset 0.1875rem 0 0 var(--accent); }
            .leg .table, .card .table { padding: 0; margin-top: 0.625rem; border: 0; background: none; }
            .why { font-size: 0.8125rem; color: var(--muted); margin-bottom: 0.5rem; }
            .address { display: flex; align-items: center; gap: 0.5rem; margin-bottom: 0.5rem; }
            .address code { flex: 1; min-width: 0; padding: 0.375rem 0.5rem; background: var(--page); border: 1px solid var(--line); border-radius: 0.375rem; overflow-wrap: anywhere; user-select: all; }
            .copy { flex: none; }
            .columns { display: flex; flex-wrap: wrap; gap: 0.5rem 2rem; align-items: start; }
            .columns > * { flex: 1 1 18rem; min-width: 0; }
            .leg .columns .table { margin-top: 0; }
            .how { margin-top: 0.625rem; }
            summary { cursor: pointer; color: var(--accent); font-size: 0.875rem; padding: 0.25rem 0; }
            .commands { display: grid; gap: 0.75rem; padding-top: 0.5rem; }
            .command h4 { margin-bottom: 0.25rem; color: var(--muted); font-weight: 600; }
            .section-tools { margin-top: 0.75rem; display: flex; flex-wrap: wrap; gap: 0.75rem; align-items: center; }
            .section-tools:not(:has(:not([hidden]))) { display: none; }

            .table { overflow-x: auto; }
            .table table { width: 100%; border-collapse: collapse; font-size: 0.8125rem; }
            .table th { text-align: left; color: var(--muted); font-weight: 600; padding: 0.25rem 0.75rem 0.25rem 0; white-space: nowrap; }
            .table td { padding: 0.25rem 0.75rem 0.25rem 0; border-top: 1px solid var(--line); vertical-align: top; overflow-wrap: anywhere; }
            .table td:empty::before { content: "\2009"; }
            .events { max-height: 26rem; overflow-y: auto; }
            .events td:nth-child(-n + 2) { white-space: nowrap; }
            .events tr[data-level="warning"] td:nth-child(2) { color: var(--warn); font-weight: 600; }
            .events tr[data-level="error"] td:nth-child(2) { color: var(--bad); font-weight: 600; }

            .charts { display: grid; gap: 1rem; grid-template-columns: repeat(2, minmax(0, 1fr)); }
            .chart figcaption { display: flex; flex-wrap: wrap; align-items: baseline; justify-content: space-between; gap: 0.25rem 1rem; margin-bottom: 0.375rem; }
            .chart h3 { font-size: 0.875rem; }
            .plot { position: relative; }
            .chart svg { display: block; width: 100%; height: 7rem; touch-action: pan-y; }
            .plot .top { position: absolute; left: 0; top: 0.25rem; padding: 0 0.25rem; background: var(--surface); pointer-events: none; }
            .plot .nothing { display: none; position: absolute; inset: 0; place-items: center; color: var(--muted); font-size: 0.8125rem; pointer-events: none; }
            .without-data .nothing { display: grid; }
            .times { display: flex; justify-content: space-between; margin-top: 0.25rem; }
            .figures { display: flex; flex-wrap: wrap; gap: 0 0.875rem; font-size: 0.8125rem; color: var(--muted); }
            .figure b { color: var(--text); }
            .figure i { display: inline-block; width: 0.625rem; height: 0.1875rem; margin-right: 0.3125rem; vertical-align: middle; background: var(--line-0); }
            .figure.line-1 i { background: var(--line-1); }
            .chart .line { stroke-width: 1.75; vector-effect: non-scaling-stroke; }
            .axis { color: var(--muted); font-size: 0.75rem; line-height: 1.2; }
            .axis:empty { display: none; }
            :is(.grid, .limit, .cursor) { stroke: var(--line); stroke-width: 1; fill: none; vector-effect: non-scaling-stroke; }
            .limit { stroke: var(--bad); stroke-dasharray: 5 4; }
            .cursor { stroke: var(--muted); }

            dialog { max-width: 28rem; padding: 1.5rem; color: inherit; background: var(--surface); border: 1px solid var(--line); border-radius: var(--radius); }
            dialog::backdrop { background: rgb(0 0 0 / 55%); }
            dialog form { display: grid; gap: 0.75rem; }
            dialog label { font-weight: 600; }

            @media (max-width: 64rem) {
              table.flows tr { grid-template-columns: minmax(8rem, 2fr) 6.25rem minmax(6rem, 1.2fr) minmax(7rem, 1fr) 3.5rem 4rem minmax(8rem, 1.6fr); }
              table.flows thead th:nth-child(5), table.flows .spark { display: none !important; }
            }

            @media (max-width: 46rem) {
              main { padding: 0.875rem; }
              .bar { padding: 0.5rem 0.875rem; }
              .gateway { display: none; }
              .toolbar search, .toolbar input { width: 100%; }
              .found { margin-left: 0; }
              button { min-height: 2.5rem; }
              .overview, .charts { grid-template-columns: minmax(0, 1fr); }
              table.flows thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
              table.flows tbody tr {
                grid-template-columns: minmax(0, 1fr) max-content max-content; gap: 0 0.75rem; padding: 0.5rem 0.875rem; contain-intrinsic-size: auto 7.5rem;
                grid-template-areas: "name state state" "active bitrate bitrate" "spark loss uptime" "conditions conditions conditions";
              }
              table.flows tbody :is(th, td) { padding: 0.1875rem 0; }
              table.flows .name { grid-area: name; }
              table.flows .state { grid-area: state; justify-self: end; }
              table.flows .active { grid-area: active; }
              table.flows .bitrate { grid-area: bitrate; text-align: right; }
              table.flows .spark { display: block !important; grid-area: spark; }
              table.flows .loss { grid-area: loss; }
              table.flows .uptime { grid-area: uptime; }
              table.flows :is(.loss, .uptime)::before { content: attr(data-label) " "; color: var(--muted); font-weight: 400; font-size: 0.8125rem; }
              table.flows .conditions { grid-area: conditions; }
              .events thead { display: none; }
              .events tr { display: grid; grid-template-columns: auto 1fr; column-gap: 0.75rem; padding: 0.375rem 0; border-top: 1px solid var(--line); }
              .events td { border: 0; padding: 0; }
              .events td:empty { display: none; }
              .events td:nth-child(n + 3) { grid-column: 1 / -1; }
            }

            @media (prefers-reduced-motion: no-preference) {
              .meter i { transition: width 0.3s; }
            }

            """##),
        ("chart.js", ##"""
            // Small charts in SVG: lines over the last minutes, newest at the right.

            import { element, setText, setAttribute, shape } from './dom.js';
            import { moment } from './format.js';

            /** A line without axes, for a row of a list. */
            export class Sparkline {
              static width = 96;
              static height = 28;

              #line = shape('path', { class: 'line' });
              #area = shape('path', { class: 'area' });
              #drawn = '';

              constructor() {
                this.node = shape(
                  'svg',
                  { class: 'sparkline', viewBox: `0 0 ${Sparkline.width} ${Sparkline.height}`, 'aria-hidden': 'true' },
                  this.#area,
                  this.#line
                );
              }

              /** `values` oldest first, `capacity` the number of them that fills the width. */
              draw(values, capacity) {
                const { width, height } = Sparkline;
                const top = Math.max(...values, 1);
                const step = width / (capacity - 1);
                const start = width - (values.length - 1) * step;
                const points = values.map((value, index) => {
                  const y = height - 2 - (Math.max(0, value) / top) * (height - 4);
                  return `${(start + index * step).toFixed(1)} ${y.toFixed(1)}`;
                });
                const line = points.length > 1 && values.some((value) => value > 0) ? `M${points.join('L')}` : '';
                if (line === this.#drawn) return;
                this.#drawn = line;
                setAttribute(this.#line, 'd', line);
                setAttribute(this.#area, 'd', line ? `${line}L${width} ${height}L${start.toFixed(1)} ${height}Z` : '');
              }
            }

            /** A chart of one quantity with one line or two, over `samples` moments. */
            export class LineChart {
              /** Of the drawing, which is stretched to the room there is. */
              static width = 480;
              static height = 100;
              static top = 2;

              #lines;
              #areas;
              #format;
              #capacity;
              #series;
              #limit = null;
              #history = null;
              #topLabel = element('span', { class: 'axis top' });
              #limitLine = shape('path', { class: 'limit' });
              #cursor = shape('path', { class: 'cursor' });
              #figures;
              #svg;

              /**
               * @param title what is shown.
               * @param series `{name, key}` of each line; the key is that of the history document.
               * @param format turns a value into text.
               * @param capacity the samples that fill the width.
               * @param nothing what is said while there is no value.
               */
              constructor({ title, series, format, capacity, nothing }) {
                this.#series = series;
                this.#format = format;
                this.#capacity = capacity;
                this.#lines = series.map((_, index) => shape('path', { class: `line line-${index}` }));
                this.#areas = series.map((_, index) => shape('path', { class: `area line-${index}` }));
                const { width, height, top } = LineChart;
                this.#svg = shape(
                  'svg',
                  { viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: 'none', 'aria-hidden': 'true' },
                  shape('path', { class: 'grid', d: `M0 ${height - 1}H${width}M0 ${top}H${width}M0 ${(height + top) / 2}H${width}` }),
                  this.#areas,
                  this.#lines,
                  this.#limitLine,
                  this.#cursor
                );
                this.#figures = series.map((one, index) =>
                  element('span', { class: `figure line-${index}` }, one.name ? element('i', { 'aria-hidden': 'true' }) : null, one.name ? `${one.name} ` : null, element('b', {}, '–'))
                );
                this.#svg.addEventListener('pointermove', (event) => this.#point(event));
                this.#svg.addEventListener('pointerleave', () => this.#showLatest());
                this.node = element(
                  'figure', { class: 'chart without-data' },
                  element('figcaption', {}, element('h3', {}, title), element('span', { class: 'figures' }, this.#figures)),
                  element('div', { class: 'plot' }, this.#svg, this.#topLabel, element('p', { class: 'nothing' }, nothing)),
                  element('p', { class: 'axis times', 'aria-hidden': 'true' }, element('span', {}, '15 min ago'), element('span', {}, '7½ min'), element('span', {}, 'now'))
                );
              }

              /** @param limit a value that is drawn as a line of its own when it is near. */
              draw(history, limit = null) {
                this.#history = history;
                const { width, height, top } = LineChart;
                const values = this.#series.map((one) => history[one.key] ?? []);
                const known = values.flat().filter(Number.isFinite);
                const peak = Math.max(...known, 0);
                this.#limit = limit && limit <= peak * 3 ? limit : null;
                const ceiling = niceCeiling(Math.max(peak, this.#limit ?? 0));
                const base = height - 1;
                const y = (value) => base - (Math.max(0, value) / ceiling) * (base - top);
                values.forEach((list, index) => {
                  const { line, area } = paths(list, (position) => this.#x(position, list.length), y, base);
                  setAttribute(this.#lines[index], 'd', line);
                  setAttribute(this.#areas[index], 'd', area);
                });
                setAttribute(this.#limitLine, 'd', this.#limit ? `M0 ${y(this.#limit).toFixed(1)}H${width}` : '');
                setText(this.#topLabel, known.length > 0 ? this.#format(ceiling) : '');
                this.node.classList.toggle('without-data', known.length === 0);
                this.#showLatest();
              }

              #x(index, count) {
                return LineChart.width - ((count - 1 - index) / (this.#capacity - 1)) * LineChart.width;
              }

              #showLatest() {
                setAttribute(this.#cursor, 'd', '');
                this.#show((list) => list.at(-1), '');
              }

              #point(event) {
                const history = this.#history;
                if (!history) return;
                const box = this.#svg.getBoundingClientRect();
                const back = Math.round((1 - (event.clientX - box.left) / box.width) * (this.#capacity - 1));
                const x = LineChart.width * (1 - back / (this.#capacity - 1));
                setAttribute(this.#cursor, 'd', `M${x.toFixed(1)} 0V${LineChart.height}`);
                this.#show((list) => (back < list.length ? list.at(-1 - back) : null), ` at ${moment(history.time - back * history.interval)}`);
              }

              #show(pick, suffix) {
                this.#series.forEach((one, index) => {
                  const value = pick(this.#history?.[one.key] ?? []);
                  const text = value === null || value === undefined ? '–' : this.#format(value);
                  setText(this.#figures[index].querySelector('b'), text + suffix);
                });
              }
            }

            /** A line with gaps where there is no value, and the area below. */
            function paths(list, x, y, base) {
              let line = '';
              let area = '';
              let start = null;
              list.forEach((value, index) => {
                if (!Number.isFinite(value)) {
                  start = null;
                  return;
                }
                const [px, py] = [x(index).toFixed(1), y(value).toFixed(1)];
                if (start === null) {
                  line += `M${px} ${py}`;
                  area += `M${px} ${base}L${px} ${py}`;
                  start = px;
                } else {
                  line += `L${px} ${py}`;
                  area += `L${px} ${py}`;
                }
                const next = list[index + 1];
                if (!Number.isFinite(next)) area += `L${px} ${base}Z`;
              });
              return { line, area };
            }

            /** 1, 2, 5 or 10 times a power of ten, at or above the value. */
            function niceCeiling(value) {
              if (!(value > 0)) return 1;
              const power = 10 ** Math.floor(Math.log10(value));
              return [1, 2, 5, 10].map((factor) => factor * power).find((candidate) => candidate >= value * 0.999);
            }

            """##),
        ("commands.js", ##"""
            // Ready command lines: how to send to an input, and how to play an output.

            /** What stands in a line where the reader has to put something. */
            const stream = 'INPUT.ts';
            const passphrase = 'PASSPHRASE';
            const streamKey = 'STREAM-KEY';

            /**
             * The address with a name that a client can use: 0.0.0.0 stands for any address of the gateway's machine, so the name by
             * which this page was reached takes its place.
             */
            export function reachable(address) {
              const host = location.hostname.includes(':') ? `[${location.hostname.replace(/^\[|\]$/g, '')}]` : location.hostname;
              return address.replace(/^([a-z-]+:\/\/)(0\.0\.0\.0|\[::\])(?=[:/]|$)/, `$1${host}`);
            }

            /** In single quotes for a shell, unless it needs none. */
            function quoted(text) {
              return /^[A-Za-z0-9_@%+:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
            }

            function withQuery(address, parameters) {
              const query = parameters.filter(Boolean).join('&');
              if (query === '') return address;
              return address + (address.includes('?') ? '&' : '?') + query;
            }

            function srtURL(address, keyLength, extra = []) {
              return withQuery(address, [...extra, keyLength ? `passphrase=${passphrase}&pbkeylen=${keyLength}` : null]);
            }

            /** `srt://:PORT`: where a peer that is called listens. */
            function listeningURL(address, keyLength) {
              const port = /^srt:\/\/(?:\[[^\]]*\]|[^:/?]*):(\d+)/.exec(address)?.[1] ?? 'PORT';
              return srtURL(`srt://:${port}`, keyLength, ['mode=listener']);
            }

            const notes = {
              passphrase: (keyLength) => `${passphrase} is the key in the flow file; it has ${keyLength * 8} bits (${keyLength} bytes).`,
              called: 'The gateway calls this address: the other side has to listen there.',
            };

            /**
             * How to send to a leg of an input.
             *
             * @param key the address with its stream key, when the reader asked for it.
             * @returns `{lines: [{tool, text | fields}], note}`.
             */
            export function publishing(input, leg, key) {
              const address = reachable(leg.address);
              if (!address) return { lines: [], note: null };
              switch (input.protocol) {
                case 'srt': return input.mode === 'caller' ? calledSRT(address, input.keyLength) : srt(address, input.keyLength);
                case 'rtmp': return rtmp(address, key);
                case 'rtp': return datagrams(address);
                case 'rtsp': return { lines: [{ tool: 'ffmpeg', text: `ffmpeg -re -i ${stream} -c copy -f rtsp -rtsp_transport tcp ${quoted(address)}` }], note: null };
                case 'file': return { lines: [], note: 'Played from a file on the gateway’s machine.' };
                default: return { lines: [], note: 'The gateway fetches this stream itself.' };
              }
            }

            function srt(address, keyLength) {
              const url = srtURL(address, keyLength);
              return {
                lines: [
                  { tool: 'ffmpeg', text: `ffmpeg -re -i ${stream} -c copy -f mpegts ${quoted(url)}` },
                  { tool: 'OBS', fields: [['Service', 'Custom'], ['Server', url], ['Stream key', '(leave empty)']] },
                  { tool: 'srt-live-transmit', text: `srt-live-transmit udp://:1234 ${quoted(url)}` },
                ],
                note: keyLength ? notes.passphrase(keyLength) : null,
              };
            }

            function calledSRT(address, keyLength) {
              const url = listeningURL(address, keyLength);
              return {
                lines: [
                  { tool: 'ffmpeg', text: `ffmpeg -re -i ${stream} -c copy -f mpegts ${quoted(url)}` },
                  { tool: 'OBS', fields: [['Service', 'Custom'], ['Server', url], ['Stream key', '(leave empty)']] },
                  { tool: 'srt-live-transmit', text: `srt-live-transmit udp://:1234 ${quoted(url)}` },
                ],
                note: [notes.called, keyLength ? notes.passphrase(keyLength) : null].filter(Boolean).join(' '),
              };
            }

            /** The gateway writes `***` where the stream key belongs. */
            function withoutKey(address) {
              return address.replace(/\/\*+$/, '');
            }

            function rtmp(shown, key) {
              const address = withoutKey(shown);
              const url = key ? reachable(key) : `${address}/${streamKey}`;
              return {
                lines: [
                  { tool: 'ffmpeg', text: `ffmpeg -re -i ${stream} -c copy -bsf:a aac_adtstoasc -f flv ${quoted(url)}` },
                  { tool: 'OBS', fields: [['Service', 'Custom'], ['Server', address], ['Stream key', key ? url.slice(address.length + 1) : streamKey]] },
                ],
                note: key ? null : `${streamKey} stays hidden until you ask for it.`,
              };
            }

            function datagrams(address) {
              const place = address.replace(/^[a-z]+:\/\//, '');
              return {
                lines: [
                  { tool: 'ffmpeg', text: `ffmpeg -re -i ${stream} -c copy -f rtp_mpegts ${quoted(`rtp://${place}`)}` },
                  { tool: 'ffmpeg, without RTP', text: `ffmpeg -re -i ${stream} -c copy -f mpegts ${quoted(`udp://${place}?pkt_size=1316`)}` },
                  { tool: 'OBS', fields: [['Output', 'Custom Output (FFmpeg)'], ['File path or URL', `udp://${place}?pkt_size=1316`], ['Container', 'mpegts']] },
                  { tool: 'srt-live-transmit', text: `srt-live-transmit 'srt://SOURCE:PORT' ${quoted(`udp://${place}`)}` },
                ],
                note: 'RTP and plain UDP are told apart by themselves.',
              };
            }

            /** How to play an output; the same form as of `publishing`. */
            export function playing(flow, output, key) {
              const address = reachable(output.address);
              switch (output.protocol) {
                case 'srt': {
                  const isCalled = output.mode === 'caller';
                  if (!address) return { lines: [], note: null };
                  const url = isCalled ? listeningURL(address, output.keyLength) : srtURL(address, output.keyLength);
                  const note = [isCalled ? notes.called : null, output.keyLength ? notes.passphrase(output.keyLength) : null].filter(Boolean).join(' ');
                  return {
                    lines: [
                      { tool: 'ffplay', text: `ffplay ${quoted(url)}` },
                      { tool: 'srt-live-transmit', text: `srt-live-transmit ${quoted(url)} udp://127.0.0.1:1234` },
                    ],
                    note: note || null,
                  };
                }
                case 'rtmp': {
                  if (!address) return { lines: [], note: null };
                  const url = key ? reachable(key) : `${withoutKey(address)}/${streamKey}`;
                  return { lines: [{ tool: 'ffplay', text: `ffplay ${quoted(url)}` }], note: key ? null : `${streamKey} is the output’s name unless the flow file gives another.` };
                }
                case 'rtsp': return { lines: address ? [{ tool: 'ffplay', text: `ffplay -rtsp_transport tcp ${quoted(address)}` }] : [], note: null };
                case 'hls': {
                  const url = new URL(`hls/${encodeURIComponent(flow)}/index.m3u8`, document.baseURI.split('#')[0]).href;
                  return { lines: [{ tool: 'ffplay', text: `ffplay ${quoted(url)}` }], note: null };
                }
                default: return { lines: [], note: null };
              }
            }

            """##),
        ("dom.js", ##"""
            // Making and changing elements. Everything goes in as text or attributes: the page never reads text as HTML.

            const svgNamespace = 'http://www.w3.org/2000/svg';

            /** An element with attributes and children. `on…` takes a listener; null, undefined and false leave an attribute out. */
            export function element(tag, attributes = {}, ...children) {
              return filled(document.createElement(tag), attributes, children);
            }

            /** The same for SVG. */
            export function shape(tag, attributes = {}, ...children) {
              return filled(document.createElementNS(svgNamespace, tag), attributes, children);
            }

            function filled(node, attributes, children) {
              for (const [name, value] of Object.entries(attributes)) {
                if (value === null || value === undefined || value === false) continue;
                if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
                else node.setAttribute(name, value === true ? '' : String(value));
              }
              node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
              return node;
            }

            /** Writes only what changed, so that the browser has nothing to lay out again. */
            export function setText(node, text) {
              const shown = text ?? '';
              if (node.textContent !== shown) node.textContent = shown;
            }

            /** Sets or, for null and false, takes away. */
            export function setAttribute(node, name, value) {
              if (value === null || value === undefined || value === false) {
                if (node.hasAttribute(name)) node.removeAttribute(name);
              } else {
                const text = value === true ? '' : String(value);
                if (node.getAttribute(name) !== text) node.setAttribute(name, text);
              }
            }

            export function setHidden(node, isHidden) {
              if (node.hidden !== isHidden) node.hidden = isHidden;
            }

            /** A button that copies what `text` returns, and says so. */
            export function copyButton(text, label) {
              const button = element('button', { type: 'button', class: 'copy', 'aria-label': `Copy ${label}` }, 'Copy');
              button.addEventListener('click', async () => {
                setText(button, (await copied(text())) ? 'Copied' : 'Not copied');
                setTimeout(() => setText(button, 'Copy'), 1500);
              });
              return button;
            }

            async function copied(text) {
              if (navigator.clipboard) {
                try {
                  await navigator.clipboard.writeText(text);
                  return true;
                } catch {
                  // Not allowed here: the older way may be.
                }
              }
              // Pages that came without TLS from another machine have no clipboard of the newer kind.
              const area = element('textarea', { class: 'offscreen', 'aria-hidden': 'true', readonly: true });
              area.value = text;
              document.body.append(area);
              area.select();
              const isCopied = document.execCommand('copy');
              area.remove();
              return isCopied;
            }

            """##),
        ("endpoints.js", ##"""
            // The inputs with their legs, and the outputs with their receivers.

            import { playing, publishing, reachable } from './commands.js';
            import { element, setAttribute, setHidden, setText } from './dom.js';
            import { bitrate, bytes, count, duration, milliseconds } from './format.js';
            import { Address, Commands, Facts, Parts, TextTable } from './parts.js';

            const counterNames = [
              ['packetsLost', 'lost'], ['packetsRetransmitted', 'retransmitted'], ['packetsRecovered', 'recovered'],
              ['packetsDropped', 'dropped'], ['packetsDuplicated', 'duplicated'], ['packetsReordered', 'out of order'],
              ['packetsRefused', 'refused'],
            ];

            /** `1,204 (1.5 MB), 3 lost` */
            function counters(values) {
              if (!(values.packets > 0 || values.bytes > 0 || values.packetsRefused > 0)) return null;
              const others = counterNames.filter(([key]) => values[key] > 0).map(([key, name]) => `, ${count(values[key])} ${name}`);
              return `${count(values.packets)} (${bytes(values.bytes)})${others.join('')}`;
            }

            function badge() {
              return element('span', { class: 'badge' });
            }

            function writeBadge(node, state) {
              setText(node, state);
              setAttribute(node, 'data-state', state);
            }

            /** One input: its legs side by side. */
            export class InputCard {
              #title = element('h3', {});
              #kind = element('span', { class: 'kind' });
              #legs;

              constructor() {
                const grid = element('div', { class: 'legs' });
                this.#legs = new Parts(grid, (...values) => new LegCard(...values));
                this.node = element('article', { class: 'card' }, element('header', {}, this.#title, this.#kind), grid);
              }

              /** @param context `{keys, why}`: stream keys by component, and why the active leg is. */
              update(input, context) {
                setText(this.#title, input.name);
                setText(this.#kind, [input.protocol, input.mode, input.keyLength ? `AES-${input.keyLength * 8}` : null, input.enabled ? null : 'disabled'].filter(Boolean).join(', '));
                this.#legs.set(input.legs.map((leg) => [leg.name, input, leg, context]));
              }
            }

            class LegCard {
              #name = element('h4', {});
              #badge = badge();
              #active = element('span', { class: 'badge', 'data-state': 'Active' }, 'Feeds the outputs');
              #why = element('p', { class: 'why' });
              #address;
              #facts = new Facts(['Peer', 'Connected for', 'Bitrate', 'Round trip', 'Packets', 'Reconnects', 'Stream faults', 'Merge']);
              #streams = new TextTable('Streams', ['PID', 'Codec', 'Bitrate', 'Clock']);
              #commands = new Commands('How to send here');
              #error = element('p', { class: 'error', hidden: true });

              constructor(input, leg) {
                this.#address = new Address(`the address of ${input.name}, ${leg.name}`);
                this.node = element(
                  'section', { class: 'leg', 'aria-label': `Leg ${leg.name} of ${input.name}` },
                  element('header', {}, this.#name, this.#badge, this.#active), this.#why, this.#error,
                  this.#address.node, element('div', { class: 'columns' }, this.#facts.node, this.#streams.node), this.#commands.node
                );
              }

              update(input, leg, { keys, why }) {
                setText(this.#name, leg.name);
                writeBadge(this.#badge, leg.state);
                setHidden(this.#active, !leg.active);
                this.node.classList.toggle('is-active', leg.active);
                setHidden(this.#why, !(leg.active && why));
                setText(this.#why, leg.active ? why : '');
                const key = keys?.get(`${input.name}/${leg.name}`) ?? null;
                this.#address.set(reachable(key ?? leg.address));
                this.#facts.set({
                  Peer: leg.remote,
                  'Connected for': leg.uptime === undefined ? null : duration(leg.uptime),
                  Bitrate: leg.bitrate > 0 ? bitrate(leg.bitrate) : null,
                  'Round trip': leg.roundTripTimeMilliseconds === undefined ? null : milliseconds(leg.roundTripTimeMilliseconds),
                  Packets: counters(leg.counters),
                  Reconnects: leg.counters.reconnects > 0 ? count(leg.counters.reconnects) : null,
                  'Stream faults': leg.transportStream ? faults(leg.transportStream) : null,
                  Merge: leg.merge ? merge(leg.merge) : null,
                });
                this.#streams.set(streams(leg.transportStream));
                this.#commands.set(input.enabled ? publishing(input, leg, key) : { lines: [], note: null });
                setHidden(this.#error, !leg.lastError);
                setText(this.#error, leg.lastError);
              }
            }

            function streams(transport) {
              return (transport?.streams ?? []).map((stream) => [
                String(stream.pid), stream.codec, bitrate(stream.bitrate), stream.pid === transport.pcrPID ? 'PCR' : '',
              ]);
            }

            function faults(transport) {
              const found = [
                [transport.continuityErrors, 'continuity errors'], [transport.syncLosses, 'sync losses'],
                [transport.transportErrors, 'transport errors'], [transport.crcErrors, 'checksum errors'],
              ].filter(([number]) => number > 0);
              return found.map(([number, name]) => `${count(number)} ${name}`).join(', ') || null;
            }

            function merge(values) {
              const skew = values.skewMilliseconds === undefined ? '' : `, ${decimalSkew(values.skewMilliseconds)}`;
              return `${count(values.packetsUsed)} came here first, ${count(values.packetsMissing)} only on the other leg, ${count(values.packetsLate)} too late${skew}`;
            }

            function decimalSkew(value) {
              return value < 0 ? `${milliseconds(-value)} ahead` : `${milliseconds(value)} behind`;
            }

            /** One output with its receivers. */
            export class OutputCard {
              #title = element('h3', {});
              #kind = element('span', { class: 'kind' });
              #badge = badge();
              #address;
              #facts = new Facts(['Bitrate', 'Packets', 'Reconnects']);
              #peers = new TextTable('Receivers', ['Receiver', 'For', 'Bitrate', 'Round trip', 'Lost', 'Sent again', 'Dropped']);
              #commands = new Commands('How to play it');
              #error = element('p', { class: 'error', hidden: true });

              constructor(output) {
                this.#address = new Address(`the address of ${output.name}`);
                this.node = element('article', { class: 'card' },
                  element('header', {}, this.#title, this.#kind, this.#badge), this.#error, this.#address.node, this.#facts.node, this.#peers.node, this.#commands.node);
              }

              update(output, flow, keys) {
                setText(this.#title, output.name);
                setText(this.#kind, [output.protocol, output.mode, output.keyLength ? `AES-${output.keyLength * 8}` : null, output.enabled ? null : 'disabled'].filter(Boolean).join(', '));
                writeBadge(this.#badge, output.state);
                const key = keys?.get(output.name) ?? null;
                this.#address.set(reachable(key ?? output.address));
                this.#facts.set({
                  Bitrate: output.bitrate > 0 ? bitrate(output.bitrate) : null,
                  Packets: counters(output.counters),
                  Reconnects: output.counters.reconnects > 0 ? count(output.counters.reconnects) : null,
                });
                this.#peers.set(output.peers.map((peer) => [
                  peer.remote, duration(peer.uptime), bitrate(peer.bitrate),
                  peer.roundTripTimeMilliseconds === undefined ? '–' : milliseconds(peer.roundTripTimeMilliseconds),
                  count(peer.counters.packetsLost), count(peer.counters.packetsRetransmitted), count(peer.counters.packetsDropped),
                ]));
                this.#commands.set(output.enabled ? playing(flow, output, key) : { lines: [], note: null });
                setHidden(this.#error, !output.lastError);
                setText(this.#error, output.lastError);
              }
            }

            """##),
        ("flow-list.js", ##"""
            // The list of flows. All rows are in the document, so that a browser's own search finds them, but only those in view are
            // laid out and written to: a tick costs the same with ten flows and with a thousand.

            import { Sparkline } from './chart.js';
            import { element, setAttribute, setHidden, setText } from './dom.js';
            import { bitrate, count, duration, percent } from './format.js';
            import { ProblemList } from './problems.js';
            import { stateName } from './states.js';

            const states = ['Ready', 'Reconciling', 'Stalled', 'NotReady', 'Suspended'];
            const sparklineCapacity = 60;
            /** Rows that are made before the first paint, and at a time afterwards. */
            const rowsAtOnce = 60;
            const columns = ['Flow', 'State', 'Active input', 'Bitrate', 'Last 5 minutes', 'Loss', 'Uptime', 'Conditions'];

            export class FlowList {
              #rows = new Map();
              #order = [];
              #pending = [];
              #visible = new Set();
              #filter = { text: '', state: null };
              #clockOffset = 0;
              #observer;
              #body = element('tbody', { role: 'rowgroup' });
              #template = rowTemplate();
              #problems = new ProblemList('Files with problems');
              #found = element('p', { class: 'found', role: 'status' });
              #empty = element('p', { class: 'empty', hidden: true });
              #filterButtons = new Map();
              #search;
              #isStopped = false;

              constructor() {
                this.heading = element('h1', { tabindex: '-1' }, 'Flows');
                this.#search = element('input', {
                  id: 'search', type: 'search', autocomplete: 'off', spellcheck: 'false', placeholder: 'Name, protocol, peer, error',
                  oninput: () => this.#filterChanged({ text: this.#search.value }),
                });
                for (const state of [null, ...states]) {
                  const button = element('button', {
                    type: 'button', 'aria-pressed': String(state === null), onclick: () => this.#filterChanged({ state }),
                  }, state === null ? 'All' : stateName(state), ' ', element('span', { class: 'count' }, '0'));
                  this.#filterButtons.set(state, button);
                }
                this.node = element(
                  'div',
                  { class: 'list-page' },
                  element(
                    'div', { class: 'toolbar' },
                    this.heading,
                    element('search', {},
                      element('label', { for: 'search', class: 'visually-hidden' }, 'Search the flows'), this.#search,
                      element('div', { class: 'filters', role: 'group', 'aria-label': 'Show flows that are' }, [...this.#filterButtons.values()])
                    ),
                    this.#found
                  ),
                  this.#problems.node,
                  element(
                    'table', { class: 'flows', role: 'table', 'aria-label': 'Flows' },
                    element('thead', { role: 'rowgroup' },
                      element('tr', { role: 'row' }, columns.map((name) => element('th', { scope: 'col', role: 'columnheader' }, name)))),
                    this.#body
                  ),
                  this.#empty
                );
                this.#observer = new IntersectionObserver((entries) => this.#seen(entries), { rootMargin: '300px 0px' });
                this.#ticker = setInterval(() => this.#tick(), 1000);
                this.#sampler = setInterval(() => this.#sample(), 5000);
              }

              #ticker;
              #sampler;

              stop() {
                this.#isStopped = true;
                clearInterval(this.#ticker);
                clearInterval(this.#sampler);
                this.#observer.disconnect();
              }

              // What comes from the gateway

              take(type, document) {
                this.#clockOffset = document.time - Date.now() / 1000;
                if (document.gateway) this.#problems.update(document.gateway.files, document.gateway.filesWithProblems - document.gateway.files.length);
                if (type === 'list') this.#takeAll(document.flows);
                else this.#takeChanges(document.changed, document.removed);
                this.#count();
              }

              takeHistory(history) {
                for (const [name, values] of Object.entries(history.flows)) {
                  const row = this.#rows.get(name);
                  if (!row) continue;
                  row.history = values.slice(-sparklineCapacity);
                  if (this.#visible.has(row)) row.write(this.#now());
                }
              }

              #takeAll(flows) {
                const names = new Set(flows.map((flow) => flow.name));
                const gone = this.#order.filter((name) => !names.has(name));
                this.#takeChanges(flows, gone);
              }

              #takeChanges(changed, removed) {
                for (const name of removed) this.#remove(name);
                const added = [];
                for (const flow of changed) {
                  const row = this.#rows.get(flow.name);
                  if (row) {
                    row.flow = flow;
                    this.#applyFilter(row);
                    if (this.#visible.has(row)) row.write(this.#now());
                  } else {
                    added.push(flow);
                  }
                }
                if (added.length > 0) this.#add(added);
              }

              #remove(name) {
                const row = this.#rows.get(name);
                if (!row) return;
                this.#observer.unobserve(row.node);
                this.#visible.delete(row);
                row.node.remove();
                this.#rows.delete(name);
                this.#order.splice(this.#order.indexOf(name), 1);
              }

              #add(flows) {
                for (const flow of flows) this.#rows.set(flow.name, new Row(flow, this.#template));
                const isFirst = this.#order.length === 0;
                this.#order = [...this.#rows.keys()].sort((one, other) => (one < other ? -1 : 1));
                if (!isFirst) return this.#place(this.#order);
                const first = this.#order.slice(0, rowsAtOnce);
                this.#pending = this.#order.slice(rowsAtOnce);
                this.#place(first);
                this.#placeMore();
              }

              /** Rows below the first screen come when the browser has time for them. */
              #placeMore() {
                if (this.#pending.length === 0 || this.#isStopped) return;
                const later = window.requestIdleCallback ?? ((callback) => setTimeout(callback, 0));
                later(() => {
                  const names = this.#pending.splice(0, rowsAtOnce);
                  // At last all of them: others may have come in between.
                  this.#place(this.#pending.length > 0 ? names : this.#order);
                  this.#placeMore();
                }, { timeout: 200 });
              }

              /** Puts rows where they belong in the order of names; those that stand there stay. */
              #place(names) {
                const waiting = new Set(this.#pending);
                let next = null;
                for (const name of names.toReversed()) {
                  const row = this.#rows.get(name);
                  if (!row || waiting.has(name)) continue;
                  if (row.node.parentNode !== this.#body || row.node.nextSibling !== next) this.#body.insertBefore(row.node, next);
                  if (!row.isObserved) {
                    row.isObserved = true;
                    row.write(this.#now());
                    this.#applyFilter(row);
                    this.#observer.observe(row.node);
                  }
                  next = row.node;
                }
              }

              // What is shown

              #now() {
                return Date.now() / 1000 + this.#clockOffset;
              }

              #seen(entries) {
                for (const entry of entries) {
                  const row = entry.target.row;
                  if (entry.isIntersecting) {
                    this.#visible.add(row);
                    row.write(this.#now());
                  } else {
                    this.#visible.delete(row);
                  }
                }
              }

              #tick() {
                const now = this.#now();
                for (const row of this.#visible) row.writeUptime(now);
              }

              /** The rows' own history goes on from what the gateway told at first. */
              #sample() {
                for (const row of this.#rows.values()) {
                  row.history.push(Math.round(row.flow.bitrate / 1000));
                  if (row.history.length > sparklineCapacity) row.history.shift();
                }
                for (const row of this.#visible) row.writeSparkline();
              }

              #filterChanged(change) {
                Object.assign(this.#filter, change);
                for (const [state, button] of this.#filterButtons) setAttribute(button, 'aria-pressed', String(state === this.#filter.state));
                for (const row of this.#rows.values()) this.#applyFilter(row);
                this.#count();
              }

              #applyFilter(row) {
                setHidden(row.node, !row.matches(this.#filter));
              }

              #count() {
                const counts = new Map();
                let shown = 0;
                for (const row of this.#rows.values()) {
                  counts.set(row.flow.state, (counts.get(row.flow.state) ?? 0) + 1);
                  if (row.matches(this.#filter)) shown += 1;
                }
                const all = this.#rows.size;
                for (const [state, button] of this.#filterButtons) {
                  const number = state === null ? all : counts.get(state) ?? 0;
                  setText(button.querySelector('.count'), count(number));
                  setHidden(button, state !== null && number === 0 && this.#filter.state !== state);
                }
                const isFiltered = this.#filter.text !== '' || this.#filter.state !== null;
                setText(this.#found, isFiltered ? `${count(shown)} of ${count(all)} flows` : `${count(all)} ${all === 1 ? 'flow' : 'flows'}`);
                setHidden(this.#empty, shown > 0);
                setText(this.#empty, all === 0 ? 'No flows yet. A YAML file in the folder of flows makes one, at once.' : 'No flow is like that.');
              }
            }

            /** Made once and copied for each flow. */
            function rowTemplate() {
              const cell = (name, ...children) => element('td', { role: 'cell', class: name, 'data-label': columns[columnClasses.indexOf(name)] }, ...children);
              return element(
                'tr', { role: 'row' },
                element('th', { scope: 'row', role: 'rowheader', class: 'name' }, element('a', {}), element('span', { class: 'minor' })),
                cell('state', element('span', { class: 'badge' })),
                cell('active', element('span', { class: 'major' }), element('span', { class: 'minor' })),
                cell('bitrate', element('span', { class: 'major' }), element('span', { class: 'minor' }), element('span', { class: 'meter', 'aria-hidden': 'true' }, element('i', {}))),
                cell('spark'),
                cell('loss'),
                cell('uptime'),
                cell('conditions', element('span', { class: 'chips' }), element('span', { class: 'minor' }))
              );
            }

            const columnClasses = ['name', 'state', 'active', 'bitrate', 'spark', 'loss', 'uptime', 'conditions'];

            class Row {
              history = [];
              isObserved = false;
              #cells;
              #sparkline = null;
              #written = null;

              constructor(flow, template) {
                this.flow = flow;
                this.node = template.cloneNode(true);
                this.node.row = this;
                this.#cells = this.node.children;
                const link = this.#cells[0].firstChild;
                link.href = `#/flows/${encodeURIComponent(flow.name)}`;
                link.textContent = flow.name;
              }

              matches({ text, state }) {
                if (state !== null && this.flow.state !== state) return false;
                const words = text.toLowerCase().split(/\s+/).filter(Boolean);
                if (words.length === 0) return true;
                const flow = this.flow;
                const all = [flow.name, flow.description, flow.state, flow.activeLeg, flow.remote, flow.lastError, flow.file, ...flow.protocols]
                  .filter(Boolean).join('\n').toLowerCase();
                return words.every((word) => all.includes(word));
              }

              write(now) {
                const flow = this.flow;
                if (flow !== this.#written) {
                  this.#written = flow;
                  const [name, state, active, rate, , loss, , conditions] = this.#cells;
                  setText(name.lastChild, flow.description);
                  setText(state.firstChild, stateName(flow.state));
                  setAttribute(state.firstChild, 'data-state', flow.state);
                  setText(active.firstChild, flow.activeLeg ?? '–');
                  setText(active.lastChild, flow.remote);
                  setText(rate.children[0], bitrate(flow.bitrate));
                  setText(rate.children[1], `of ${bitrate(flow.maxBandwidth)}`);
                  writeMeter(rate.children[2], flow.bitrate, flow.maxBandwidth);
                  setText(loss, percent(flow.loss));
                  setAttribute(loss, 'data-level', lossLevel(flow.loss));
                  writeConditions(conditions, flow);
                }
                this.writeUptime(now);
                this.writeSparkline();
              }

              writeUptime(now) {
                setText(this.#cells[6], this.flow.connectedAt ? duration(now - this.flow.connectedAt) : '–');
              }

              writeSparkline() {
                if (this.history.length < 2) return;
                if (!this.#sparkline) {
                  this.#sparkline = new Sparkline();
                  this.#cells[4].append(this.#sparkline.node);
                }
                this.#sparkline.draw(this.history, sparklineCapacity);
              }
            }

            /** How full the cap is. */
            export function writeMeter(node, value, cap) {
              const share = cap > 0 ? Math.min(1, value / cap) : 0;
              node.firstChild.style.width = `${(share * 100).toFixed(1)}%`;
              setAttribute(node, 'data-level', share >= 0.98 ? 'bad' : share >= 0.9 ? 'warn' : null);
            }

            export function lossLevel(loss) {
              return loss >= 1 ? 'bad' : loss > 0 ? 'warn' : null;
            }

            function writeConditions(cell, flow) {
              const chips = flow.conditions.map((condition) => {
                const isGood = condition.type === 'Ready' ? condition.status === 'True' : condition.status !== 'True';
                const level = isGood ? 'good' : condition.type === 'Stalled' ? 'bad' : 'warn';
                return element('span', { class: 'chip', 'data-level': level, title: condition.message }, `${condition.type}: ${condition.reason}`);
              });
              cell.firstChild.replaceChildren(...chips);
              setText(cell.lastChild, flow.lastError);
              setAttribute(cell.lastChild, 'title', flow.lastError);
            }

            """##),
        ("flow-view.js", ##"""
            // Everything about one flow.

            import { LineChart } from './chart.js';
            import { element, setAttribute, setHidden, setText } from './dom.js';
            import { InputCard, OutputCard } from './endpoints.js';
            import { writeMeter } from './flow-list.js';
            import { bitrate, count, milliseconds, moment, percent, perSecond } from './format.js';
            import { Facts, Parts, TextTable } from './parts.js';
            import { Player } from './player.js';
            import { ProblemList } from './problems.js';
            import { stateName } from './states.js';

            const historyInterval = 5000;
            const historyCapacity = 180;
            const maximumEvents = 200;

            export class FlowView {
              #name;
              #gateway;
              #state = element('span', { class: 'badge' });
              #description = element('p', { class: 'description', hidden: true });
              #absent = element('p', { class: 'empty', hidden: true });
              #content = element('div', { class: 'flow-content', hidden: true });
              #problems = new ProblemList('Problems of the file');
              #rate = element('b', {});
              #cap = element('span', { class: 'minor' });
              #meter = element('span', { class: 'meter', 'aria-hidden': 'true' }, element('i', {}));
              #facts = new Facts(['Active leg', 'Takeovers', 'Over the cap', 'File', 'On disk', 'Running', 'Generation']);
              #conditions = element('ul', { class: 'conditions' });
              #shownConditions = '';
              #inputs = new Parts(element('div', { class: 'cards' }), () => new InputCard());
              #outputs = new Parts(element('div', { class: 'cards' }), (output) => new OutputCard(output));
              #noOutputs = element('p', { class: 'empty', hidden: true }, 'This flow has no outputs.');
              #eventTable = new TextTable('Events', ['Time', 'Event', 'Where', 'Peer', 'What happened'], { maximum: maximumEvents, className: 'events' });
              #noEvents = element('p', { class: 'empty' }, 'Nothing has happened yet.');
              #charts;
              #preview;
              #keys = null;
              #keyButton;
              #keyError = element('p', { class: 'error', role: 'alert', hidden: true });
              #document = null;
              #events = [];
              #lastEventID = 0;
              #startTime = null;
              #isFetchingEvents = false;
              #stopped = new AbortController();
              #timer;

              constructor(name, gateway) {
                this.#name = name;
                this.#gateway = gateway;
                this.#charts = makeCharts();
                this.#preview = new Preview(name, gateway);
                this.#keyButton = element('button', { type: 'button', hidden: true, onclick: () => this.#toggleKeys() }, 'Show stream keys');
                this.heading = element('h1', { tabindex: '-1' }, name);
                this.#content.append(
                  this.#problems.node,
                  element('div', { class: 'overview' },
                    element('section', { class: 'now', 'aria-labelledby': 'now-title' },
                      element('h2', { id: 'now-title' }, 'Now'),
                      element('p', { class: 'rate' }, this.#rate, this.#cap, this.#meter), this.#facts.node, this.#conditions),
                    this.#preview.node),
                  section('Inputs', this.#inputs.node, element('div', { class: 'section-tools' }, this.#keyButton, this.#keyError)),
                  section('Outputs', this.#outputs.node, this.#noOutputs),
                  section('Last 15 minutes', element('div', { class: 'charts' }, this.#charts.map((chart) => chart.node))),
                  section('Events', this.#eventTable.node, this.#noEvents)
                );
                this.node = element('div', { class: 'flow-page' },
                  element('nav', { 'aria-label': 'Back' }, element('a', { href: '#/' }, '← All flows')),
                  element('div', { class: 'title' }, this.heading, this.#state), this.#description, this.#absent, this.#content);
                this.#timer = setInterval(() => this.#fetchHistory(), historyInterval);
              }

              stop() {
                clearInterval(this.#timer);
                this.#stopped.abort();
                this.#preview.stop();
                this.#hideKeys();
              }

              take(type, document) {
                setHidden(this.#absent, type !== 'absent');
                setHidden(this.#content, type === 'absent');
                if (type === 'absent') {
                  setText(this.#absent, `There is no flow ${this.#name}. When a file makes one, it appears here.`);
                  setHidden(this.#state, true);
                  this.#preview.update([]);
                  this.#document = null;
                  return;
                }
                if (this.#startTime !== document.gateway.startTime) {
                  // Another start of the gateway: its events are counted anew.
                  this.#startTime = document.gateway.startTime;
                  this.#lastEventID = 0;
                  this.#events = [];
                }
                const isFirst = this.#document === null;
                this.#document = document;
                this.#write();
                if (isFirst) this.#fetchHistory();
                if (document.lastEventID > this.#lastEventID) this.#fetchEvents();
              }

              #write() {
                const { row, flow, file } = this.#document;
                setHidden(this.#state, false);
                setText(this.#state, stateName(row.state));
                setAttribute(this.#state, 'data-state', row.state);
                setHidden(this.#description, !flow.description);
                setText(this.#description, flow.description);
                this.#problems.update(file && file.problems.length > 0 ? [file] : []);
                setText(this.#rate, bitrate(flow.bitrate));
                setText(this.#cap, `of ${bitrate(flow.maxBandwidth)}`);
                writeMeter(this.#meter, flow.bitrate, flow.maxBandwidth);
                this.#facts.set({
                  'Active leg': flow.activeLeg ?? 'none',
                  Takeovers: flow.switches > 0 ? count(flow.switches) : null,
                  'Over the cap': flow.packetsOverBandwidth > 0 ? `${count(flow.packetsOverBandwidth)} packets dropped` : null,
                  File: flow.file,
                  'On disk': hash(flow.diskHash),
                  Running: flow.runningHash === flow.diskHash ? `${hash(flow.runningHash)}, the same` : hash(flow.runningHash),
                  Generation: flow.generation === flow.observedGeneration ? String(flow.generation) : `${flow.generation}, running ${flow.observedGeneration}`,
                });
                this.#content.classList.toggle('is-behind', flow.diskHash !== flow.runningHash);
                this.#writeConditions(flow.conditions);
                const context = { keys: this.#keys, why: this.#why() };
                this.#inputs.set(flow.inputs.map((input) => [input.name, input, context]));
                this.#outputs.set(flow.outputs.map((output) => [output.name, output, flow.name, this.#keys]));
                setHidden(this.#noOutputs, flow.outputs.length > 0);
                const hasKeys = [...flow.inputs, ...flow.outputs].some((one) => one.protocol === 'rtmp');
                setHidden(this.#keyButton, !hasKeys);
                this.#preview.update(flow.suspended ? [] : flow.outputs);
              }

              #writeConditions(conditions) {
                const key = JSON.stringify(conditions);
                if (key === this.#shownConditions) return;
                this.#shownConditions = key;
                this.#conditions.replaceChildren(...conditions.map((condition) => {
                  const isGood = condition.type === 'Ready' && condition.status === 'True';
                  const level = isGood ? 'good' : condition.type === 'Stalled' || condition.status === 'False' ? 'bad' : 'warn';
                  return element('li', {},
                    element('span', { class: 'chip', 'data-level': level }, `${condition.type}: ${condition.status}`), ' ',
                    element('b', {}, condition.reason), condition.message ? `: ${condition.message}` : '',
                    element('span', { class: 'since' }, ` since ${moment(condition.lastTransitionTime)}`));
                }));
              }

              /** What made the active leg the active one. */
              #why() {
                const event = this.#events.find((one) => one.reason === 'Switched');
                return event ? `${event.message} (${moment(event.time)})` : null;
              }

              // Stream keys

              async #toggleKeys() {
                if (this.#keys) {
                  this.#hideKeys();
                  if (this.#document) this.#write();
                  return;
                }
                setHidden(this.#keyError, true);
                try {
                  const { addresses } = await this.#gateway.json('api/v1/addresses', { signal: this.#stopped.signal });
                  this.#keys = new Map(addresses.filter((one) => one.flow === this.#name).map((one) => [one.component, one.address]));
                  setText(this.#keyButton, 'Hide stream keys');
                  if (this.#document) this.#write();
                } catch (error) {
                  if (this.#stopped.signal.aborted) return;
                  setText(this.#keyError, error.status ? `${error.message}.` : 'The gateway does not answer.');
                  setHidden(this.#keyError, false);
                }
              }

              #hideKeys() {
                this.#keys = null;
                setText(this.#keyButton, 'Show stream keys');
              }

              // Charts and events

              async #fetchHistory() {
                if (document.hidden || this.#document === null) return;
                try {
                  const history = await this.#gateway.json(`api/v1/flows/${encodeURIComponent(this.#name)}/history`, { signal: this.#stopped.signal });
                  for (const chart of this.#charts) chart.draw(history, chart.hasCap ? this.#document?.flow.maxBandwidth : null);
                } catch {
                  // The feed tells when the gateway is gone; the charts go on with the next answer.
                }
              }

              async #fetchEvents() {
                if (this.#isFetchingEvents) return;
                this.#isFetchingEvents = true;
                const startTime = this.#startTime;
                try {
                  const { events } = await this.#gateway.json(`api/v1/events?flow=${encodeURIComponent(this.#name)}`, {
                    headers: { 'Last-Event-ID': String(this.#lastEventID) }, signal: this.#stopped.signal,
                  });
                  if (startTime !== this.#startTime) return;
                  this.#events = [...events.toReversed(), ...this.#events].slice(0, maximumEvents);
                  this.#lastEventID = Math.max(this.#lastEventID, this.#document?.lastEventID ?? 0, ...events.map((one) => one.id));
                  this.#writeEvents();
                } catch {
                  // As above: the next document asks again.
                } finally {
                  this.#isFetchingEvents = false;
                }
              }

              #writeEvents() {
                setHidden(this.#noEvents, this.#events.length > 0);
                this.#eventTable.set(this.#events.map((event) => Object.assign(
                  [moment(event.time), event.reason, event.component ?? '', event.remote ?? '', event.message],
                  { level: event.severity }
                )));
                if (this.#document) this.#write();
              }
            }

            function section(title, ...children) {
              const id = `section-${title.toLowerCase().replaceAll(' ', '-')}`;
              return element('section', { 'aria-labelledby': id }, element('h2', { id }, title), children);
            }

            function hash(text) {
              return text ? text.slice(0, 12) : 'none';
            }

            function makeCharts() {
              const both = (key) => [{ name: 'in', key: `${key}In` }, { name: 'out', key: `${key}Out` }];
              const capacity = historyCapacity;
              const rate = new LineChart({ title: 'Bitrate', series: [{ name: '', key: 'bitrate' }], format: bitrate, capacity, nothing: 'Nothing has come yet' });
              rate.hasCap = true;
              return [
                rate,
                new LineChart({ title: 'Round trip', series: both('roundTrip'), format: milliseconds, capacity, nothing: 'No peer measures it: SRT does' }),
                new LineChart({ title: 'Packets lost', series: both('loss'), format: percent, capacity, nothing: 'Nothing has come yet' }),
                new LineChart({ title: 'Packets sent again', series: both('retransmitted'), format: perSecond, capacity, nothing: 'Nothing has come yet' }),
              ];
            }

            /** The live picture of a flow with an `hls` output, or why there is none. */
            class Preview {
              #video = element('video', { muted: true, playsinline: true, 'aria-label': 'Live picture of the flow', tabindex: '-1' });
              #message = element('p', { class: 'preview-message' });
              #stopButton = element('button', { type: 'button', onclick: () => this.#toggle() }, 'Stop');
              #soundButton = element('button', { type: 'button', 'aria-pressed': 'false', onclick: () => this.#toggleSound() }, 'Sound');
              #tools = element('p', { class: 'preview-tools', hidden: true }, this.#stopButton, this.#soundButton);
              #player;
              #isRunning = false;
              #isWanted = true;

              constructor(flow, gateway) {
                this.#video.muted = true;
                this.#player = new Player(this.#video, `hls/${encodeURIComponent(flow)}/`, gateway, (state, text) => this.#show(state, text));
                this.node = element('section', { class: 'preview', 'aria-labelledby': 'preview-title' },
                  element('h2', { id: 'preview-title' }, 'Preview'), element('div', { class: 'screen' }, this.#video, this.#message), this.#tools);
              }

              update(outputs) {
                const hasStream = outputs.some((output) => output.protocol === 'hls' && output.enabled);
                setHidden(this.#tools, !hasStream);
                if (!hasStream) {
                  this.#halt();
                  this.#show('none', 'The picture is shown here when the flow has an output with protocol: hls.');
                } else if (this.#isWanted && !this.#isRunning) {
                  this.#isRunning = true;
                  this.#player.start();
                }
              }

              stop() {
                this.#halt();
              }

              #halt() {
                if (!this.#isRunning) return;
                this.#isRunning = false;
                this.#player.stop();
              }

              #toggle() {
                this.#isWanted = !this.#isRunning;
                if (this.#isRunning) {
                  this.#halt();
                  this.#show('stopped', 'Stopped');
                } else {
                  this.#isRunning = true;
                  this.#player.start();
                }
              }

              #toggleSound() {
                this.#video.muted = !this.#video.muted;
                setAttribute(this.#soundButton, 'aria-pressed', String(!this.#video.muted));
              }

              #show(state, text) {
                setAttribute(this.node, 'data-state', state);
                setText(this.#message, text);
                setText(this.#stopButton, this.#isRunning ? 'Stop' : 'Play');
              }
            }

            """##),
        ("format.js", ##"""
            // Numbers as people read them, in the units of `headgate status`.

            /** Three digits that count: 5.02, 50.2, 502. */
            export function decimal(value) {
              if (!Number.isFinite(value)) return '–';
              const size = Math.abs(value);
              const places = size < 9.995 ? 2 : size < 99.95 ? 1 : 0;
              return String(Number(value.toFixed(places)));
            }

            function scaled(value, units) {
              for (const [name, size] of units) if (value >= size - size / 2000) return `${decimal(value / size)} ${name}`;
              return null;
            }

            export function bitrate(bitsPerSecond) {
              if (!(bitsPerSecond > 0)) return '–';
              return scaled(bitsPerSecond, [['Gbit/s', 1e9], ['Mbit/s', 1e6], ['kbit/s', 1e3]]) ?? `${Math.round(bitsPerSecond)} bit/s`;
            }

            export function bytes(count) {
              return scaled(count, [['TB', 1e12], ['GB', 1e9], ['MB', 1e6], ['kB', 1e3]]) ?? `${count} B`;
            }

            export function count(number) {
              return Number(number).toLocaleString('en-GB');
            }

            /** 45s, 3m12s, 5h07m, 12d4h: two units at most. */
            export function duration(seconds) {
              if (!Number.isFinite(seconds)) return '–';
              const whole = Math.max(0, Math.floor(seconds));
              const two = (number) => String(number).padStart(2, '0');
              const [days, hours, minutes] = [Math.floor(whole / 86400), Math.floor(whole / 3600) % 24, Math.floor(whole / 60) % 60];
              if (days > 0) return `${days}d${hours}h`;
              if (hours > 0) return `${hours}h${two(minutes)}m`;
              if (minutes > 0) return `${minutes}m${two(whole % 60)}s`;
              return `${whole}s`;
            }

            /** 0%, 0.02%, <0.01%; – when nothing was expected. */
            export function percent(value) {
              if (value === null || value === undefined || !Number.isFinite(value)) return '–';
              if (value === 0) return '0%';
              return value < 0.01 ? '<0.01%' : `${decimal(value)}%`;
            }

            export function milliseconds(value) {
              return Number.isFinite(value) ? `${decimal(value)} ms` : '–';
            }

            export function perSecond(value) {
              return Number.isFinite(value) ? `${decimal(value)}/s` : '–';
            }

            /** The time of day, with the date when it is another day's. `time` is in seconds since 1970. */
            export function moment(time) {
              const date = new Date(time * 1000);
              const clock = date.toLocaleTimeString('en-GB');
              return date.toDateString() === new Date().toDateString() ? clock : `${date.toLocaleDateString('en-CA')} ${clock}`;
            }

            """##),
        ("gateway.js", ##"""
            // Talking to the gateway: requests with the token, and the stream of changes, which comes back by itself.

            const tokenKey = 'headgate-token';
            /** Milliseconds. The gateway says something every three seconds. */
            const silenceLimit = 10_000;
            const firstFrameLimit = 5_000;
            const pollInterval = 2_000;
            /** How long polling goes on before the stream is tried again. */
            const pollingTime = 60_000;
            const firstPause = 500;
            const longestPause = 5_000;
            /** A page that nobody sees lets go of the gateway after this. */
            const hiddenTime = 10_000;
            /** Characters of one event; more is no answer of this gateway. */
            const maximumEventLength = 64 << 20;

            export class Refused extends Error {
              constructor(status, message) {
                super(message);
                this.status = status;
              }
            }

            /** Requests. Paths are relative, so that the page may stand under any prefix of a proxy. */
            export class Gateway {
              get token() {
                return sessionStorage.getItem(tokenKey);
              }

              set token(value) {
                if (value) sessionStorage.setItem(tokenKey, value);
                else sessionStorage.removeItem(tokenKey);
              }

              async request(path, { headers = {}, signal } = {}) {
                const token = this.token;
                const all = token ? { ...headers, Authorization: `Bearer ${token}` } : headers;
                const response = await fetch(path, { headers: all, signal, cache: 'no-store', redirect: 'error', credentials: 'omit' });
                if (!response.ok) throw new Refused(response.status, await reason(response));
                return response;
              }

              async json(path, options = {}) {
                const headers = { Accept: 'application/json', ...options.headers };
                return (await this.request(path, { ...options, headers })).json();
              }
            }

            async function reason(response) {
              try {
                return String((await response.json()).error ?? response.status);
              } catch {
                return `the gateway answered ${response.status}`;
              }
            }

            /**
             * Follows one topic of the gateway: the list, or a flow. What comes is handed on as (type, document); the state is
             * `connecting`, `live`, `polling`, `lost`, `paused`, or `token` when the gateway asks for one.
             */
            export class Feed {
              #gateway;
              #onEvent;
              #onState;
              #run = null;
              #flow = null;
              #hiddenTimer = null;
              #wake = () => {};

              constructor(gateway, onEvent, onState) {
                this.#gateway = gateway;
                this.#onEvent = onEvent;
                this.#onState = onState;
                document.addEventListener('visibilitychange', () => this.#visibilityChanged());
                addEventListener('online', () => this.#wake());
              }

              /** Begins, or goes over to another topic. Null is the list. */
              follow(flow) {
                this.#flow = flow;
                this.#start();
              }

              /** Tries again now. */
              retry() {
                this.#start();
              }

              #start() {
                this.#run?.abort();
                const run = new AbortController();
                this.#run = run;
                this.#loop(run.signal, this.#flow);
              }

              #visibilityChanged() {
                clearTimeout(this.#hiddenTimer);
                if (document.hidden) {
                  this.#hiddenTimer = setTimeout(() => {
                    this.#run?.abort();
                    this.#run = null;
                    this.#onState('paused');
                  }, hiddenTime);
                } else if (this.#run === null) {
                  this.#start();
                }
              }

              async #loop(signal, flow) {
                const path = flow === null ? 'api/v1/stream' : `api/v1/stream?flow=${encodeURIComponent(flow)}`;
                let pause = firstPause;
                let isLost = false;
                if (!signal.aborted) this.#onState('connecting');
                while (!signal.aborted) {
                  let hadFrame = false;
                  const heard = () => {
                    hadFrame = true;
                    isLost = false;
                    pause = firstPause;
                  };
                  try {
                    await this.#stream(path, signal, heard);
                  } catch (error) {
                    if (signal.aborted) return;
                    if (error instanceof Refused && error.status === 401) return this.#onState('token');
                    if (!isLost && !hadFrame && streamIsUnwelcome(error)) {
                      try {
                        await this.#poll(path, flow, signal);
                        continue;
                      } catch (failure) {
                        if (signal.aborted) return;
                        if (failure instanceof Refused && failure.status === 401) return this.#onState('token');
                      }
                    }
                  }
                  if (signal.aborted) return;
                  isLost = true;
                  this.#onState('lost', { retryAt: Date.now() + pause });
                  await this.#rest(pause, signal);
                  pause = Math.min(pause * 1.6 + Math.random() * 200, longestPause);
                }
              }

              async #stream(path, signal, heard) {
                const attempt = new AbortController();
                const end = () => attempt.abort();
                signal.addEventListener('abort', end);
                let isSilent = false;
                let timer;
                const expect = (limit) => {
                  clearTimeout(timer);
                  timer = setTimeout(() => {
                    isSilent = true;
                    attempt.abort();
                  }, limit);
                };
                let hadFrame = false;
                expect(firstFrameLimit);
                try {
                  const response = await this.#gateway.request(path, {
                    headers: { Accept: 'text/event-stream' },
                    signal: attempt.signal,
                  });
                  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
                  const events = new EventParser();
                  while (true) {
                    const { value, done } = await reader.read();
                    if (done) throw new Error('the gateway ended the stream');
                    // A whole event counts as the first sign: a proxy may hold the rest of one back.
                    if (hadFrame) expect(silenceLimit);
                    for (const { type, data } of events.take(value)) {
                      hadFrame = true;
                      expect(silenceLimit);
                      heard();
                      this.#onState('live');
                      this.#onEvent(type, JSON.parse(data));
                    }
                  }
                } catch (error) {
                  throw isSilent ? new SilentStream(hadFrame) : error;
                } finally {
                  clearTimeout(timer);
                  signal.removeEventListener('abort', end);
                  attempt.abort();
                }
              }

              /** Asks again and again, where the stream does not come through. Returns when the stream is to be tried again. */
              async #poll(path, flow, signal) {
                const until = Date.now() + pollingTime;
                while (!signal.aborted && Date.now() < until) {
                  const request = AbortSignal.any([signal, AbortSignal.timeout(silenceLimit)]);
                  try {
                    const document = await this.#gateway.json(path, { signal: request });
                    this.#onState('polling');
                    this.#onEvent(flow === null ? 'list' : 'flow', document);
                  } catch (error) {
                    if (!(error instanceof Refused && error.status === 404 && flow !== null)) throw error;
                    this.#onState('polling');
                    this.#onEvent('absent', {});
                  }
                  await this.#rest(pollInterval, signal);
                }
              }

              /** Sleeps, unless the network comes back. */
              #rest(time, signal) {
                const woken = new AbortController();
                this.#wake = () => woken.abort();
                return sleep(time, AbortSignal.any([signal, woken.signal]));
              }
            }

            /** Returns after the time in milliseconds, or when the signal says so. */
            export function sleep(time, signal) {
              return new Promise((resolve) => {
                const end = () => {
                  clearTimeout(timer);
                  signal.removeEventListener('abort', end);
                  resolve();
                };
                const timer = setTimeout(end, time);
                if (signal.aborted) end();
                else signal.addEventListener('abort', end);
              });
            }

            class SilentStream extends Error {
              constructor(hadFrame) {
                super('the gateway says nothing');
                this.hadFrame = hadFrame;
              }
            }

            /** Too many follow already, or something on the way holds the stream back. */
            function streamIsUnwelcome(error) {
              return (error instanceof Refused && error.status === 503) || (error instanceof SilentStream && !error.hadFrame);
            }

            /** Server-sent events out of pieces of text, as the gateway writes them: LF, one line of data. */
            class EventParser {
              #rest = '';

              take(text) {
                this.#rest += text;
                if (this.#rest.length > maximumEventLength) throw new Error('an event is too long');
                const blocks = this.#rest.split('\n\n');
                this.#rest = blocks.pop();
                const events = [];
                for (const block of blocks) {
                  let type = 'message';
                  let data = '';
                  for (const line of block.split('\n')) {
                    if (line.startsWith('event: ')) type = line.slice(7);
                    else if (line.startsWith('data: ')) data += line.slice(6);
                  }
                  if (data !== '') events.push({ type, data });
                }
                return events;
              }
            }

            """##),
        ("main.js", ##"""
            // The page: where one is, the connection to the gateway, and what shows its state.

            import { element, setAttribute, setHidden, setText } from './dom.js';
            import { FlowList } from './flow-list.js';
            import { FlowView } from './flow-view.js';
            import { moment } from './format.js';
            import { Feed, Gateway } from './gateway.js';

            const main = document.getElementById('main');
            const banner = document.getElementById('lost');
            const connection = document.getElementById('connection');
            const connectionText = document.getElementById('connection-text');
            const gatewayText = document.getElementById('gateway');
            const tokenDialog = document.getElementById('token');
            const tokenInput = document.getElementById('token-value');
            const tokenError = document.getElementById('token-error');

            const stateNames = { connecting: 'Connecting', live: 'Live', polling: 'Live, by polling', lost: 'Lost', paused: 'Paused', token: 'Token needed' };
            /** Measurements that the browser keeps for us; older ones are dropped. */
            const keptMeasurements = 200;

            const gateway = new Gateway();
            const feed = new Feed(gateway, received, stateChanged);
            let list = null;
            let view = null;
            let current = null;
            let listScroll = 0;
            let lastHeard = null;
            let connectionState = 'connecting';
            let measurements = 0;
            let isPainted = false;

            // Where one is

            function route() {
              const match = /^#\/flows\/([^/]+)$/.exec(location.hash);
              if (!match) return null;
              try {
                return decodeURIComponent(match[1]);
              } catch {
                return null;
              }
            }

            function go({ isFirst = false } = {}) {
              if (current === list && list !== null) listScroll = scrollY;
              const flow = route();
              view?.stop();
              view = null;
              if (flow === null) {
                list ??= new FlowList();
                current = list;
                document.title = 'Flows – Headgate';
              } else {
                view = new FlowView(flow, gateway);
                current = view;
                document.title = `${flow} – Headgate`;
              }
              main.replaceChildren(current.node);
              scrollTo(0, flow === null ? listScroll : 0);
              if (!isFirst) current.heading.focus({ preventScroll: true });
              feed.follow(flow);
            }

            // What comes

            function received(type, document) {
              lastHeard = Date.now();
              const begin = performance.now();
              if (document.gateway) showGateway(document.gateway);
              if (current === list && (type === 'list' || type === 'changes')) {
                list.take(type, document);
                if (type === 'list') fetchBitrates();
                if (!isPainted) requestAnimationFrame(() => setTimeout(() => performance.mark('headgate:painted')));
                isPainted = true;
              } else if (current === view && (type === 'flow' || type === 'absent')) {
                view.take(type, document);
              }
              measure(type, begin);
            }

            function measure(type, begin) {
              measurements += 1;
              if (measurements % keptMeasurements === 0) performance.clearMeasures();
              performance.measure(`headgate:${type}`, { start: begin, end: performance.now() });
            }

            async function fetchBitrates() {
              try {
                const history = await gateway.json('api/v1/history');
                list?.takeHistory(history);
              } catch {
                // The small charts then begin now.
              }
            }

            function showGateway(head) {
              const parts = [`version ${head.version}`, `since ${moment(head.startTime)}`];
              if (head.filesWithProblems > 0) parts.push(`${head.filesWithProblems} ${head.filesWithProblems === 1 ? 'file' : 'files'} with problems`);
              if (!head.ready) parts.push('starting up');
              if (head.pendingPruneTime) parts.push(`all files are gone: flows are deleted at ${moment(head.pendingPruneTime)}`);
              setText(gatewayText, parts.join(' · '));
            }

            // The connection

            let lostTimer = null;

            function stateChanged(state, { retryAt } = {}) {
              // Going from one page to another is no news.
              if (state === 'connecting' && (connectionState === 'live' || connectionState === 'lost')) return;
              connectionState = state;
              setAttribute(connection, 'data-state', state);
              setText(connectionText, stateNames[state]);
              document.body.classList.toggle('is-stale', state === 'lost' || state === 'token');
              clearInterval(lostTimer);
              if (state === 'lost') {
                showLost(retryAt);
              } else {
                setHidden(banner, true);
              }
              if (state === 'token') askForToken();
              else if (tokenDialog.open) tokenDialog.close();
            }

            function showLost(retryAt) {
              const since = lastHeard ? `What is shown is as of ${moment(lastHeard / 1000)}.` : '';
              if (banner.hidden) {
                // The countdown is for eyes only: a screen reader hears of the loss once.
                banner.replaceChildren(
                  element('p', {}, element('b', {}, 'The gateway does not answer. '), since, ' ', element('span', { class: 'countdown', 'aria-hidden': 'true' })),
                  element('button', { type: 'button', onclick: () => feed.retry() }, 'Try now')
                );
                banner.hidden = false;
              }
              const write = () => {
                const left = Math.ceil((retryAt - Date.now()) / 1000);
                setText(banner.querySelector('.countdown'), left > 0 ? `Trying again in ${left} s.` : 'Trying again …');
              };
              write();
              lostTimer = setInterval(write, 500);
            }

            // The token

            function askForToken() {
              setText(tokenError, gateway.token ? 'That token is not the gateway’s.' : '');
              gateway.token = null;
              tokenInput.value = '';
              if (!tokenDialog.open) tokenDialog.showModal();
            }

            tokenDialog.querySelector('form').addEventListener('submit', (event) => {
              event.preventDefault();
              gateway.token = tokenInput.value.trim();
              tokenInput.value = '';
              feed.retry();
            });
            // Nothing is to be seen without it.
            tokenDialog.addEventListener('cancel', (event) => event.preventDefault());

            // The fragment says where one is, so the link must not set another one.
            document.querySelector('.skip').addEventListener('click', (event) => {
              event.preventDefault();
              main.focus();
            });
            addEventListener('hashchange', () => go());
            go({ isFirst: true });

            """##),
        ("parts.js", ##"""
            // Pieces that the view of a flow is made of. Each is made once and then written to.

            import { copyButton, element, setHidden, setText } from './dom.js';

            /** Names and values, of which those without a value are not there. */
            export class Facts {
              #rows = new Map();

              constructor(names) {
                this.node = element('dl', { class: 'facts' });
                for (const name of names) {
                  const value = element('dd', {});
                  const row = element('div', { hidden: true }, element('dt', {}, name), value);
                  this.#rows.set(name, { row, value });
                  this.node.append(row);
                }
              }

              set(values) {
                for (const [name, { row, value }] of this.#rows) {
                  const text = values[name];
                  setHidden(row, text === null || text === undefined || text === '');
                  setText(value, text ?? '');
                }
              }
            }

            /** An address on a line of its own, ready to copy. */
            export class Address {
              #code = element('code', {});
              #text = '';

              constructor(label) {
                this.node = element('p', { class: 'address' }, this.#code, copyButton(() => this.#text, label));
              }

              set(text) {
                this.#text = text;
                setText(this.#code, text || 'no address yet');
                setHidden(this.node.lastChild, !text);
              }
            }

            /** Command lines behind a summary. */
            export class Commands {
              #body = element('div', { class: 'commands' });
              #note = element('p', { class: 'note' });
              #details;
              #shown = null;

              constructor(title) {
                this.#details = element('details', {}, element('summary', {}, title), this.#body);
                this.node = element('div', { class: 'how' }, this.#details, this.#note);
              }

              set({ lines, note }) {
                const key = JSON.stringify([lines, note]);
                if (key === this.#shown) return;
                this.#shown = key;
                setHidden(this.#details, lines.length === 0);
                this.#body.replaceChildren(...lines.map(commandLine));
                // A note that goes with lines is shown with them, one without is all there is to say.
                setText(this.#note, note);
                if (lines.length > 0) this.#body.append(this.#note);
                else this.node.append(this.#note);
                setHidden(this.#note, !note);
              }
            }

            function commandLine({ tool, text, fields }) {
              const body = text
                ? element('p', { class: 'address' }, element('code', {}, text), copyButton(() => text, `the ${tool} line`))
                : element('dl', { class: 'facts' }, fields.map(([name, value]) =>
                    element('div', {}, element('dt', {}, name), element('dd', {}, element('code', {}, value)))));
              return element('div', { class: 'command' }, element('h4', {}, tool), body);
            }

            /** A table whose rows are lists of texts. Rows are kept and written to. */
            export class TextTable {
              #body = element('tbody', {});
              #maximum;
              #more = element('p', { class: 'more', hidden: true });

              /** @param maximum rows that are shown. */
              constructor(caption, columns, { maximum = 50, className = '' } = {}) {
                this.#maximum = maximum;
                this.#columns = columns;
                this.node = element(
                  'div', { class: `table ${className}`, hidden: true },
                  element('table', {}, element('caption', { class: 'visually-hidden' }, caption),
                    element('thead', {}, element('tr', {}, columns.map((name) => element('th', { scope: 'col' }, name)))), this.#body),
                  this.#more
                );
              }

              #columns;

              /** @param rows lists of texts; `level` of a row is its tone. */
              set(rows) {
                const shown = rows.slice(0, this.#maximum);
                setHidden(this.node, shown.length === 0);
                while (this.#body.rows.length > shown.length) this.#body.deleteRow(-1);
                shown.forEach((texts, index) => {
                  const row = this.#body.rows[index] ?? this.#addRow();
                  if (row.dataset.level !== (texts.level ?? '')) row.dataset.level = texts.level ?? '';
                  texts.forEach((text, column) => setText(row.cells[column], text));
                });
                setHidden(this.#more, rows.length <= this.#maximum);
                setText(this.#more, `and ${rows.length - this.#maximum} more`);
              }

              #addRow() {
                const row = element('tr', {}, this.#columns.map((name) => element('td', { 'data-label': name })));
                this.#body.append(row);
                return row;
              }
            }

            /** Keeps one part for each key, in order; makes and removes as keys come and go. */
            export class Parts {
              #parts = new Map();

              constructor(node, make) {
                this.node = node;
                this.#make = make;
              }

              #make;

              /** @param items `[key, …arguments]` of each part; the arguments go to its `update`. */
              set(items) {
                const keys = new Set(items.map(([key]) => key));
                for (const [key, part] of this.#parts) {
                  if (keys.has(key)) continue;
                  part.node.remove();
                  this.#parts.delete(key);
                }
                items.forEach(([key, ...values], index) => {
                  let part = this.#parts.get(key);
                  if (!part) {
                    part = this.#make(...values);
                    this.#parts.set(key, part);
                  }
                  if (this.node.children[index] !== part.node) this.node.insertBefore(part.node, this.node.children[index] ?? null);
                  part.update(...values);
                });
              }
            }

            """##),
        ("player.js", ##"""
            // A preview: the parts of an HLS output, one after the other, into a <video> by Media Source Extensions.

            import { sleep } from './gateway.js';
            import { from, mediaPlaylist, multivariantPlaylist, start } from './playlist.js';

            /** Seconds. */
            const furthestBehind = 4;
            const kept = 30;
            const stuckLimit = 8;
            /** Milliseconds. The gateway holds a request for three target durations at most. */
            const requestLimit = 60_000;
            const firstPause = 1_000;
            const longestPause = 10_000;
            /** Bytes of one part; more is not taken into the page. */
            const maximumPartBytes = 32 << 20;

            /** Why there is nothing to see, in a sentence. */
            class Unplayable extends Error {}

            /** Plays until it is stopped. The state is `starting`, `playing`, `blocked` (by the browser), `waiting` or `unplayable`. */
            export class Player {
              #video;
              #base;
              #gateway;
              #onState;
              #run = null;
              #url = null;

              /**
               * @param base the folder of the stream, `hls/FLOW/`.
               * @param onState called with the state and a sentence.
               */
              constructor(video, base, gateway, onState) {
                this.#video = video;
                this.#base = new URL(base, document.baseURI.split('#')[0]);
                this.#gateway = gateway;
                this.#onState = onState;
              }

              start() {
                if (this.#run) return;
                this.#run = new AbortController();
                this.#loop(this.#run.signal);
              }

              stop() {
                this.#run?.abort();
                this.#run = null;
                this.#detach();
              }

              #detach() {
                if (this.#url === null) return;
                URL.revokeObjectURL(this.#url);
                this.#url = null;
                this.#video.removeAttribute('src');
                this.#video.load();
              }

              async #loop(signal) {
                let pause = firstPause;
                while (!signal.aborted) {
                  const began = Date.now();
                  try {
                    this.#onState('starting', 'Waiting for the picture');
                    await this.#play(signal);
                  } catch (error) {
                    if (signal.aborted) return;
                    this.#detach();
                    if (error instanceof Unplayable) return this.#onState('unplayable', error.message);
                    if (error.status === 401 || error.status === 403) return this.#onState('unplayable', error.message);
                    this.#onState('waiting', error.status === 404 ? 'There is no stream to show yet' : 'The picture was interrupted; trying again');
                  }
                  pause = Date.now() - began > 30_000 ? firstPause : Math.min(pause * 1.5, longestPause);
                  await sleep(pause, signal);
                }
              }

              async #play(signal) {
                if (typeof MediaSource === 'undefined') throw new Unplayable('This browser has no Media Source Extensions.');
                const variant = multivariantPlaylist(await this.#text('index-fmp4.m3u8', signal));
                if (!variant) throw new Error('the playlist names no codecs');
                const type = `video/mp4; codecs="${variant.codecs.replaceAll('"', '')}"`;
                if (!MediaSource.isTypeSupported(type)) throw new Unplayable(`This browser does not play ${variant.codecs}.`);

                const buffer = await this.#attach(type, signal);
                let playlist = mediaPlaylist(await this.#text(`${variant.uri}?_HLS_msn=0`, signal));
                let place = start(playlist);
                if (!place) throw new Error('the playlist has nothing to begin with');
                let map = null;
                const watch = new Watch(this.#video);
                while (!signal.aborted) {
                  const found = from(playlist, place);
                  // The place is past: the browser was asleep, or the network too slow.
                  if (!found) throw new Error('the stream went on without us');
                  for (const resource of found.resources) {
                    if (resource.map !== map) {
                      if (!resource.map) throw new Error('a segment without an initialization');
                      await buffer.append(await this.#bytes(resource.map, signal), signal);
                      map = resource.map;
                    }
                    await buffer.append(await this.#bytes(resource.uri, signal), signal);
                    await this.#follow(buffer, signal);
                  }
                  place = found.next;
                  if (playlist.isEnded) throw new Error('the stream ended');
                  if (watch.isStuck()) throw new Error('the picture stands still');
                  const query = `?_HLS_msn=${place.number}&_HLS_part=${place.part}`;
                  playlist = mediaPlaylist(await this.#text(variant.uri + query, signal));
                }
              }

              async #attach(type, signal) {
                this.#detach();
                const source = new MediaSource();
                this.#url = URL.createObjectURL(source);
                const isOpen = new Promise((resolve) => source.addEventListener('sourceopen', resolve, { once: true }));
                this.#video.src = this.#url;
                await Promise.race([isOpen, aborted(signal)]);
                source.duration = Number.POSITIVE_INFINITY;
                return new Appender(source.addSourceBuffer(type));
              }

              /** Keeps the picture near its live edge, and forgets what is past. */
              async #follow(buffer, signal) {
                const video = this.#video;
                const ranges = video.buffered;
                if (ranges.length === 0) return;
                const last = ranges.length - 1;
                const [begin, end] = [ranges.start(last), ranges.end(last)];
                const isInside = [...Array(ranges.length).keys()].some(
                  (index) => video.currentTime >= ranges.start(index) - 0.05 && video.currentTime < ranges.end(index)
                );
                if (end - video.currentTime > furthestBehind || video.currentTime > end + 0.5) {
                  video.currentTime = Math.max(begin, end - 1);
                } else if (!isInside && video.currentTime < begin) {
                  video.currentTime = begin + 0.01;
                }
                if (video.currentTime - ranges.start(0) > kept) await buffer.remove(ranges.start(0), video.currentTime - kept, signal);
                if (!video.paused) return this.#onState('playing', '');
                // Not waited for: it may take until the next part is there.
                video.play().catch((error) => {
                  if (error.name !== 'NotAllowedError' || signal.aborted) return;
                  this.#onState('blocked', 'The browser does not start the picture by itself. Press Play.');
                });
              }

              /** An address of the playlist, which must stand in the stream's own folder. */
              #resolved(uri) {
                const url = new URL(uri, this.#base);
                if (url.origin !== this.#base.origin || !url.pathname.startsWith(this.#base.pathname)) {
                  throw new Error('the playlist leads elsewhere');
                }
                return url.href;
              }

              #request(uri, signal) {
                return this.#gateway.request(this.#resolved(uri), {
                  signal: AbortSignal.any([signal, AbortSignal.timeout(requestLimit)]),
                });
              }

              async #text(uri, signal) {
                return (await this.#request(uri, signal)).text();
              }

              async #bytes(uri, signal) {
                const response = await this.#request(uri, signal);
                if (Number(response.headers.get('Content-Length') ?? 0) > maximumPartBytes) throw new Error('a part is too large');
                return response.arrayBuffer();
              }
            }

            /** One source buffer, one operation at a time. */
            class Appender {
              #buffer;

              constructor(buffer) {
                this.#buffer = buffer;
              }

              async append(bytes, signal) {
                try {
                  await this.#run(signal, () => this.#buffer.appendBuffer(bytes));
                } catch (error) {
                  if (error.name !== 'QuotaExceededError' || this.#buffer.buffered.length === 0) throw error;
                  const end = this.#buffer.buffered.end(this.#buffer.buffered.length - 1);
                  await this.remove(0, Math.max(0.1, end - 5), signal);
                  await this.#run(signal, () => this.#buffer.appendBuffer(bytes));
                }
              }

              remove(from, to, signal) {
                return to > from ? this.#run(signal, () => this.#buffer.remove(from, to)) : Promise.resolve();
              }

              /** Runs one operation to its end. Leaves no listener behind, however long the stream goes on. */
              #run(signal, operation) {
                return new Promise((resolve, reject) => {
                  const done = new AbortController();
                  const settle = (action, value) => {
                    done.abort();
                    action(value);
                  };
                  const listen = (target, event, listener) => target.addEventListener(event, listener, { signal: done.signal });
                  listen(this.#buffer, 'updateend', () => settle(resolve));
                  listen(this.#buffer, 'error', () => settle(reject, new Error('the browser cannot decode the stream')));
                  listen(signal, 'abort', () => settle(reject, signal.reason));
                  try {
                    signal.throwIfAborted();
                    operation();
                  } catch (error) {
                    settle(reject, error);
                  }
                });
              }
            }

            /** Whether the picture has stood still although there is something to show. */
            class Watch {
              #video;
              #time = -1;
              #since = performance.now();

              constructor(video) {
                this.#video = video;
              }

              isStuck() {
                const { currentTime, paused } = this.#video;
                if (paused || document.hidden || currentTime !== this.#time) {
                  this.#time = currentTime;
                  this.#since = performance.now();
                }
                return performance.now() - this.#since > stuckLimit * 1000;
              }
            }

            function aborted(signal) {
              return new Promise((_, reject) => {
                signal.addEventListener('abort', () => reject(signal.reason), { once: true });
              });
            }

            """##),
        ("playlist.js", ##"""
            // Reading the gateway's playlists (RFC 8216bis), as far as a preview needs them. Anything unknown is passed over.

            /** Characters of a playlist; what is longer is none. */
            const maximumLength = 1 << 20;
            const maximumSegments = 1000;
            const maximumParts = 5000;

            /** The attributes of a tag, `NAME=VALUE` with commas between; quoted values without their quotes. */
            export function attributes(text) {
              const found = {};
              for (const match of text.matchAll(/([A-Z0-9-]+)=("([^"]*)"|[^,]*)/g)) found[match[1]] = match[3] ?? match[2];
              return found;
            }

            function lines(text) {
              if (typeof text !== 'string' || text.length > maximumLength || !/^\uFEFF?#EXTM3U\s/.test(`${text}\n`)) {
                throw new Error('this is no playlist');
              }
              return text.split(/\r?\n/).map((line) => line.trim()).filter(Boolean);
            }

            /** The first variant with codecs, `{codecs, uri}`; null when there is none. */
            export function multivariantPlaylist(text) {
              const all = lines(text);
              for (const [index, line] of all.entries()) {
                if (!line.startsWith('#EXT-X-STREAM-INF:')) continue;
                const { CODECS: codecs } = attributes(line.slice(18));
                const uri = all.slice(index + 1).find((next) => !next.startsWith('#'));
                if (codecs && uri) return { codecs, uri };
              }
              return null;
            }

            /**
             * A media playlist: `segments`, each with `number`, `uri` (null while it is open), `map`, `isDiscontinuous`, and `parts`
             * with `uri`, `duration` and `isIndependent`; `partTarget` in seconds; `isEnded`.
             */
            export function mediaPlaylist(text) {
              const playlist = { segments: [], partTarget: 1, isEnded: false };
              let number = 0;
              let map = null;
              let open = null;
              let partCount = 0;
              const current = () => (open ??= { number, uri: null, map, isDiscontinuous: false, duration: 0, parts: [] });
              for (const line of lines(text)) {
                const [tag, value] = split(line);
                switch (tag) {
                  case '#EXT-X-MEDIA-SEQUENCE': number = wholeNumber(value) ?? number; break;
                  case '#EXT-X-PART-INF': playlist.partTarget = seconds(attributes(value)['PART-TARGET']) || playlist.partTarget; break;
                  case '#EXT-X-DISCONTINUITY': current().isDiscontinuous = true; break;
                  case '#EXT-X-MAP':
                    map = attributes(value).URI ?? null;
                    if (open) open.map = map;
                    break;
                  case '#EXT-X-PART': {
                    const part = attributes(value);
                    partCount += 1;
                    if (!part.URI || part.GAP === 'YES' || partCount > maximumParts) break;
                    current().parts.push({ uri: part.URI, duration: seconds(part.DURATION), isIndependent: part.INDEPENDENT === 'YES' });
                    break;
                  }
                  case '#EXTINF': current().duration = seconds(value.split(',')[0]); break;
                  case '#EXT-X-ENDLIST': playlist.isEnded = true; break;
                  default:
                    if (line.startsWith('#')) break;
                    current().uri = line;
                    playlist.segments.push(open);
                    open = null;
                    number += 1;
                }
                if (playlist.segments.length > maximumSegments) throw new Error('the playlist is too long');
              }
              if (open && open.parts.length > 0) playlist.segments.push(open);
              return playlist;
            }

            function split(line) {
              const colon = line.indexOf(':');
              return line.startsWith('#') && colon > 0 ? [line.slice(0, colon), line.slice(colon + 1)] : [line, ''];
            }

            function wholeNumber(text) {
              return /^\d{1,15}$/.test(text) ? Number(text) : null;
            }

            function seconds(text) {
              const value = Number.parseFloat(text);
              return Number.isFinite(value) && value >= 0 && value < 3600 ? value : 0;
            }

            /** Where to begin: the last part that can be decoded by itself, as `{number, part}`; null when there is none. */
            export function start(playlist) {
              for (const segment of playlist.segments.toReversed()) {
                const part = segment.parts.findLastIndex((one) => one.isIndependent);
                if (part >= 0) return { number: segment.number, part };
              }
              const last = playlist.segments.findLast((segment) => segment.uri);
              return last ? { number: last.number, part: 0 } : null;
            }

            /**
             * What comes from a place on: `resources`, each with `uri`, `map` and `isDiscontinuous`; and the place behind them.
             * Null when the place is no longer listed.
             */
            export function from(playlist, place) {
              const resources = [];
              let { number, part } = place;
              for (const segment of playlist.segments) {
                if (segment.number < number) continue;
                if (segment.number > number) {
                  // Something is missing in between.
                  if (resources.length === 0) return null;
                  break;
                }
                const add = (uri, isFirst) => resources.push({ uri, map: segment.map, isDiscontinuous: segment.isDiscontinuous && isFirst });
                if (segment.parts.length > 0) {
                  segment.parts.slice(part).forEach((one, index) => add(one.uri, part + index === 0));
                  part = Math.max(part, segment.parts.length);
                } else if (segment.uri && part === 0) {
                  add(segment.uri, true);
                } else {
                  return null;
                }
                if (segment.uri) [number, part] = [segment.number + 1, 0];
              }
              const first = playlist.segments[0]?.number;
              if (resources.length === 0 && (first === undefined || number < first)) return null;
              return { resources, next: { number, part } };
            }

            """##),
        ("problems.js", ##"""
            // What is wrong with files: the place, the sentence, and the line of text.

            import { element } from './dom.js';

            /** A file with its problems. */
            export function fileProblems(file) {
              return element(
                'section',
                { class: `problems ${file.valid ? 'warnings' : ''}` },
                element('h3', {}, element('code', {}, file.path), file.valid ? ' has warnings' : refusal(file)),
                element('ol', {}, file.problems.map(problemItem))
              );
            }

            function refusal(file) {
              return file.runningHash ? ' is refused: what was accepted before runs on' : ' is refused: nothing of it runs';
            }

            function problemItem(problem) {
              const place = problem.line > 0 ? `line ${problem.line}, column ${problem.column}` : 'the file';
              return element(
                'li',
                {},
                element(
                  'p',
                  {},
                  element('span', { class: `severity ${problem.severity === 'warning' ? 'warning' : 'error'}` }, problem.severity),
                  ' ',
                  element('span', { class: 'place' }, place),
                  ' ',
                  problem.field ? element('code', {}, problem.field) : null,
                  ' ',
                  element('span', {}, problem.message),
                  ' ',
                  element('span', { class: 'rule' }, problem.rule)
                ),
                problem.excerpt ? excerpt(problem) : null
              );
            }

            function excerpt(problem) {
              const { before, offending, after } = problem.excerpt;
              return element(
                'pre',
                { class: 'excerpt' },
                element('span', { class: 'line-number', 'aria-hidden': 'true' }, String(problem.line)),
                element('code', {}, before, element('mark', {}, offending), after)
              );
            }

            /** Shows a list of files again only when it is another one. */
            export class ProblemList {
              #shown = '';

              constructor(title) {
                this.#title = title;
                this.node = element('div', { class: 'problem-list', hidden: true });
              }

              #title;

              update(files, more = 0) {
                const key = JSON.stringify([files, more]);
                if (key === this.#shown) return;
                this.#shown = key;
                this.node.hidden = files.length === 0;
                this.node.replaceChildren(
                  element('h2', {}, this.#title),
                  ...files.map(fileProblems),
                  more > 0 ? element('p', { class: 'more' }, `and ${more} more files: headgate validate names them all`) : ''
                );
              }
            }

            """##),
        ("states.js", ##"""
            // The names of states, as people read them.

            const names = {
              Ready: 'Ready', Reconciling: 'Reconciling', Stalled: 'Stalled', NotReady: 'Not ready', Suspended: 'Suspended',
            };

            export function stateName(state) {
              return names[state] ?? state;
            }

            """##),
        ("icon.svg", ##"""
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">
              <rect width="32" height="32" rx="7" fill="#0f5f8c"/>
              <path d="M8 6v20M24 6v20" stroke="#fff" stroke-width="3" stroke-linecap="round"/>
              <path d="M8 11h16" stroke="#fff" stroke-width="3" stroke-linecap="round"/>
              <path d="M12 17q2-2 4 0t4 0M12 22q2-2 4 0t4 0" fill="none" stroke="#7fd4ff" stroke-width="2" stroke-linecap="round"/>
            </svg>

            """##),
    ]
}
