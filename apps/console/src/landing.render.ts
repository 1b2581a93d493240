/** How one service was found when the page was asked for. */
export interface ServiceState {
  readonly service: string;
  readonly says: string;
  readonly url: string;
  readonly ready: boolean;
  readonly detail: string;
}

const STYLE = `body{font:16px/1.5 system-ui,sans-serif;max-width:46rem;margin:3rem auto;padding:0 1rem;color:#1c1f24;background:#fff}
table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:.4rem .6rem;border-bottom:1px solid #dde1e6}
.up{color:#0a7c42}.down{color:#b3261e}a{color:#0b57a4}code{background:#f2f4f7;padding:.1rem .3rem;border-radius:.2rem}
@media(prefers-color-scheme:dark){body{background:#14171b;color:#e6e9ee}td,th{border-color:#333a42}a{color:#8ab8ff}code{background:#22272e}.up{color:#5fd394}.down{color:#ff8a80}}`;

const LINKS: readonly (readonly [string, string])[] = [
  ['/tocsin/v1/incidents', 'Incidents'],
  ['/tocsin/v1/projections', 'Read models and their checkpoints'],
  ['/tocsin/v1/integrations', 'Integrations'],
  ['/tocsin/v1/deliveries', 'Deliveries and their receipts'],
  ['/tocsin/v1/dead-letters', 'Dead letters'],
  ['/docs', 'API documentation (Swagger UI)'],
  ['/openapi.json', 'OpenAPI document'],
  ['/health/ready', 'Health'],
];

/** The landing page: what is up, and a link to everything. */
export function renderLanding(states: readonly ServiceState[], at: string): string {
  const rows = states.map(
    (state) =>
      `<tr><td>${escape(state.service)}</td><td>${escape(state.says)}</td><td class="${state.ready ? 'up">ready' : 'down">not ready'}</td><td>${escape(state.detail)}</td></tr>`,
  );
  const links = LINKS.map(([href, text]) => `<li><a href="${href}">${escape(text)}</a></li>`);
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Tocsin</title><style>${STYLE}</style></head>
<body><h1>Tocsin</h1>
<p>Every event, to everyone who has to know, once, with a record that proves it.</p>
<h2>Services</h2>
<table><thead><tr><th>Service</th><th>What it does</th><th>State</th><th></th></tr></thead><tbody>
${rows.join('\n')}
</tbody></table>
<h2>Look around</h2>
<ul>
${links.join('\n')}
</ul>
<p>From a terminal: <code>npx tocsin status</code>, <code>npx tocsin events tail</code>. Seen at ${escape(at)}.</p>
</body></html>
`;
}

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
