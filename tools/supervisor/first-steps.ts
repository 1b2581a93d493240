/** What `npm start` suggests once everything is ready: a first alert, and the message that it becomes. */
export const firstSteps = `try it        npx tocsin alerts send DiskFull --annotation summary='the disk is full'
              npm run slack-stand-in     shows the Slack message it becomes (README, Five minutes to the first message)`;
