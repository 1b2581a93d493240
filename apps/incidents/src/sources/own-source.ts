/** Tocsin as a source of incidents: of silent sources and of tokens that end (reference argus.md 1.11, 1.12). */
export const OWN_SOURCE = { name: 'argus', type: 'tocsin' } as const;
