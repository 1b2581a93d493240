import { defineSink, word } from '../sink.js';
import { awsFields } from './aws-fields.js';

/** Amazon CloudWatch Metrics (reference 1.2; namespaces: 5.2, less the longest suffix that is added to them). */
export const awsCloudWatchMetrics = defineSink({
  name: 'awsCloudWatchMetrics',
  title: 'Amazon CloudWatch Metrics',
  compatible: true,
  sources: ['metrics'],
  fields: [
    ...awsFields,
    {
      ...word('namespace', 240, 'a namespace that does not begin with ":" or "AWS/" (letters, digits and . _ - / # :)'),
      pattern: /^(?!:|AWS\/)[A-Za-z0-9._\-/#:]+$/,
    },
  ],
});
