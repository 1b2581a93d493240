import { defineSink, type SinkField, word } from '../sink.js';

const privateKey: SinkField = {
  name: 'gcpServiceAccountPrivateKey',
  kind: 'text',
  required: true,
  max: 16_384,
  secret: {},
  expects: 'the private key of a Google Cloud service account',
};

/** Google Cloud Logging (reference 1.2). Its key is shown in no form at all. */
export const gcpLogging = defineSink({
  name: 'gcpLogging',
  title: 'Google Cloud Logging',
  compatible: true,
  sources: ['logs'],
  defaultSource: 'logs',
  fields: [
    word('gcpProjectId', 64, 'the id of a Google Cloud project'),
    privateKey,
    word('logId', 512, 'the id of a log'),
  ],
});
