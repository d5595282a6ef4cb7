/** The rooms that there are. */
export const ROOMS = ['lobby', 'garden', 'workshop'] as const

export type Room = (typeof ROOMS)[number]
