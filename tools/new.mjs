import { families } from './new/families.mjs';
import { scaffold } from './new/scaffold.mjs';

const HELP = `npm run new -- ${Object.keys(families).join('|')} <name>

Makes the folder of a plug-in with its spec, fixtures and README, and adds its line to the list of its family.
What is made passes the checks as it is: change it step by step.
`;

const [family, name] = process.argv.slice(2);
if (!family || !name || family === '--help' || family === '-h') {
  process.stdout.write(HELP);
  process.exit(family === '--help' || family === '-h' ? 0 : 2);
}
try {
  const files = await scaffold({ family, name, root: process.cwd() });
  process.stdout.write(`${files.join('\n')}\n`);
} catch (error) {
  process.stderr.write(`new: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
