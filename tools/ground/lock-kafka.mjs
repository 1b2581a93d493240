/**
 * Resolves the jars of the embedded broker with Maven and writes kafka-jars.json: coordinates, size and SHA-256 of each.
 * Run by hand when the Kafka version changes: `node tools/ground/lock-kafka.mjs [version]`. Nothing else needs Maven.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const target = path.join(path.dirname(fileURLToPath(import.meta.url)), 'kafka-jars.json');
const version = process.argv[2] ?? JSON.parse(readFileSync(target, 'utf8')).version;
const wanted = [
  ['org.apache.kafka', 'kafka_2.13', version],
  ['org.apache.kafka', 'kafka-tools', version],
  ['org.slf4j', 'slf4j-simple', '1.7.36'],
];

const folder = mkdtempSync(path.join(tmpdir(), 'kafka-jars-'));
try {
  writeFileSync(path.join(folder, 'pom.xml'), pom());
  const goal = ['dependency:copy-dependencies', '-DincludeScope=runtime', '-Dmdep.useRepositoryLayout=true'];
  execFileSync('mvn', ['-q', '-B', ...goal, `-DoutputDirectory=${folder}/jars`], { cwd: folder, stdio: 'inherit' });
  const jars = listJars(path.join(folder, 'jars'));
  writeFileSync(target, `${JSON.stringify({ version, jars }, null, 2)}\n`);
  const bytes = jars.reduce((sum, jar) => sum + jar.size, 0);
  console.log(`${jars.length} jars, ${(bytes / 1e6).toFixed(1)} MB`);
} finally {
  rmSync(folder, { recursive: true });
}

function pom() {
  const dependencies = wanted.map(
    ([group, artifact, release]) =>
      `<dependency><groupId>${group}</groupId><artifactId>${artifact}</artifactId><version>${release}</version></dependency>`,
  );
  return `<project><modelVersion>4.0.0</modelVersion><groupId>tocsin</groupId><artifactId>broker</artifactId>
    <version>1</version><dependencies>${dependencies.join('')}</dependencies></project>`;
}

/** In the repository layout a jar lies at group/as/folders/artifact/version/artifact-version.jar. */
function listJars(root) {
  const files = readdirSync(root, { recursive: true }).filter((file) => file.endsWith('.jar'));
  return files.sort().map((file) => {
    const parts = file.split(path.sep);
    const [artifact, release, name] = parts.slice(-3);
    if (name !== `${artifact}-${release}.jar`) throw new Error(`${file}: classifiers are not supported`);
    const content = path.join(root, file);
    const sha256 = createHash('sha256').update(readFileSync(content)).digest('hex');
    return { id: `${parts.slice(0, -3).join('.')}:${artifact}:${release}`, size: statSync(content).size, sha256 };
  });
}
