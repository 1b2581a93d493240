/** What `npm start` suggests once everything is ready: a first alert, and the message that it becomes. */
export const firstSteps = `try it        npx tocsin alerts send --label alertname=DiskFull --label severity=critical
              npm run slack-stand-in     shows the Slack message it becomes, without Slack`;
