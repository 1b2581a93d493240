import { defineSink, word } from '../sink.js';
import { awsFields } from './aws-fields.js';

/** Amazon CloudWatch Logs (reference 1.2; group names: 5.1). */
export const awsCloudWatchLogs = defineSink({
  name: 'awsCloudWatchLogs',
  title: 'Amazon CloudWatch Logs',
  compatible: true,
  sources: ['logs'],
  fields: [
    ...awsFields,
    {
      ...word('groupName', 512, 'the name of an existing log group (letters, digits and . _ - / #)'),
      pattern: /^[A-Za-z0-9._\-/#]+$/,
    },
  ],
});
