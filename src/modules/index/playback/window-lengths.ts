/** Shortest and longest window that moves, in seconds. */
export const SHORTEST_WINDOW = 30;
export const LONGEST_WINDOW = 86_400;
