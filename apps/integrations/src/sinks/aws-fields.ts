import { secretWord, type SinkField, word } from '../sink.js';

/** What both CloudWatch sinks need to reach an account (reference 1.2). `clusterIds` is read as `[]` when absent. */
export const awsFields: readonly SinkField[] = [
  secretWord('accessKeyId', 256, 'the access key id of an AWS user'),
  secretWord('secretAccessKey', 256, 'the secret access key of that user'),
  {
    ...word('region', 64, 'an AWS region such as eu-west-1'),
    pattern: /^[a-z]{2}(-[a-z]+)+-\d{1,2}$/,
  },
  { name: 'clusterIds', kind: 'list', required: false, max: 256, expects: 'a list of cluster ids' },
];
