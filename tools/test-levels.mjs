/** The levels of specs, cheapest first, and how one of them is run. The suffix of a file says its level. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** Two at once where specs wait for servers more than they work; whole systems that are measured run one after the other. */
export const LEVELS = [
  { name: 'unit', pattern: '\\.spec\\.ts$', needsServers: false, workers: '100%' },
  { name: 'contract', pattern: '\\.contract-spec\\.ts$', needsServers: true, timeout: 60_000 },
  { name: 'app', pattern: '\\.app-spec\\.ts$', needsServers: true, timeout: 60_000, workers: 2 },
  { name: 'e2e', pattern: '\\.e2e-spec\\.ts$', needsServers: true, timeout: 180_000, workers: 1 },
  { name: 'kill', pattern: '\\.kill-spec\\.ts$', needsServers: true, timeout: 240_000, workers: 2 },
];

/**
 * Runs the specs of a level in a Jest of its own.
 * @returns {Promise<{ passed: number, failed: number }>} tests; a level that crashes, or a file that cannot be loaded, counts as failed
 */
export async function runLevel({ root, level, args, variables }) {
  console.log(`\n== ${level.name} specs`);
  const folder = mkdtempSync(path.join(tmpdir(), 'tocsin-jest-'));
  const report = path.join(folder, 'report.json');
  const options = [
    '--json',
    `--outputFile=${report}`,
    '--passWithNoTests',
    '--ci',
    '--testPathPatterns',
    level.pattern,
  ];
  if (level.timeout) options.push(`--testTimeout=${level.timeout}`);
  if (level.workers) options.push(`--maxWorkers=${level.workers}`);
  try {
    const code = await jest(root, [...options, ...args], variables);
    return tally(report, code);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Jest's own report goes to stderr, its JSON to stdout as well: that copy is dropped. */
function jest(root, args, variables) {
  const program = ['--experimental-vm-modules', '--no-warnings', path.join('node_modules', 'jest', 'bin', 'jest.js')];
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [...program, ...args], {
      cwd: root,
      env: { ...process.env, ...variables, NODE_ENV: 'test' },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    child.once('error', () => resolve(1));
    child.once('exit', (code) => resolve(code ?? 1));
  });
}

/** Reads the report of Jest; no report, or a bad exit without a failed test, is a failure of its own. */
export function tally(report, code) {
  try {
    const { numPassedTests, numFailedTests, numRuntimeErrorTestSuites } = JSON.parse(readFileSync(report, 'utf8'));
    const failed = numFailedTests + numRuntimeErrorTestSuites;
    return { passed: numPassedTests, failed: failed === 0 && code !== 0 ? 1 : failed };
  } catch {
    return { passed: 0, failed: 1 };
  }
}
