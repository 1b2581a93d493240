/** What a check needs is not on this machine, through no fault of what is checked. */
export class Unavailable extends Error {}
