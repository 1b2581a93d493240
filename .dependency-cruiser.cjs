/** The architecture, as rules: the ladder of libs, the pure core, apps apart, plug-ins as islands. */
const ladder = ['core', 'contracts', 'event-stream', 'store', 'runtime', 'testing'];
const notSpec = { pathNot: '(spec|contract|given)\\.ts$' };

module.exports = {
  forbidden: [
    {
      name: 'no-circular',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    ...ladder.slice(0, -1).map((lib, step) => ({
      name: `ladder-${lib}`,
      comment: `libs/${lib} may import only what stands left of it`,
      severity: 'error',
      from: { path: `^libs/${lib}/`, ...notSpec },
      to: { path: `^(libs/(${ladder.slice(step + 1).join('|')})|apps|tools|bench)/` },
    })),
    {
      name: 'store-and-event-stream-apart',
      severity: 'error',
      from: { path: '^libs/store/', ...notSpec },
      to: { path: '^libs/event-stream/' },
    },
    {
      name: 'core-is-pure',
      comment: 'core and contracts reach no framework, client or database',
      severity: 'error',
      from: { path: '^libs/(core|contracts)/', ...notSpec },
      to: { path: 'node_modules/(@nestjs|kafkajs|typeorm|pg|fastify|undici|axios|@slack)' },
    },
    {
      name: 'apps-apart',
      severity: 'error',
      from: { path: '^apps/([^/]+)/', ...notSpec },
      to: { path: '^apps/', pathNot: '^apps/$1/' },
    },
    {
      name: 'glue-stands-alone',
      comment: 'the glue kit is a package of its own: Node and what its package.json names',
      severity: 'error',
      from: { path: '^apps/glue/src/', ...notSpec },
      to: { pathNot: '^apps/glue/src/|^node_modules/classic-level/', dependencyTypesNot: ['core'] },
    },
    {
      name: 'plugins-are-islands',
      comment: 'a source, detector, sink or projection imports no sibling',
      severity: 'error',
      from: { path: '^apps/([^/]+)/src/(sources|detectors|sinks|projections)/([^/]+)/', ...notSpec },
      to: { path: '^apps/$1/src/$2/[^/]+/', pathNot: '^apps/$1/src/$2/$3/' },
    },
    {
      name: 'testing-only-in-specs',
      severity: 'error',
      from: { path: '^(apps|libs)/', pathNot: '(spec|contract|given)\\.ts$|^libs/testing/' },
      to: { path: '^libs/testing/' },
    },
    {
      name: 'libs-by-their-door',
      comment: 'a lib is entered through its index',
      severity: 'error',
      from: { path: '^(apps|bench|tools)/' },
      to: { path: '^libs/[^/]+/src/', pathNot: '^libs/[^/]+/src/index\\.ts$' },
    },
    {
      name: 'typeorm-where-rows-are',
      severity: 'error',
      from: { path: '^apps/', pathNot: '(entity|migrations?|projection|spec)\\.ts$|/migrations/|/sql/' },
      to: { path: 'node_modules/typeorm' },
    },
    { name: 'no-unresolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^dist/|^node_modules/.*node_modules)' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default'] },
  },
};
