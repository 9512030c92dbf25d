import type { Config } from './config.ts'

/** Whether there is a console: in production only where it is asked for. */
export const hasConsole = ({ console, appEnv }: Pick<Config, 'console' | 'appEnv'>): boolean =>
  console === undefined ? appEnv !== 'production' : console === 'on'
