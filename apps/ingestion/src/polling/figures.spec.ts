import { describe, expect, it } from '@jest/globals';
import { figuresOfMetrics, figuresOfStats } from './figures.js';
import { hostFiguresOf } from './host-figures.js';
import { isForbidden, isForbiddenHost } from './address-guard.js';

const metrics = `# HELP eventstore_checkpoints positions
eventstore_checkpoints{name="writer",read="non-flushed"} 41800446 1795165951447
eventstore_elections_count 3
eventstore_sys_load_avg{period="1m"} 1.97
eventstore_sys_load_avg{period="5m",} 1.41
kurrentdb_sys_load_avg{period="15m"} 1.22
eventstore_sys_mem_bytes{kind="free"} 2254857830
eventstore_sys_mem_bytes{kind="total"} 8254857216
eventstore_sys_disk_bytes{disk="/data",kind="used"} 76161581056
eventstore_sys_disk_bytes{disk="/data",kind="total"} 105555197952
odd{text="a \\"quoted\\" \\\\ line\\n"} 1e3
nothing NaN
infinite +Inf
not a line at all
{name="nameless"} 1
`;

const stats = {
  'sys-loadavg-1m': 1.97,
  'sys-loadavg-5m': 1.41,
  'sys-loadavg-15m': 1.22,
  'sys-freeMem': 2254857830,
  'sys-totalMem': 8254857216,
  'sys-drive-/data-totalBytes': 105555197952,
  'sys-drive-/data-usedBytes': 76161581056,
  'sys-drive-/data-usage': '72%',
  'es-queue-MainQueue-currentIdleTime': '0:00:00:00.0118',
  'es-queue-MainQueue-currentItemProcessingTime': null,
};

const host = {
  load: { m1: 1.97, m5: 1.41, m15: 1.22 },
  memory: { totalBytes: 8254857216, availableBytes: 2254857830 },
  disks: [{ mount: '/data', isDatabase: true, totalBytes: 105555197952, usedBytes: 76161581056 }],
};

describe('figures', () => {
  it('are read from the text format, but for what is no number', () => {
    const figures = figuresOfMetrics(metrics);
    expect(figures).toHaveLength(10);
    expect(figures[0]).toEqual({
      name: 'eventstore_checkpoints',
      labels: { name: 'writer', read: 'non-flushed' },
      value: 41800446,
    });
    expect(figures.at(-1)).toEqual({ name: 'odd', labels: { text: 'a "quoted" \\ line\n' }, value: 1000 });
  });

  it('are read from the statistics: numbers and percentages', () => {
    const figures = figuresOfStats(stats);
    expect(figures).toHaveLength(8);
    expect(figures.find(({ name }) => name.endsWith('usage'))?.value).toBe(72);
    for (const other of [null, [], 'text', 7]) expect(figuresOfStats(other)).toEqual([]);
  });

  it('are bounded', () => {
    expect(figuresOfMetrics('a 1\n'.repeat(50_000))).toHaveLength(1_000);
    expect(figuresOfMetrics(`a{${'x="y",'.repeat(5_000)}} 1\n`)).toEqual([]);
  });

  it('tell of the host, either way', () => {
    expect(hostFiguresOf(figuresOfMetrics(metrics))).toEqual(host);
    expect(hostFiguresOf(figuresOfStats(stats))).toEqual(host);
    expect(hostFiguresOf(figuresOfStats({ ...stats, 'sys-totalMem': 0 }))).toBeUndefined();
    expect(hostFiguresOf(figuresOfStats({ ...stats, 'sys-loadavg-5m': null }))).toBeUndefined();
    expect(hostFiguresOf(figuresOfStats({ ...stats, 'sys-drive-/data-totalBytes': -1 }))?.disks).toEqual([]);
  });
});

describe('addresses', () => {
  it.each(['169.254.169.254', '0.0.0.0', '224.0.0.1', '255.255.255.255', 'fe80::1', '::', 'ff02::1', 'no address'])(
    '%s is never asked',
    (address) => expect(isForbidden(address)).toBe(true),
  );

  it.each(['10.0.0.7', '192.168.1.5', '127.0.0.1', '203.0.113.9', '::1', 'fd12::1'])('%s may be', (address) => {
    expect(isForbidden(address)).toBe(false);
  });

  it('are judged before a name is: a name by what it resolves to', () => {
    expect(isForbiddenHost('169.254.169.254:80')).toBe(true);
    expect(isForbiddenHost('[fe80::1]:2113')).toBe(true);
    expect(isForbiddenHost('[::ffff:169.254.169.254]:80')).toBe(true);
    expect(isForbiddenHost('n0.example:2113')).toBe(false);
  });
});
