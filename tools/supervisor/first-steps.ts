/** The two commands that send a first alert and show its message, printed when everything is ready. */
export const firstSteps = `try it        npx tocsin alerts send DiskFull --annotation summary='the disk is full'
              npx tocsin incidents list     then README.md, five minutes to the first message in Slack`;
