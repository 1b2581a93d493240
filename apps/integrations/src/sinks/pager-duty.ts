import { defineSink, secretWord, word } from '../sink.js';

/** PagerDuty by the fields of the vendor's API (reference 1.2). */
export const pagerDuty = defineSink({
  name: 'pagerDuty',
  title: 'PagerDuty',
  compatible: true,
  sources: ['issues'],
  defaultSource: 'issues',
  fields: [
    secretWord('authToken', 1024, 'a REST API token of PagerDuty'),
    word('service', 255, 'the id of a PagerDuty service'),
    word('user', 320, 'the e-mail address of a PagerDuty user'),
  ],
});
