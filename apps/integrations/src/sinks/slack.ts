import { defineSink, secretWord, word } from '../sink.js';

/** Slack by bot token (reference 1.2, 3). `channelId` may be a name with `#`: Slack answers with the id. */
export const slack = defineSink({
  name: 'slack',
  title: 'Slack',
  delivery: 'slack',
  compatible: true,
  sources: ['issues', 'notifications'],
  defaultSource: 'issues',
  fields: [
    word('channelId', 255, 'the id of a channel such as C024BE91L, or its name such as #ops'),
    secretWord('token', 1024, 'a bot token of Slack (xoxb-...)'),
  ],
});
