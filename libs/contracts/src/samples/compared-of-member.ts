/**
 * Fields of a gossip member that the database itself compares between views (reference integrations-and-sinks 2.4). Times,
 * positions and the order of members differ in every healthy view and are not among them.
 */
export const COMPARED_OF_MEMBER = [
  'instanceId',
  'state',
  'isAlive',
  'internalTcpIp',
  'internalTcpPort',
  'internalSecureTcpPort',
  'externalTcpIp',
  'externalTcpPort',
  'externalSecureTcpPort',
  'internalHttpEndPointIp',
  'internalHttpEndPointPort',
  'httpEndPointIp',
  'httpEndPointPort',
  'epochPosition',
  'epochNumber',
  'epochId',
  'nodePriority',
  'isReadOnlyReplica',
  'esVersion',
] as const;
