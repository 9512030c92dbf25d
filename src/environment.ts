import { existsSync } from 'node:fs'
import { loadEnvFile } from 'node:process'
import type { Environment } from './config.ts'

/** The process's environment, completed by a `.env` file in the current folder; what is set already stays. */
export function readEnvironment(): Environment {
  if (existsSync('.env')) loadEnvFile('.env')
  return process.env
}
