import { describe, expect, it } from '@jest/globals';
import { renderLanding } from './landing.render.js';

describe('the landing page', () => {
  const state = { service: 'incidents', says: 'the fold', url: 'http://127.0.0.1:4002', ready: true, detail: '' };

  it('says which service is ready and which is not', () => {
    const page = renderLanding([state, { ...state, service: 'ingestion', ready: false, detail: 'no answer' }], 'now');
    expect(page).toMatch(/incidents<\/td><td>the fold<\/td><td class="up">ready/);
    expect(page).toMatch(/ingestion<\/td><td>the fold<\/td><td class="down">not ready<\/td><td>no answer/);
  });

  it('shows no text of a service as markup', () => {
    expect(renderLanding([{ ...state, detail: '<script>alert(1)</script>' }], 'now')).not.toContain('<script>');
  });
});
