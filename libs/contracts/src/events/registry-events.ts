import { z } from 'zod';
import { defineEvent } from '../event.js';
import { text } from '../fields.js';
import { joinKey } from '../key.js';

/** Numbers of Argus (reference argus.md 1.1): carried on the log, so that whoever reads it again gives the same ones. */
const pk = z.int().positive();
const name = text(1024);

export const OrganizationCreated = defineEvent({
  name: 'OrganizationCreated',
  schema: z.looseObject({
    organizationId: text(64),
    name,
    /** Its first project. */
    projectId: text(64),
    /** True for the one that a first start makes. */
    first: z.boolean().default(false),
  }),
  says: 'An organisation was made, with its first project.',
  subjectOf: ({ organizationId }) => `organization/${organizationId}`,
});

export const SourceTypeCreated = defineEvent({
  name: 'SourceTypeCreated',
  schema: z.looseObject({ name }),
  says: 'An organisation knows a further type of monitoring system.',
  subjectOf: (type) => joinKey('source-type', type.name),
});

export const SourceRegistered = defineEvent({
  name: 'SourceRegistered',
  schema: z.looseObject({
    /** Derived from the organisation, the name and the type. */
    sourceId: text(64),
    pk,
    name,
    type: name,
    /** Where links to it begin; empty where it has none. */
    baseUrl: z.string().max(2048).default(''),
    /** The user that stands for it. */
    userPk: pk,
    username: name,
  }),
  says: 'A source system is known: one for all tokens of one name and type.',
  subjectOf: ({ sourceId }) => `source/${sourceId}`,
});

export const SourceRenamed = defineEvent({
  name: 'SourceRenamed',
  schema: z.looseObject({ sourceId: text(64), pk, name, previousName: name }),
  says: 'A source system got another name; its numbers and its user stay.',
  subjectOf: ({ sourceId }) => `source/${sourceId}`,
});

export const PersonRegistered = defineEvent({
  name: 'PersonRegistered',
  schema: z.looseObject({
    userPk: pk,
    username: name,
    /** The name of their tokens. */
    login: name,
  }),
  says: 'A person is known: one for all tokens of one name that are no source tokens.',
  subjectOf: ({ userPk }) => `user/${userPk}`,
});
