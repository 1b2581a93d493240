/** The two commands that show a first message and send its alert, printed when everything is ready. */
export const firstSteps = `try it        npm run slack-stand-in     a Slack to look at; it says how to connect it
              npx tocsin alerts send DiskFull --annotation summary='the disk is full'`;
