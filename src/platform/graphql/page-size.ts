/** How many entries a page of a list has: at most, and where nothing is asked for. */
export const MOST_PER_PAGE = 200;
export const USUAL_PER_PAGE = 50;
