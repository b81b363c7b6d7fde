import { settings, SettingsError, type Settings } from "./settings";

/** The exit code for a fault of configuration (BSD sysexits.h). */
const EX_CONFIG = 78;

/** What is wrong with the environment is said in one line, and ends the process. */
export function settingsOrEnd(): Settings {
  try {
    return settings();
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(EX_CONFIG);
  }
}
