/** '/drill' on the drill desk, whose pages, calls and cookie are its own, else ''. */
export const BASE = /^\/drill(\/|$)/.test(location.pathname) ? '/drill' : '';
