import { describe, expect, it } from '@jest/globals';
import { readFilter } from './filters.js';

const read = (query: string, mine = false) => readFilter(new URLSearchParams(query), { mine, zone: 'Europe/Oslo' });
const bodyOf = (query: string): unknown => {
  try {
    return read(query);
  } catch (error) {
    return (error as { body: unknown }).body;
  }
};

describe('the filters of incidents', () => {
  it.each([
    ['open=true&acked=False&stateful=1&ticket=0', { open: true, acked: false, stateful: true, ticket: false }],
    ['open=yes&acked=&stateful', {}],
    ['open=true&open=false', { open: false }],
    ['hide_closed_acked=true', { hideClosedAcked: true }],
    ['hide_closed_acked=false', {}],
    ['tags=host%3Da,host=b, x = y z', { anyTags: ['host=a', 'host=b', 'x=y z'] }],
    ['tags=a=b&tags=c=d', { anyTags: ['c=d'] }],
    ['duration__gte=10', { minDuration: 10 }],
    ['duration__gte=0', {}],
    ['token_expiry=false', { tokenExpiry: true }],
    ['token_expiry=maybe', {}],
    ['filter_pk=4', { nothing: true }],
    ['notificationprofile_pk=4', { nothing: true }],
    ['id__in=3,4&source__id__in=1', { pks: [3, 4], sourcePks: [1] }],
    ['id__in=99999999999999999999,-1,1.5,2&source__id__in=2147483648', { pks: [2], sourcePks: [] }],
    ['duration__gte=1.5&level__lte=3.9', { minDuration: 2, minLevel: 3 }],
    ['duration__gte=99999999999999&level__lte=-99999', { minDuration: 2e9, minLevel: -10 }],
    ['source__name__in=a,b&source__type__in=nav', { sourceNames: ['a', 'b'], sourceTypes: ['nav'] }],
    ['level__lte=3', { minLevel: 3 }],
    ['source_incident_id=%2042%20', { sourceIncidentId: '42' }],
    ['start_time__gte=2020-12-11T15:00:00', { from: '2020-12-11T14:00:00.000Z' }],
    ['end_time__lte=2020-12-11T15:00:00%2B00:00', { endTo: '2020-12-11T15:00:00.000Z' }],
    ['end_time__isnull=true', { endIsNull: true }],
    ['search=sw1+down,now', { search: 'sw1 down now' }],
    ['search=+', {}],
    ['nobody=knows&cursor=x&page_size=3&ordering=pk', {}],
  ])('%s', (query, filter) => expect(read(query)).toEqual(filter));

  it.each([
    ['id__in=1,x', { id__in: ['Enter a number.'] }],
    ['filter_pk=1.5', { filter_pk: ['Enter a whole number.'] }],
    ['notificationprofile_pk=x', { notificationprofile_pk: ['Enter a number.'] }],
    ['level__lte=high', { level__lte: ['Enter a number.'] }],
    ['tags=host', { tags: ['The tag does not have its delimiter: =.'] }],
    ['tags=host=', { tags: ['The value of the tag cannot be empty.'] }],
    ['start_time__lte=2020-12-11T15:00:00+01:00', { start_time__lte: ['Enter a valid date/time.'] }],
    ['end_time__gte=infinity', { end_time__gte: ['Enter a valid date/time.'] }],
    ['source_incident_id=a%00', { source_incident_id: ['Null characters are not allowed.'] }],
    ['id__in=x&duration__gte=x', { id__in: ['Enter a number.'], duration__gte: ['Enter a number.'] }],
  ])('%s is wrong', (query, body) => expect(bodyOf(query)).toEqual(body));

  it('are fewer of one s own incidents', () => {
    expect(read('level__lte=x&id__in=x&source__id__in=x&source__name__in=a&search=b&open=1', true)).toEqual({
      open: true,
    });
  });
});
