import { defineSink, secretWord } from '../sink.js';

/** OpsGenie by API key (reference 1.2). The vendor's CLI names no source: it means `issues`. */
export const opsGenie = defineSink({
  name: 'opsGenie',
  title: 'OpsGenie',
  compatible: true,
  sources: ['issues', 'notifications'],
  defaultSource: 'issues',
  fields: [secretWord('apiKey', 1024, 'the API key of an OpsGenie integration')],
});
