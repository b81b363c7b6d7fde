const PATHS = {
  bell: "M6 10a6 6 0 1 1 12 0c0 4.5 2 6 2 6H4s2-1.500 2-6m4 9a2 2 0 0 0 4 0",
  check: "M5 12.500l4.500 4.500L19 7.500",
  chat: "M4 6.500A2.500 2.500 0 0 1 6.500 4h11A2.500 2.500 0 0 1 20 6.500v7a2.500 2.500 0 0 1-2.500 2.500H11l-4.500 4v-4A2.500 2.500 0 0 1 4 13.500z",
  close: "M6 6l12 12M18 6L6 18",
  clock: "M12 7.500V12l3 2m6-2a9 9 0 1 1-18 0 9 9 0 0 1 18 0",
  history: "M4 12a8 8 0 1 0 2.500-5.800M4 4v4h4m4 0v4l2.500 1.500",
  list: "M9 6.500h11M9 12h11M9 17.500h11M4.500 6.500h.01M4.500 12h.01M4.500 17.500h.01",
  plus: "M12 5v14M5 12h14",
  repeat: "M17 3l3 3-3 3M4 11V9a3 3 0 0 1 3-3h13M7 21l-3-3 3-3m13-2v2a3 3 0 0 1-3 3H4",
  send: "M12 19V5m-6.500 6.500L12 5l6.500 6.500",
  stop: "M7 7h10v10H7z",
  trash: "M4.500 7h15M9.500 7V4.500h5V7M6.500 7l1 12.500h9l1-12.500M10 11v5m4-5v5",
  user: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8m-7 8c.500-3.500 3.500-5 7-5s6.500 1.500 7 5",
} as const;

export type IconName = keyof typeof PATHS;

/** Drawn in the colour of the text beside it; never the only carrier of a meaning. */
export function Icon({ name, size = 18 }: { name: IconName; size?: number }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.8"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      <path d={PATHS[name]} fill={name === "stop" ? "currentColor" : "none"} />
    </svg>
  );
}
